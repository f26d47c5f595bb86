package dev.minke.eval;

import dev.minke.inference.Precision;
import dev.minke.inference.Session;
import dev.minke.kernel.Kernels;
import dev.minke.model.AttentionForm;
import dev.minke.model.CausalModel;
import dev.minke.tensor.RandomStream;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/// Times a model as llama-bench does: random tokens, the cache kept from run to run, no sampling; a
/// prompt ends with the logits of its last token, a generated token with its own.
///
/// Before the timed runs come runs of the same test that are thrown away, since Java compiles while
/// it runs: spells of two seconds or one run, until in one of them the compilers worked for less
/// than 2 % of the time and no run was faster by 2 % than all before; after a minute none begins.
///
/// @param model that is timed
/// @param kernels that compute
/// @param precision forms in which the tokens pass
public record SpeedMeter(CausalModel model, Kernels kernels, Precision precision) {
  private static final long SPELL_NANOS = 2_000_000_000L;
  private static final long MOST_NANOS = 60_000_000_000L;
  private static final double NEGLIGIBLE = 0.02;

  private static final RandomStream TOKENS = new RandomStream(1, 0x5B);

  /// Times a test.
  ///
  /// @param repetitions timed runs
  /// @param warm whether runs are thrown away before
  /// @param progress hears how many timed runs are done
  public Speed time(SpeedTest test, int repetitions, boolean warm, Progress progress) {
    int[] ids = new int[test.length()];
    Arrays.setAll(ids, i -> TOKENS.below(model.vocab(), i));
    try (Session session =
        new Session(model, kernels, precision.arithmetic(), precision.cache(), ids.length)) {
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

  private void warmUp(Session session, SpeedTest test, int[] ids) {
    long begin = System.nanoTime();
    long fastest = Long.MAX_VALUE;
    boolean settled = false;
    while (!settled && System.nanoTime() - begin < MOST_NANOS) {
      long start = System.nanoTime();
      long compiled = compilingNanos();
      long best = Long.MAX_VALUE;
      long gone = 0;
      while (gone < SPELL_NANOS) {
        best = Math.min(best, run(session, test, ids));
        gone = System.nanoTime() - start;
      }
      boolean quiet = compilingNanos() - compiled < NEGLIGIBLE * gone;
      settled = quiet && best > (1 - NEGLIGIBLE) * fastest;
      fastest = Math.min(fastest, best);
    }
  }

  /// How long the compilers of this process have worked; 0 where it has none.
  private static long compilingNanos() {
    CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
    return compilers == null || !compilers.isCompilationTimeMonitoringSupported()
        ? 0
        : TimeUnit.MILLISECONDS.toNanos(compilers.getTotalCompilationTime());
  }

  private long run(Session session, SpeedTest test, int[] ids) {
    session.rewind(test.depth());
    int generated = test.depth() + test.prompt();
    long begin = System.nanoTime();
    if (test.prompt() > 0) {
      session.append(Arrays.copyOfRange(ids, test.depth(), generated), AttentionForm.EXPANDED);
    }
    for (int i = generated; i < ids.length; i++) {
      session.append(new int[] {ids[i]}, precision.generated());
    }
    return System.nanoTime() - begin;
  }
}
