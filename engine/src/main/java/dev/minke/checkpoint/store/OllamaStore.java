package dev.minke.checkpoint.store;

import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// An Ollama store on this machine: `manifests/HOST/NAMESPACE/NAME/TAG`, each a list of layers, and
/// `blobs/sha256-…`, among them GGUF files without extension.
final class OllamaStore {
  private static final String LAYER = "application/vnd.ollama.image.";
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final long MOST_MANIFEST_BYTES = 4 << 20;

  /// Host, namespace, name, tag.
  private static final int DEPTH = 4;

  private final Path root;

  OllamaStore(Path root) {
    this.root = root;
  }

  /// A layer of a model.
  private record Layer(String type, Path blob, long bytes) {}

  /// A model, or empty if it is not in this store.
  ///
  /// @throws CheckpointException if what is here of it cannot be used
  Optional<ModelFiles> find(OllamaName name) throws IOException {
    Path manifest = manifests().resolve(name.path());
    return Files.isRegularFile(manifest)
        ? Optional.of(files(name, layers(manifest)))
        : Optional.empty();
  }

  private Path manifests() {
    return root.resolve("manifests");
  }

  private List<Layer> layers(Path manifest) throws IOException {
    try {
      List<Layer> layers = new ArrayList<>();
      for (JsonNode layer : FolderFiles.json(manifest, MOST_MANIFEST_BYTES).path("layers")) {
        String digest = layer.path("digest").asString("");
        if (!DIGEST.matcher(digest).matches()) {
          throw new CheckpointException(
              "%s: expected a digest 'sha256:' and 64 hexadecimal digits, found '%s'"
                  .formatted(manifest, InnerName.shown(digest)));
        }
        Path blob = root.resolve("blobs").resolve(digest.replace(':', '-'));
        layers.add(
            new Layer(layer.path("mediaType").asString(""), blob, layer.path("size").asLong(0)));
      }
      return layers;
    } catch (JacksonException e) {
      throw new CheckpointException(
          manifest + ": expected a manifest in JSON, found a fault: " + e.getOriginalMessage(), e);
    }
  }

  private static ModelFiles files(OllamaName name, List<Layer> layers) throws IOException {
    List<Layer> models = of(layers, "model");
    if (models.size() != 1) {
      throw new CheckpointException(
          "%s: expected one GGUF file in its manifest, found %d; pull the model from a hub instead"
              .formatted(name.text(), models.size()));
    }
    if (!of(layers, "adapter").isEmpty()) {
      throw new CheckpointException(
          "%s: expected weights alone, found an adapter to them; merge it first"
              .formatted(name.text()));
    }
    Layer model = models.getFirst();
    if (!Files.isRegularFile(model.blob()) || Files.size(model.blob()) != model.bytes()) {
      throw new CheckpointException(
          "%s: expected %s with %,d bytes, found %s; ollama pull %s fetches it"
              .formatted(
                  name.text(),
                  model.blob(),
                  model.bytes(),
                  Files.isRegularFile(model.blob())
                      ? "%,d".formatted(Files.size(model.blob()))
                      : "none",
                  name.text()));
    }
    return new ModelFiles.GgufFile(
        model.blob(), optional(layers, "template"), optional(layers, "params"));
  }

  private static List<Layer> of(List<Layer> layers, String type) {
    return layers.stream().filter(layer -> layer.type().equals(LAYER + type)).toList();
  }

  private static @Nullable Path optional(List<Layer> layers, String type) {
    return of(layers, type).stream()
        .map(Layer::blob)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElse(null);
  }

  /// All models; what cannot be used is among them, with its fault.
  List<StoredModel> list() throws IOException {
    List<StoredModel> models = new ArrayList<>();
    if (!Files.isDirectory(manifests())) {
      return models;
    }
    List<Path> found;
    try (Stream<Path> files = Files.find(manifests(), DEPTH, (_, facts) -> facts.isRegularFile())) {
      found = files.sorted().toList();
    }
    for (Path manifest : found) {
      Path inner = manifests().relativize(manifest);
      if (inner.getNameCount() == DEPTH && !manifest.getFileName().toString().startsWith(".")) {
        OllamaName name =
            new OllamaName(
                inner.getName(0).toString(),
                inner.getName(1).toString(),
                inner.getName(2).toString(),
                inner.getName(3).toString());
        models.add(stored(name, manifest));
      }
    }
    return models;
  }

  private StoredModel stored(OllamaName name, Path manifest) {
    Map<Path, Long> blobs = new HashMap<>();
    Instant modified = Instant.EPOCH;
    StoredModel.Kind kind = StoredModel.Kind.NONE;
    Path place = manifest;
    String fault = null;
    try {
      modified = FolderFiles.newest(List.of(manifest));
      List<Layer> layers = layers(manifest);
      for (Layer layer : layers) {
        if (Files.isRegularFile(layer.blob())) {
          blobs.put(layer.blob().toRealPath(), Files.size(layer.blob()));
        }
      }
      if (files(name, layers) instanceof ModelFiles.GgufFile file) {
        kind = StoredModel.Kind.GGUF;
        place = file.first();
      }
    } catch (IOException | CheckpointException e) {
      fault = String.valueOf(e.getMessage());
    }
    return new StoredModel(name.text(), kind, blobs, modified, place, fault);
  }
}
