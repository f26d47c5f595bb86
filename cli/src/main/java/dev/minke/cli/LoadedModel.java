package dev.minke.cli;

import dev.minke.backend.Backends;
import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.checkpoint.OpenModel;
import dev.minke.kernel.Kernels;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A model from a directory with what is needed to ask it.
///
/// @param open the model and its weights
/// @param kernels compute
record LoadedModel(OpenModel open, Kernels kernels) implements AutoCloseable {
  private static final String CONFIG = "config.json";

  /// @throws CheckpointException if the directory holds no model that can be read
  static LoadedModel open(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new CheckpointException(
          directory
              + ": expected a directory with a model (config.json, model.safetensors), found "
              + (Files.exists(directory) ? "a file" : "nothing"));
    }
    Path inside = directory.resolve("model");
    if (!Files.exists(directory.resolve(CONFIG)) && Files.exists(inside.resolve(CONFIG))) {
      throw new CheckpointException(
          "%s: expected a directory with a model, found one of a run; its model is %s"
              .formatted(directory, inside));
    }
    OpenModel open = ModelDirectory.open(directory);
    return new LoadedModel(open, Backends.openDefault());
  }

  DecoderModel model() {
    return open.model();
  }

  /// The tokenizer beside the weights.
  ///
  /// @throws CheckpointException if there is none, or it has ids that the model has not
  Tokenizer tokenizer() throws IOException {
    Path file = open.directory().resolve("tokenizer.json");
    if (!Files.exists(file)) {
      throw new CheckpointException(
          file + ": expected a tokenizer beside the weights, found none; copy it there");
    }
    Tokenizer tokenizer = Tokenizer.read(file);
    if (tokenizer.vocab() > model().vocab()) {
      throw new CheckpointException(
          "%s: expected at most the %d tokens of the model, found %d; it belongs to another model"
              .formatted(file, model().vocab(), tokenizer.vocab()));
    }
    return tokenizer;
  }

  /// Ids of a prompt: begin-of-text, where the tokenizer has it, then the text.
  int[] prompt(Tokenizer tokenizer, String text) {
    int[] ids = tokenizer.encode(text);
    int begin = tokenizer.beginOfText().orElse(-1);
    int[] prompt = new int[ids.length + (begin >= 0 ? 1 : 0)];
    System.arraycopy(ids, 0, prompt, prompt.length - ids.length, ids.length);
    if (begin >= 0) {
      prompt[0] = begin;
    }
    if (prompt.length == 0) {
      throw new IllegalArgumentException(
          "prompt: expected some text, found none; this model has no token to begin with");
    }
    return prompt;
  }

  @Override
  public void close() {
    kernels.close();
    open.close();
  }
}
