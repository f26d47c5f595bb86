package dev.minke.bench.agreement;

import dev.minke.checkpoint.StoredModel;
import dev.minke.eval.Divergence;
import dev.minke.eval.Perplexity;
import dev.minke.eval.Progress;
import dev.minke.eval.ReferenceFile;
import dev.minke.eval.Subject;
import dev.minke.kernel.Arithmetic;
import dev.minke.kernel.Kernels;
import dev.minke.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Both programs on the same file and the same text.
///
/// @param peer llama.cpp
/// @param kernels compute here
/// @param work a folder for files that come and go
record Comparison(LlamaCpp peer, Kernels kernels, Path work) {
  /// Tokens of a window; the second half is scored.
  private static final int CONTEXT = 256;

  private static final int MOST_WINDOWS = 16;

  /// Compares.
  ///
  /// @param file the model
  /// @param base distributions of the same model in F32, written if there are none
  /// @throws IllegalStateException if the two read other tokens in the text
  Agreement of(Kind kind, QuantType type, Path file, Path base, Path text) throws IOException {
    try (StoredModel stored = StoredModel.open(file)) {
      Tokenizer tokenizer = stored.tokenizer();
      int begin = tokenizer.addsBeginOfText() ? tokenizer.beginOfText().orElse(-1) : -1;
      int[] ids = ids(tokenizer, begin, Files.readString(text));
      Subject exact = new Subject(stored.model(), kernels, _ -> 0);
      Subject fast = new Subject(stored.model(), kernels, Arithmetic.FAST, _ -> 0);
      Path ours = work.resolve("ours.kld");
      Path theirs = work.resolve("theirs.kld");
      Perplexity found = ReferenceFile.write(ours, exact, ids, CONTEXT, begin, Progress.NONE);
      if (!Files.exists(base)) {
        Files.copy(ours, base);
      }
      double perplexity = peer.write(file, text, ids.length / CONTEXT, CONTEXT, theirs);
      requireSameIds(ours, theirs);
      Divergence fastly = divergence(fast, ours, begin);
      return new Agreement(
          kind,
          type.name(),
          found.perplexity().mean(),
          fastly.losses().loss().exp().mean(),
          perplexity,
          Distance.of(divergence(exact, base, begin)),
          Distance.of(divergence(exact, ours, begin)),
          Distance.of(fastly),
          peer.compare(file, CONTEXT, ours).fromBase(),
          Distance.of(divergence(exact, theirs, begin)),
          Distance.of(divergence(fast, theirs, begin)));
    }
  }

  private static int[] ids(Tokenizer tokenizer, int begin, String text) {
    IntStream first = begin < 0 ? IntStream.empty() : IntStream.of(begin);
    int[] ids = IntStream.concat(first, Arrays.stream(tokenizer.encode(text))).toArray();
    return Arrays.copyOf(ids, Math.min(MOST_WINDOWS, ids.length / CONTEXT) * CONTEXT);
  }

  private static Divergence divergence(Subject subject, Path reference, int begin)
      throws IOException {
    try (ReferenceFile opened = ReferenceFile.open(reference)) {
      return Divergence.of(subject, opened, begin, Progress.NONE);
    }
  }

  private static void requireSameIds(Path ours, Path theirs) throws IOException {
    try (ReferenceFile one = ReferenceFile.open(ours);
        ReferenceFile other = ReferenceFile.open(theirs)) {
      int place = Arrays.mismatch(one.ids(), other.ids());
      if (place >= 0) {
        throw new IllegalStateException(
            "tokens: expected the same from both, found others from place %d on".formatted(place));
      }
    }
  }
}
