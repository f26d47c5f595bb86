package dev.minke.cli;

import dev.minke.backend.Backends;
import dev.minke.backend.Hardware;
import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.Residency;
import dev.minke.checkpoint.StoredModel;
import dev.minke.cli.console.Meter;
import dev.minke.inference.Engine;
import dev.minke.inference.EngineSettings;
import dev.minke.inference.Precision;
import dev.minke.kernel.CacheFormat;
import dev.minke.kernel.CachedExperts;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.cache.CacheCounts;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// A model for answers, its weights read, with what is needed to ask it.
///
/// @param stored the model and its files
/// @param kernels compute
/// @param err hears at the end what became of experts that did not fit in memory
record LoadedModel(StoredModel stored, Kernels kernels, PrintWriter err) implements AutoCloseable {
  /// Left to intermediate results and to Java.
  private static final long RESERVE = 1L << 29;

  /// With the kernels of this machine.
  ///
  /// @param argument what the user named
  /// @param memory bytes for weights
  /// @param err hears how far it is, if it takes long
  /// @throws CheckpointException if there is no model that can be read
  static LoadedModel open(String argument, long memory, PrintWriter err) throws IOException {
    return open(argument, memory, Backends::openDefault, err);
  }

  /// @param backend opens the kernels, which the result owns
  static LoadedModel open(String argument, long memory, Supplier<Kernels> backend, PrintWriter err)
      throws IOException {
    StoredModel stored = StoredModel.open(ModelPath.ofThisProcess().required(argument));
    try {
      Residency residency = stored.residency(memory);
      LoadedModel model = new LoadedModel(stored, backend.get(), err);
      try {
        model.load(residency);
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

  private void load(Residency residency) {
    long all = Math.max(1, residency.readAtOnce());
    try (Meter meter = Meter.on(err, "loading")) {
      stored.load(
          kernels,
          residency,
          done ->
              meter.show(() ->
                  String.format(Locale.ROOT, "%d %% of %.2f GB", 100 * done / all, all / 1e9)));
    }
    if (!residency.isWhole()) {
      err.printf(
          Locale.ROOT,
          "experts    %,d of %,d fit in memory, the others are read when they are wanted%n",
          residency.slots(),
          residency.experts());
    }
  }

  DecoderModel model() {
    return stored.model();
  }

  /// Answers one request at a time. Close it before the model.
  ///
  /// @param context most tokens of a prompt and its answer
  /// @param step see [EngineSettings#alone]
  Engine engine(Precision precision, int context, Duration step) {
    return new Engine(model(), kernels, EngineSettings.alone(precision, context, step));
  }

  /// Tokens that memory is free for beside the weights, two or more; no more than the model knows.
  ///
  /// @param format in which they are kept
  int room(CacheFormat format) {
    long free = Math.max(0, Hardware.availableBytes() - RESERVE);
    long tokens = free / model().cacheShape().bytes(format);
    return (int) Math.clamp(tokens, 2, model().maxLength());
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

  private void tell(CachedExperts.Account account) {
    CacheCounts counts = account.counts();
    err.printf(
        Locale.ROOT,
        "experts    %.1f %% of %,d were in memory when they were wanted, %,d read ahead (%,d of"
            + " them used); %.2f GB read, waited %.1f s%n",
        100 * counts.hitRate(),
        counts.hits() + counts.misses(),
        counts.ahead(),
        counts.aheadUsed(),
        account.readBytes() / 1e9,
        account.waitedNanos() * 1e-9);
  }

  @Override
  public void close() {
    CachedExperts.Account account = stored.experts();
    if (account != null && account.counts().hits() + account.counts().misses() > 0) {
      tell(account);
    }
    stored.close();
    kernels.close();
  }
}
