package dev.minke.checkpoint.store;

import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the cache has of one repository.
final class HubRepository {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /// What git takes for an abbreviated commit, and what we show of one.
  private static final Pattern ABBREVIATED = Pattern.compile("[0-9a-f]{7,39}");

  private static final int SHOWN = 12;
  private static final String UNFINISHED = ".incomplete";

  /// Repositories have folders, but not deep ones.
  private static final int DEPTH = 8;

  private final Path root;
  private final String id;
  private final Path directory;

  HubRepository(Path root, String id, String folder) {
    this.root = root;
    this.id = id;
    this.directory = root.resolve(folder);
  }

  boolean isThere() {
    return Files.isDirectory(directory);
  }

  Path blob(String hash) {
    return directory.resolve("blobs").resolve(hash);
  }

  Path incomplete(String hash) {
    return directory.resolve("blobs").resolve(hash + UNFINISHED);
  }

  Path lock(String hash) {
    return root.resolve(".locks").resolve(directory.getFileName()).resolve(hash + ".lock");
  }

  Path snapshots() {
    return directory.resolve("snapshots");
  }

  Path snapshot(String commit) {
    return snapshots().resolve(commit);
  }

  Path refFolder() {
    return directory.resolve("refs");
  }

  Path ref(String revision) {
    return InnerName.resolve(refFolder(), revision, id);
  }

