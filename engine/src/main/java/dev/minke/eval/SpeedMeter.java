package dev.minke.eval;

import dev.minke.inference.Session;
import dev.minke.kernel.Kernels;
import dev.minke.model.AttentionForm;
import dev.minke.model.CausalModel;
import dev.minke.tensor.RandomStream;
import java.util.Arrays;

/// Times a model as llama-bench does: random tokens, the cache kept from run to run, no sampling; a
/// prompt ends with the logits of its last token, a generated token with its own.
///
/// Before the timed runs come runs of the same test that are thrown away, since Java compiles while
/// it runs: for two seconds or longer, until one of them is not faster by 2 % than the fastest
/// before it; after twenty seconds none begins.
///
/// @param model that is timed
/// @param kernels that compute
public record SpeedMeter(CausalModel model, Kernels kernels) {
  private static final long LEAST_NANOS = 2_000_000_000L;
  private static final long MOST_NANOS = 20_000_000_000L;
  private static final double FASTER = 0.98;

  private static final RandomStream TOKENS = new RandomStream(1, 0x5B);

  /// Times a test.
  ///
  /// @param repetitions timed runs
  /// @param warm whether runs are thrown away before
  /// @param progress hears how many timed runs are done
  public Speed time(SpeedTest test, int repetitions, boolean warm, Progress progress) {
    int[] ids = new int[test.length()];
    Arrays.setAll(ids, i -> TOKENS.below(model.vocab(), i));
    try (Session session = new Session(model, kernels, ids.length)) {
      if (test.depth() > 0) {
        session.append(Arrays.copyOf(ids, test.depth()), AttentionForm.EXPANDED);
      }
      if (warm) {
        warmUp(session, test, ids);
      }
      long[] samples = new long[repetitions];
      for (int run = 0; run < repetitions; run++) {
        progress.at(run, repetitions);
        samples[run] = run(session, test, ids);
      }
      return new Speed(test, samples);
    }
  }

  private static void warmUp(Session session, SpeedTest test, int[] ids) {
    long begin = System.nanoTime();
    long fastest = Long.MAX_VALUE;
    boolean faster = true;
    long gone = 0;
    while (gone < LEAST_NANOS || (faster && gone < MOST_NANOS)) {
      long nanos = run(session, test, ids);
      faster = nanos < FASTER * fastest;
      fastest = Math.min(fastest, nanos);
      gone = System.nanoTime() - begin;
    }
  }

  private static long run(Session session, SpeedTest test, int[] ids) {
    session.rewind(test.depth());
    int generated = test.depth() + test.prompt();
    long begin = System.nanoTime();
    if (test.prompt() > 0) {
      session.append(Arrays.copyOfRange(ids, test.depth(), generated), AttentionForm.EXPANDED);
    }
    for (int i = generated; i < ids.length; i++) {
      session.append(new int[] {ids[i]}, AttentionForm.ABSORBED);
    }
    return System.nanoTime() - begin;
  }
}
