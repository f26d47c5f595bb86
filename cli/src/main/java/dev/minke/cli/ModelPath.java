package dev.minke.cli;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.store.ModelFiles;
import dev.minke.checkpoint.store.ModelStore;
import dev.minke.checkpoint.store.StoreRoots;
import dev.minke.cli.store.StoreEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// Finds the model that a command names. The one place that knows where models may be.
///
/// A name is what [ModelStore] knows: a path, `org/name` of the Hugging Face cache, a name of an
/// Ollama store. Besides, a file of weights stands for its directory, and the directory of a run
/// for its model.
///
/// @param roots where models are kept
record ModelPath(StoreRoots roots) {
  /// What `MODEL` is, for help.
  static final String HELP =
      "a directory, a file of a model, ORG/NAME[:TYPE] from the Hugging Face cache, or NAME[:TAG]"
          + " from Ollama's; minke list shows names";

  private static final String CONFIG = "config.json";

  static ModelPath ofThisProcess() {
    return new ModelPath(StoreEnvironment.ofThisProcess().roots());
  }

  /// The files of a model for answers: a directory, or the first file of a GGUF model.
  ///
  /// @throws CheckpointException if there is none, or it is not whole
  Path required(String name) throws IOException {
    Optional<Path> here = meant(name);
    return here.isPresent() ? here.get() : found(name);
  }

  /// The files of a model that is to be described, whole or not; also a `config.json` alone.
  ///
  /// @return empty if the name is a recipe's
  /// @throws CheckpointException if something is there, and no model; or nothing
  Optional<Path> ofModelOrRecipe(String name) throws IOException {
    boolean isRecipeFile = name.endsWith(".yaml") || name.endsWith(".yml");
    if (isRecipeFile || (!Files.exists(Path.of(name)) && Recipes.isKnown(name))) {
      return Optional.empty();
    }
    Optional<Path> here = meant(name);
    if (here.isPresent()) {
      return here;
    }
    Path path = Path.of(name);
    if (hasConfig(path)
        || (Files.isRegularFile(path)
            && (name.endsWith(".json") || name.matches(".*\\.(safetensors|gguf)")))) {
      return Optional.of(path);
    }
    try {
      return Optional.of(found(name));
    } catch (CheckpointException e) {
      String text = String.valueOf(e.getMessage());
      throw Files.exists(path) || name.matches(".*[/:].*")
          ? e
          : new CheckpointException(text + "; recipes are " + Recipes.known(), e);
    }
  }

  private Path found(String name) throws IOException {
    return switch (new ModelStore(roots).find(name)) {
      case ModelFiles.HuggingFaceDirectory(Path directory) -> directory;
      case ModelFiles.GgufFile file -> file.first();
    };
  }

  /// What a path stands for that is no model itself.
  private static Optional<Path> meant(String name) {
    Path path;
    try {
      path = Path.of(name);
    } catch (InvalidPathException _) {
      return Optional.empty();
    }
    Path ofRun = path.resolve("model");
    if (Files.isDirectory(path)) {
      return !hasConfig(path) && hasConfig(ofRun) ? Optional.of(ofRun) : Optional.empty();
    }
    Path folder = path.toAbsolutePath().getParent();
    return name.endsWith(".safetensors")
            && Files.isRegularFile(path)
            && folder != null
            && hasConfig(folder)
        ? Optional.of(folder)
        : Optional.empty();
  }

  private static boolean hasConfig(Path directory) {
    return Files.isRegularFile(directory.resolve(CONFIG));
  }
}