  static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }

  /// The commit of a revision, as far as it is known here.
  Optional<String> commit(String revision) throws IOException {
    Path ref = ref(revision);
    if (Files.isRegularFile(ref)) {
      return Optional.of(readRef(ref));
    }
    if (isCommit(revision)) {
      return Files.isDirectory(snapshot(revision)) ? Optional.of(revision) : Optional.empty();
    }
    if (!ABBREVIATED.matcher(revision).matches()) {
      return Optional.empty();
    }
    List<String> found = commits().stream().filter(commit -> commit.startsWith(revision)).toList();
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }

  private static String readRef(Path ref) throws IOException {
    String text = text(ref);
    if (!isCommit(text)) {
      throw new CheckpointException(
          "%s: expected a commit of 40 hexadecimal digits, found '%s'; delete this file and pull"
              .formatted(ref, InnerName.shown(text)));
    }
    return text;
  }

  private static String text(Path ref) throws IOException {
    return new String(Files.readAllBytes(ref), StandardCharsets.ISO_8859_1).strip();
  }

  private List<String> commits() throws IOException {
    return names(snapshots()).stream().filter(HubRepository::isCommit).toList();
  }

  private static List<String> names(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  /// The model that is meant.
  ///
  /// @throws CheckpointException if it is not here, or not whole
  ModelFiles choose(HubName name) throws IOException {
    String remedy = "minke pull %s fetches it".formatted(name.text());
    Optional<String> commit = commit(name.revision());
    if (commit.isEmpty() || !Files.isDirectory(snapshot(commit.get()))) {
      throw new CheckpointException(
          "%s: expected revision '%s' in %s, found %s; %s"
              .formatted(name.text(), name.revision(), directory, revisions(), remedy));
    }
    FolderFiles files = FolderFiles.read(snapshot(commit.get()), DEPTH);
    requireInside(files);
    if (!files.isModel()) {
      throw new CheckpointException(
          "%s: expected config.json or GGUF files in %s, found neither; %s"
              .formatted(name.text(), files.directory(), remedy));
    }
    return files.choose(name.text(), name.selector(), remedy);
  }

  private String revisions() throws IOException {
    List<String> known = new ArrayList<>();
    for (String commit : commits()) {
      known.add(label(commit, refs()));
    }
    return known.isEmpty() ? "no finished download" : "'" + String.join("', '", known) + "'";
  }

  /// Links may lead to blobs, wherever somebody has put those, and nowhere else.
  private void requireInside(FolderFiles files) throws IOException {
    List<Path> allowed = new ArrayList<>(List.of(root.toRealPath(), directory.toRealPath()));
    if (Files.isDirectory(directory.resolve("blobs"))) {
      allowed.add(directory.resolve("blobs").toRealPath());
    }
    for (String name : files.names()) {
      Path file = files.directory().resolve(name);
      Path real = file.toRealPath();
      if (allowed.stream().noneMatch(real::startsWith)) {
        throw new CheckpointException(
            "%s: expected a link into %s, found one to %s; delete it"
                .formatted(file, directory, real));
      }
    }
  }

  /// What branches and tags are called here, and their commits; a damaged one has none.
  private Map<String, String> refs() throws IOException {
    Map<String, String> refs = new TreeMap<>();
    if (Files.isDirectory(refFolder())) {
      for (String name : FolderFiles.read(refFolder(), DEPTH).names()) {
        // Half-written ones of a killed download.
        if (!name.endsWith(".tmp")) {
          String commit = text(refFolder().resolve(name));
          refs.put(name, isCommit(commit) ? commit : "");
        }
      }
    }
    return refs;
  }

  /// How a user names a commit: by `main`, by another branch or tag, or abbreviated.
  private static String label(String commit, Map<String, String> refs) {
    if (commit.equals(refs.get(HubName.MAIN))) {
      return HubName.MAIN;
    }
    return refs.entrySet().stream()
        .filter(ref -> ref.getValue().equals(commit))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(commit.substring(0, SHOWN));
  }

  /// All models of this repository; what cannot be used is among them, with its fault.
  List<StoredModel> list() throws IOException {
    List<StoredModel> models = new ArrayList<>();
    Map<String, String> refs = refs();
    for (String commit : commits()) {
      HubName name = new HubName(id, label(commit, refs), null);
      FolderFiles files = FolderFiles.read(snapshot(commit), DEPTH);
      models.addAll(list(name, files));
    }
    for (Map.Entry<String, String> ref : refs.entrySet()) {
      if (ref.getValue().isEmpty()) {
        String name = new HubName(id, ref.getKey(), null).text();
        models.add(HubCache.damaged(name, ref(ref.getKey()), "a damaged file; delete it and pull"));
      }
    }
    Map<Path, Long> unfinished = unfinished();
    if (!unfinished.isEmpty()) {
      models.add(
          new StoredModel(
              id,
              StoredModel.Kind.NONE,
              unfinished,
              FolderFiles.newest(unfinished.keySet()),
              directory,
              "a download that has not ended; the same minke pull goes on"));
    }
    return models.isEmpty()
        ? List.of(
            HubCache.damaged(id, directory, "nothing of it is here; minke pull %s".formatted(id)))
        : models;
  }

  private List<StoredModel> list(HubName name, FolderFiles files) throws IOException {
    List<StoredModel> models = new ArrayList<>();
    if (files.hasSafetensors()) {
      List<String> own = files.names().stream().filter(file -> !file.endsWith(".gguf")).toList();
      models.add(stored(name, StoredModel.Kind.SAFETENSORS, files, own));
    }
    for (GgufModel model : files.gguf().models()) {
      HubName full = new HubName(id, name.revision(), files.gguf().selector(model));
      models.add(stored(full, StoredModel.Kind.GGUF, files, model.files()));
    }
    if (models.isEmpty()) {
      models.add(stored(name, StoredModel.Kind.NONE, files, List.copyOf(files.names())));
    }
    return models;
  }

  private StoredModel stored(
      HubName name, StoredModel.Kind kind, FolderFiles files, List<String> own) throws IOException {
    Map<Path, Long> real = files.real(own);
    return new StoredModel(
        name.text(),
        kind,
        real,
        FolderFiles.newest(real.keySet()),
        kind == StoredModel.Kind.GGUF
            ? files.directory().resolve(own.getFirst())
            : files.directory(),
        fault(name, kind));
  }

  private @Nullable String fault(HubName name, StoredModel.Kind kind) throws IOException {
    if (kind == StoredModel.Kind.NONE) {
      return "no weights in safetensors or GGUF; minke pull %s fetches what there is"
          .formatted(name.text());
    }
    try {
      choose(name);
      return null;
    } catch (CheckpointException e) {
      String text = String.valueOf(e.getMessage());
      return text.startsWith(name.text() + ": ") ? text.substring(name.text().length() + 2) : text;
    }
  }

  private Map<Path, Long> unfinished() throws IOException {
    Map<Path, Long> found = new HashMap<>();
    for (String name : names(directory.resolve("blobs"))) {
      Path file = directory.resolve("blobs").resolve(name);
      if (name.endsWith(UNFINISHED) && Files.isRegularFile(file)) {
        found.put(file, Files.size(file));
      }
    }
    return found;
  }

  boolean isHere(String hash, long size) throws IOException {
    return Files.isRegularFile(blob(hash)) && Files.size(blob(hash)) == size;
  }

  /// How many bytes of a blob are here already, whole or not.
  long present(String hash, long size) throws IOException {
    if (isHere(hash, size)) {
      return size;
    }
    Path part = incomplete(hash);
    return Files.isRegularFile(part) && Files.size(part) <= size ? Files.size(part) : 0;
  }
}
