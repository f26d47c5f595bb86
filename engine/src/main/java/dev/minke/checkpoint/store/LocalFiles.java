package dev.minke.checkpoint.store;

import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Models that are named by their path.
final class LocalFiles {
  private static final byte[] GGUF = "GGUF".getBytes(StandardCharsets.US_ASCII);

  /// A publisher, a model, a folder of its own: as deep as other programs put their files.
  private static final int DEPTH = 4;

  private LocalFiles() {}

  /// The model at a path, or empty if there is none.
  ///
  /// @throws CheckpointException if it is not one model, or not whole
  static Optional<ModelFiles> find(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      return file(path);
    }
    if (!Files.isDirectory(path)) {
      return Optional.empty();
    }
    FolderFiles files = FolderFiles.read(path, 1);
    return files.isModel()
        ? Optional.of(files.choose(path.toString(), null, "it belongs in the same directory"))
        : Optional.empty();
  }

  private static Optional<ModelFiles> file(Path path) throws IOException {
    String name = path.getFileName().toString();
    if (!name.endsWith(".gguf")) {
      return isGguf(path) ? Optional.of(ModelFiles.GgufFile.of(path)) : Optional.empty();
    }
    GgufModel model = GgufModel.of(name);
    List<String> beside = new ArrayList<>();
    for (int part = 1; part <= model.parts(); part++) {
      String file = model.file(part);
      if (!Files.isRegularFile(path.resolveSibling(file))) {
        throw new CheckpointException(
            "%s: expected all %d parts of its model, found no %s; it belongs in the same directory"
                .formatted(path, model.parts(), file));
      }
      beside.add(file);
    }
    return Optional.of(ModelFiles.GgufFile.of(path.resolveSibling(beside.getFirst())));
  }

  private static boolean isGguf(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return Arrays.equals(in.readNBytes(GGUF.length), GGUF);
    }
  }

  /// All models below a directory; what cannot be used is among them, with its fault.
  static List<StoredModel> list(Path directory) {
    List<StoredModel> models = new ArrayList<>();
    collect(directory, DEPTH, models);
    return models;
  }

  private static void collect(Path folder, int depth, List<StoredModel> models) {
    try {
      FolderFiles files = FolderFiles.read(folder, 1);
      if (files.hasConfig() && files.hasSafetensors()) {
        List<String> own = files.names().stream().filter(file -> !file.endsWith(".gguf")).toList();
        models.add(stored(folder, StoredModel.Kind.SAFETENSORS, files.real(own)));
      }
      for (GgufModel model : files.gguf().models()) {
        Path first = folder.resolve(model.files().getFirst());
        models.add(stored(first, StoredModel.Kind.GGUF, files.real(model.files())));
      }
      if (depth > 1) {
        for (Path inner : folders(folder)) {
          collect(inner, depth - 1, models);
        }
      }
    } catch (IOException e) {
      models.add(HubCache.damaged(folder.toString(), folder, "cannot be read: " + e.getMessage()));
    }
  }

  private static List<Path> folders(Path folder) throws IOException {
    try (Stream<Path> inner = Files.list(folder)) {
      return inner
          .filter(one -> Files.isDirectory(one, LinkOption.NOFOLLOW_LINKS))
          .sorted()
          .toList();
    }
  }

  private static StoredModel stored(Path place, StoredModel.Kind kind, Map<Path, Long> real)
      throws IOException {
    String fault = null;
    try {
      find(place);
    } catch (CheckpointException e) {
      fault = e.getMessage();
    }
    return new StoredModel(
        place.toString(), kind, real, FolderFiles.newest(real.keySet()), place, fault);
  }
}
