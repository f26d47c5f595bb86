package dev.minke.kernel.vector;

import jdk.incubator.vector.FloatVector;

/// How many fused multiply-adds the vector units do when nothing else holds them up.
final class FmaPeak {
  private static final int CHAINS = 12;
  private static final int ROUNDS = 200_000;

  /// Rounds of a call while the compiler has not yet seen the loop: an interpreted round takes ten
  /// thousand times as long.
  private static final int WARM_UP_ROUNDS = 200;

  /// Each thread's part is cut, so that the fast ones do not wait for the last.
  private static final int PARTS_PER_THREAD = 4;

  private FmaPeak() {}

  /// The highest rate seen, in floating-point operations a second. Half of the time is for the
  /// compiler.
  static double measure(Gang gang, double seconds) {
    highest(gang, seconds / 2, WARM_UP_ROUNDS);
    return highest(gang, seconds / 2, ROUNDS);
  }

  private static double highest(Gang gang, double seconds, int rounds) {
    int parts = gang.threads() * PARTS_PER_THREAD;
    float[] results = new float[parts];
    double best = 0;
    long end = System.nanoTime() + (long) (seconds * 1e9);
    do {
      long begin = System.nanoTime();
      gang.run(parts, part -> results[part] = chains(rounds));
      double took = Math.max(1, System.nanoTime() - begin) * 1e-9;
      best = Math.max(best, 2.0 * CHAINS * VectorWidth.LANES * rounds * parts / took);
    } while (System.nanoTime() < end);
    return best;
  }

  /// Twelve chains, which keep two units with five cycles of latency busy, written out twice: a
  /// method of this size is not inlined into its caller, where its vectors were seen to be spilled
  /// and the peak halved.
  private static float chains(int rounds) {
    FloatVector factor = RowLoops.all(0.5f);
    FloatVector s0 = RowLoops.all(1);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    FloatVector s8 = s0;
    FloatVector s9 = s0;
    FloatVector s10 = s0;
    FloatVector s11 = s0;
    for (long i = 0; i < rounds; i += 2) {
      s0 = factor.fma(s0, factor);
      s1 = factor.fma(s1, factor);
      s2 = factor.fma(s2, factor);
      s3 = factor.fma(s3, factor);
      s4 = factor.fma(s4, factor);
      s5 = factor.fma(s5, factor);
      s6 = factor.fma(s6, factor);
      s7 = factor.fma(s7, factor);
      s8 = factor.fma(s8, factor);
      s9 = factor.fma(s9, factor);
      s10 = factor.fma(s10, factor);
      s11 = factor.fma(s11, factor);
      s0 = factor.fma(s0, factor);
      s1 = factor.fma(s1, factor);
      s2 = factor.fma(s2, factor);
      s3 = factor.fma(s3, factor);
      s4 = factor.fma(s4, factor);
      s5 = factor.fma(s5, factor);
      s6 = factor.fma(s6, factor);
      s7 = factor.fma(s7, factor);
      s8 = factor.fma(s8, factor);
      s9 = factor.fma(s9, factor);
      s10 = factor.fma(s10, factor);
      s11 = factor.fma(s11, factor);
    }
    FloatVector sum =
        VectorWidth.FLOAT_VECTOR.cast(s0).add(s1).add(s2).add(s3).add(s4).add(s5).add(s6).add(s7);
    return sum.add(s8).add(s9).add(s10).add(s11).lane(0);
  }
}
