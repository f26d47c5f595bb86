package dev.minke.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

/// The compiler has turned the micro-kernels into instructions.
///
/// A method with a few vector operations too many is not inlined as a whole: each vector becomes an
/// object, and the kernel runs 50 times slower with the same results. No other test would see it.
/// Times are minima of short runs beside a loop of multiply-adds in registers, so a busy machine
/// delays the verdict and does not change it.
class InliningCliffTest {
  private static final int DEPTH = 256;
  private static final int CALLS = 20;
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  /// A kernel with the share of the peak that it must reach.
  ///
  /// @param vectors vectors of multiply-adds at each k
  private record Kernel(String name, int vectors, double share, Runnable call) {}

  @Test
  void microKernelsReachTheirShareOfThePeak() {
    try (Arena arena = Arena.ofConfined()) {
      for (Kernel kernel : kernels(arena)) {
        assertThat(bestShare(kernel)).as(kernel.name).isGreaterThan(kernel.share);
      }
    }
  }

  private static List<Kernel> kernels(Arena arena) {
    long a = Memory.allocateFloats(arena, 8L * DEPTH);
    long panelBytes = DEPTH * Tiles.PANEL_BYTES;
    long b = Memory.allocateFloats(arena, (long) Tiles.PANELS_OF_ONE_ROW * DEPTH * Tiles.COLUMNS);
    long c = Memory.allocateFloats(arena, 8L * Tiles.COLUMNS);
    long turned = Memory.allocateFloats(arena, 8L * DEPTH);
    long stride = Tiles.PANEL_BYTES;
    int vectors = MicroKernels.VECTORS;
    long rowBytes = DEPTH * (long) Float.BYTES;
    List<Kernel> kernels = new ArrayList<>();
    if (Transposition.IS_HERE) {
      // Eight elements at each k where the unit of the shares is 16.
      kernels.add(
          new Kernel(
              "eight rows turned", 1, 0.05, () -> Transposition.eight(a, rowBytes, DEPTH, turned)));
    }
    Collections.addAll(
        kernels,
        // Spills where there are only 16 registers, and is not used there.
        new Kernel(
            "eight packed rows",
            8 * vectors,
            Tiles.PRODUCT_ROWS == 8 ? 0.6 : 0.2,
            () -> MicroKernels.packedEight(a, b, c, stride, c, stride, DEPTH)),
        new Kernel(
            "six packed rows",
            6 * vectors,
            0.6,
            () -> MicroKernels.packedSix(a, b, c, stride, c, stride, DEPTH)),
        new Kernel(
            "four packed rows",
            4 * vectors,
            0.5,
            () -> MicroKernels.packedFour(a, b, c, stride, c, stride, DEPTH)),
        new Kernel(
            "six rows in place",
            6 * vectors,
            0.4,
            () -> MicroKernels.inPlaceSix(a, rowBytes, b, c, stride, c, stride, DEPTH)),
        new Kernel(
            "four rows in place",
            4 * vectors,
            0.4,
            () -> MicroKernels.inPlaceFour(a, rowBytes, b, c, stride, c, stride, DEPTH)),
        // One row is bound by the panels, which come from the second-level cache here.
        new Kernel(
            "one row by four panels",
            Tiles.PANELS_OF_ONE_ROW * vectors,
            0.15,
            () -> MicroKernels.oneByFour(a, b, panelBytes, c, c, DEPTH)),
        // Its few chains wait for each other.
        new Kernel(
            "one row by one panel", vectors, 0.1, () -> MicroKernels.one(a, b, c, c, DEPTH)));
    return kernels;
  }

  /// The best share seen so far: waits as long as it is too small and there is patience left.
  private static double bestShare(Kernel kernel) {
    double peak = 0;
    double best = 0;
    long begin = System.nanoTime();
    long rounds = 0;
    while (rounds++ < 200
        || (best <= kernel.share * peak && System.nanoTime() - begin < PATIENCE_NANOS)) {
      long start = System.nanoTime();
      float used = multiplyAdds(DEPTH * CALLS);
      long middle = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        kernel.call.run();
      }
      long end = System.nanoTime();
      assertThat(used).isFinite();
      peak = Math.max(peak, 10.0 * DEPTH * CALLS / (middle - start));
      best = Math.max(best, (double) kernel.vectors * DEPTH * CALLS / (end - middle));
    }
    return best / peak;
  }

  /// Ten vectors of multiply-adds a step, in registers: what the processor can do.
  private static float multiplyAdds(long steps) {
    FloatVector x = FloatVector.broadcast(VectorWidth.FLOATS, 0.5f);
    FloatVector y = FloatVector.broadcast(VectorWidth.FLOATS, 0.25f);
    FloatVector c0 = FloatVector.zero(VectorWidth.FLOATS);
    FloatVector c1 = FloatVector.broadcast(VectorWidth.FLOATS, 1f);
    FloatVector c2 = FloatVector.broadcast(VectorWidth.FLOATS, 2f);
    FloatVector c3 = FloatVector.broadcast(VectorWidth.FLOATS, 3f);
    FloatVector c4 = FloatVector.broadcast(VectorWidth.FLOATS, 4f);
    FloatVector c5 = FloatVector.broadcast(VectorWidth.FLOATS, 5f);
    FloatVector c6 = FloatVector.broadcast(VectorWidth.FLOATS, 6f);
    FloatVector c7 = FloatVector.broadcast(VectorWidth.FLOATS, 7f);
    FloatVector c8 = FloatVector.broadcast(VectorWidth.FLOATS, 8f);
    FloatVector c9 = FloatVector.broadcast(VectorWidth.FLOATS, 9f);
    for (long i = 0; i < steps; i++) {
      c0 = x.fma(c0, y);
      c1 = x.fma(c1, y);
      c2 = x.fma(c2, y);
      c3 = x.fma(c3, y);
      c4 = x.fma(c4, y);
      c5 = x.fma(c5, y);
      c6 = x.fma(c6, y);
      c7 = x.fma(c7, y);
      c8 = x.fma(c8, y);
      c9 = x.fma(c9, y);
    }
    FloatVector sum = VectorWidth.FLOAT_VECTOR.cast(c0).add(c1).add(c2).add(c3).add(c4);
    return sum.add(c5).add(c6).add(c7).add(c8).add(c9).lane(0);
  }
}
