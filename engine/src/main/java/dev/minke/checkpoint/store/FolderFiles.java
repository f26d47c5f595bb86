package dev.minke.checkpoint.store;

import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a directory holds of models, by the names of its files: at most one in safetensors, any
/// number in GGUF.
///
/// Where both are there, safetensors is meant unless a GGUF file is named.
///
/// @param names of files below the directory, with `/` between directories
/// @param gguf those among them
record FolderFiles(Path directory, Set<String> names, GgufModels gguf) {
  static final String CONFIG = "config.json";
  static final String INDEX = "model.safetensors.index.json";
  private static final Pattern WEIGHTS = Pattern.compile("[^/]+\\.safetensors");

  /// Large indices have some 100,000 tensors.
  private static final long MOST_INDEX_BYTES = 256L << 20;

  FolderFiles {
    names = Set.copyOf(names);
  }

  /// Looks which files are there; a link to nothing is not.
  ///
  /// @param depth 1 looks at the directory itself alone
  static FolderFiles read(Path directory, int depth) throws IOException {
    try (Stream<Path> files = Files.find(directory, depth, (_, facts) -> !facts.isDirectory())) {
      Set<String> names =
          files
              .filter(Files::isRegularFile)
              .map(file -> directory.relativize(file).toString().replace('\\', '/'))
              .collect(Collectors.toCollection(TreeSet::new));
      return new FolderFiles(directory, names, GgufModels.of(names));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  boolean hasConfig() {
    return names.contains(CONFIG);
  }

  boolean hasSafetensors() {
    return names.contains(INDEX) || names.stream().anyMatch(WEIGHTS.asMatchPredicate());
  }

  boolean isModel() {
    return hasConfig() || !gguf.isEmpty();
  }

  /// The model that is meant.
  ///
  /// @param subject for messages
  /// @param selector of a GGUF file; null for safetensors, or the usual GGUF file where there are
  ///   none
  /// @param remedy said where a part is missing
  /// @throws CheckpointException if it is none, or a part of it is missing
  ModelFiles choose(String subject, @Nullable String selector, String remedy) throws IOException {
    if (selector == null && hasConfig() && (hasSafetensors() || gguf.isEmpty())) {
      Optional<String> missing = missingShard();
      if (missing.isPresent()) {
        throw incomplete(subject, missing.get(), remedy);
      }
      return new ModelFiles.HuggingFaceDirectory(directory);
    }
    GgufModel model = gguf.choose(subject, selector, remedy);
    if (model.missing().isPresent()) {
      throw incomplete(subject, model.missing().get(), remedy);
    }
    return ModelFiles.GgufFile.of(directory.resolve(model.files().getFirst()));
  }

  private static CheckpointException incomplete(String subject, String missing, String remedy) {
    return new CheckpointException(
        "%s: expected all parts of its weights, found no %s; %s"
            .formatted(subject, InnerName.shown(missing), remedy));
  }

  /// The first file that the index names and that is not there.
  ///
  /// @throws CheckpointException if the index is damaged or names files elsewhere
  Optional<String> missingShard() throws IOException {
    if (!names.contains(INDEX) || names.contains("model.safetensors")) {
      return Optional.empty();
    }
    Path index = directory.resolve(INDEX);
    Set<String> shards = new TreeSet<>();
    try {
      for (JsonNode shard : json(index, MOST_INDEX_BYTES).path("weight_map").values()) {
        shards.add(shard.asString(""));
      }
    } catch (JacksonException e) {
      throw new CheckpointException(
          index + ": expected JSON, found a fault: " + e.getOriginalMessage(), e);
    }
    for (String shard : shards) {
      InnerName.require(shard, index.toString());
    }
    return shards.stream().filter(shard -> !names.contains(shard)).findFirst();
  }

  /// A small JSON file.
  ///
  /// @throws CheckpointException if it is larger than expected
  static JsonNode json(Path file, long mostBytes) throws IOException {
    long bytes = Files.size(file);
    if (bytes > mostBytes) {
      throw new CheckpointException(
          "%s: expected at most %,d bytes of JSON, found %,d".formatted(file, mostBytes, bytes));
    }
    return JsonMapper.shared().readTree(Files.readAllBytes(file));
  }

  /// The files of a model without links, each once, with their bytes.
  ///
  /// @throws IOException if one of them is a link to nothing
  Map<Path, Long> real(List<String> some) throws IOException {
    Map<Path, Long> real = new HashMap<>();
    for (String name : some) {
      Path file = directory.resolve(name).toRealPath();
      real.put(file, Files.size(file));
    }
    return real;
  }

  /// When the newest of some files was written.
  static Instant newest(Iterable<Path> files) throws IOException {
    Instant newest = Instant.EPOCH;
    for (Path file : files) {
      Instant time = Files.getLastModifiedTime(file).toInstant();
      newest = time.isAfter(newest) ? time : newest;
    }
    return newest;
  }
}
