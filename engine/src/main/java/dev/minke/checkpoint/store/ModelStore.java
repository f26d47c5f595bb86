package dev.minke.checkpoint.store;

import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The models of this machine, by the names that their users have for them.
///
/// A name is looked for in this order, and the first place that has it wins:
///
/// 1. **A path**: a directory with `config.json`, a GGUF file (of a split one any part), a
///    directory with GGUF files. What begins with `/`, `./` or `../` is looked for nowhere else.
/// 2. **The Hugging Face cache**: `org/name`, `org/name@revision`, `org/name:Q4_K_M`,
///    `org/name:file.gguf`. Once the repository is there, what it lacks is an error: a name never
///    means another model because a download has not ended.
/// 3. **Ollama stores**: `name`, `name:tag`, `namespace/name:tag`, `host/namespace/name:tag`. The
///    long form names a model there whatever else has its short name.
///
/// Of several GGUF models in one place `Q4_K_M` is meant, else `Q8_0`; otherwise the name has to
/// say it. A directory that has safetensors and GGUF means safetensors.
public final class ModelStore {
  private final StoreRoots roots;
  private final HubCache cache;

  public ModelStore(StoreRoots roots) {
    this.roots = roots;
    this.cache = new HubCache(roots.hub());
  }

  /// All models of this machine.
  ///
  /// @param bytes on the disk; what several models share counts once
  public record Listing(List<StoredModel> models, long bytes) {
    public Listing {
      models = List.copyOf(models);
    }
  }

  /// The files of a model.
  ///
  /// @throws CheckpointException if no place has it, with names that are near; if what is there is
  ///   not whole; or if the name could mean several
  public ModelFiles find(String name) throws IOException {
    Optional<Path> path = path(name);
    if (path.isPresent()) {
      Optional<ModelFiles> local = LocalFiles.find(path.get());
      if (local.isPresent()) {
        return local.get();
      }
      if (isPathAlone(name)) {
        throw noModel(path.get());
      }
    }
    Optional<HubName> hubName = HubName.parse(name);
    if (hubName.isPresent()) {
      Optional<ModelFiles> cached = cache.find(hubName.get());
      if (cached.isPresent()) {
        return cached.get();
      }
    }
    Optional<OllamaName> ollamaName = OllamaName.parse(name);
    if (ollamaName.isPresent()) {
      for (Path root : roots.ollama()) {
        Optional<ModelFiles> stored = new OllamaStore(root).find(ollamaName.get());
        if (stored.isPresent()) {
          return stored.get();
        }
      }
    }
    throw unknown(name, path.filter(Files::exists));
  }

  private static Optional<Path> path(String name) {
    try {
      return name.isBlank() ? Optional.empty() : Optional.of(Path.of(name));
    } catch (InvalidPathException _) {
      return Optional.empty();
    }
  }

  private static boolean isPathAlone(String name) {
    return Path.of(name).isAbsolute() || name.matches("\\.{1,2}([/\\\\].*)?");
  }

  private static CheckpointException noModel(Path path) {
    return new CheckpointException(
        "%s: expected a directory with config.json or GGUF files, or a GGUF file, found %s"
            .formatted(
                path,
                Files.isDirectory(path)
                    ? "a directory without them"
                    : Files.exists(path) ? "another file" : "nothing"));
  }

  private CheckpointException unknown(String name, Optional<Path> other) throws IOException {
    List<String> known =
        list(List.of()).models().stream()
            .filter(model -> model.fault() == null)
            .map(StoredModel::name)
            .toList();
    List<String> near = NearNames.of(name, known);
    String remedy =
        !near.isEmpty()
            ? "did you mean %s?".formatted(String.join(" or ", near))
            : HubName.parse(name).filter(hub -> hub.id().contains("/")).isPresent()
                ? "minke pull %s fetches it".formatted(name)
                : "minke list shows what there is";
    return new CheckpointException(
        "no model '%s': %s, nothing in the Hugging Face cache %s, nothing in Ollama's %s; %s"
            .formatted(
                InnerName.shown(name),
                other.isPresent() ? "the path of this name is no model" : "no path of this name",
                roots.hub(),
                roots.ollama().stream().map(Path::toString).collect(Collectors.joining(", ")),
                remedy));
  }

  /// All models in the Hugging Face cache and in Ollama stores; what cannot be used is among them,
  /// with its fault.
  ///
  /// @param more directories that are looked through, too
  public Listing list(List<Path> more) throws IOException {
    List<StoredModel> models = new ArrayList<>(cache.list());
    for (Path root : roots.ollama()) {
      models.addAll(new OllamaStore(root).list());
    }
    for (Path directory : more) {
      models.addAll(LocalFiles.list(directory));
    }
    Map<Path, Long> files = new HashMap<>();
    models.forEach(model -> files.putAll(model.files()));
    return new Listing(models, files.values().stream().mapToLong(Long::longValue).sum());
  }
}
