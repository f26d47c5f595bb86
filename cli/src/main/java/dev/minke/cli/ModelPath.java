package dev.minke.cli;

import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds the model that a command names. The one place that knows where models may be.
final class ModelPath {
  private static final String CONFIG = "config.json";
  private static final byte[] GGUF = "GGUF".getBytes(StandardCharsets.US_ASCII);

  private ModelPath() {}

  /// The files of a model: a directory with `config.json`, such a file, or a GGUF file.
  ///
  /// @param name a path: also a run's directory, or one that holds one GGUF model
  /// @return empty if the name may be a recipe's
  /// @throws CheckpointException if something is there, and no model
  /// @throws UsageException if nothing is there, and the name is no recipe's
  static Optional<Path> of(String name) throws IOException {
    Path path = Path.of(name);
    if (Files.isDirectory(path)) {
      return Optional.of(inside(path));
    }
    boolean isRecipe = name.endsWith(".yaml") || name.endsWith(".yml");
    if (!Files.exists(path)) {
      if (isRecipe || path.getNameCount() == 1) {
        return Optional.empty();
      }
      throw new UsageException(name + ": expected a model or a recipe, found nothing");
    }
    if (isRecipe) {
      return Optional.empty();
    }
    Path folder = path.toAbsolutePath().getParent();
    if (name.endsWith(".safetensors") && folder != null && hasConfig(folder)) {
      return Optional.of(folder);
    }
    if (name.endsWith(".json")
        || name.endsWith(".safetensors")
        || name.endsWith(".gguf")
        || isGguf(path)) {
      return Optional.of(path);
    }
    throw new CheckpointException(
        name
            + ": expected a model (a directory with config.json, or a GGUF file) or a recipe"
            + " (.yaml), found another file");
  }

  private static Path inside(Path directory) throws IOException {
    Path ofRun = directory.resolve("model");
    if (hasConfig(directory) || !hasConfig(ofRun)) {
      return hasConfig(directory) ? directory : onlyGguf(directory);
    }
    return ofRun;
  }

  private static boolean hasConfig(Path directory) {
    return Files.isRegularFile(directory.resolve(CONFIG));
  }

  /// Later parts of a split model count with its first.
  private static Path onlyGguf(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> models =
          files
              .filter(file -> file.toString().endsWith(".gguf"))
              .filter(file -> !file.toString().matches(".*-(?!00001)\\d{5}-of-\\d{5}\\.gguf"))
              .sorted()
              .toList();
      if (models.size() == 1) {
        return models.getFirst();
      }
      throw new CheckpointException(
          models.isEmpty()
              ? directory + ": expected a model (config.json, or a GGUF file), found none"
              : "%s: expected one GGUF model, found %d; name one, as %s"
                  .formatted(directory, models.size(), models.getFirst()));
    }
  }

  private static boolean isGguf(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(GGUF.length), GGUF);
    }
  }

  /// The files of a model for answers.
  ///
  /// @param argument a directory with `config.json`, or a GGUF file, of a split one any part
  /// @throws CheckpointException if nothing of that kind is there
  static Path required(String argument) {
    Path path = Path.of(argument);
    if (!Files.exists(path)) {
      throw new CheckpointException(
          path
              + ": expected a directory with a model (config.json, model.safetensors) or a GGUF"
              + " file, found nothing");
    }
    Path inside = path.resolve("model");
    if (!Files.exists(path.resolve(CONFIG)) && Files.exists(inside.resolve(CONFIG))) {
      throw new CheckpointException(
          "%s: expected a directory with a model, found one of a run; its model is %s"
              .formatted(path, inside));
    }
    return path;
  }
}
