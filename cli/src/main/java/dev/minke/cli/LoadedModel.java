package dev.minke.cli;

import dev.minke.backend.Backends;
import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.Residency;
import dev.minke.checkpoint.StoredModel;
import dev.minke.cli.console.Meter;
import dev.minke.kernel.Kernels;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// A model for answers, its weights read, with what is needed to ask it.
///
/// @param stored the model and its files
/// @param kernels compute
record LoadedModel(StoredModel stored, Kernels kernels) implements AutoCloseable {
  /// With the kernels of this machine.
  ///
  /// @param argument what the user named
  /// @param err hears how far it is, if it takes long
  /// @throws CheckpointException if there is no model that can be read
  static LoadedModel open(String argument, PrintWriter err) throws IOException {
    return open(argument, Backends::openDefault, err);
  }

  /// @param backend opens the kernels, which the result owns
  static LoadedModel open(String argument, Supplier<Kernels> backend, PrintWriter err)
      throws IOException {
    StoredModel stored = StoredModel.open(ModelPath.ofThisProcess().required(argument));
    try {
      LoadedModel model = new LoadedModel(stored, backend.get());
      try {
        model.load(err);
      } catch (RuntimeException e) {
        model.kernels.close();
        throw e;
      }
      return model;
    } catch (RuntimeException e) {
      stored.close();
      throw e;
    }
  }

  private void load(PrintWriter err) {
    Residency residency = stored.residency(Long.MAX_VALUE);
    long all = Math.max(1, residency.readAtOnce());
    try (Meter meter = Meter.on(err, "loading")) {
      stored.load(
          kernels,
          residency,
          done ->
              meter.show(() ->
                  String.format(Locale.ROOT, "%d %% of %.2f GB", 100 * done / all, all / 1e9)));
    }
  }

  DecoderModel model() {
    return stored.model();
  }

  /// The tokenizer beside the weights, or in the GGUF file.
  ///
  /// @throws CheckpointException if there is none, or it has ids that the model has not
  Tokenizer tokenizer() throws IOException {
    Tokenizer tokenizer = stored.tokenizer();
    if (tokenizer.vocab() > model().vocab()) {
      throw new CheckpointException(
          "%s: expected at most the %d tokens of the model in its tokenizer.json, found %d; it belongs to another model"
              .formatted(stored.path(), model().vocab(), tokenizer.vocab()));
    }
    return tokenizer;
  }

  /// Ids of a text as the model expects it: begin-of-text where it expects that, or where there is
  /// nothing else to begin with, then the text.
  static int[] withBegin(Tokenizer tokenizer, String text) {
    int[] ids = tokenizer.encode(text);
    if (tokenizer.beginOfText().isEmpty() || (!tokenizer.addsBeginOfText() && ids.length > 0)) {
      return ids;
    }
    return IntStream.concat(tokenizer.beginOfText().stream(), IntStream.of(ids)).toArray();
  }

  /// Ids of a prompt, one or more.
  ///
  /// @throws IllegalArgumentException if there is none
  static int[] prompt(Tokenizer tokenizer, String text) {
    int[] prompt = withBegin(tokenizer, text);
    if (prompt.length == 0) {
      throw new IllegalArgumentException(
          "prompt: expected some text, found none; this model has no token to begin with");
    }
    return prompt;
  }

  @Override
  public void close() {
    kernels.close();
    stored.close();
  }
}
