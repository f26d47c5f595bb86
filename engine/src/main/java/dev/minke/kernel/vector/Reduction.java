package dev.minke.kernel.vector;

import dev.minke.kernel.Kernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/// Reductions along a row: 16 virtual lanes, held in as many vectors as that takes, and one tree.
///
/// The lanes of a sum in progress live in an array of the caller's, so a long row may come in
/// pieces, each but the last a multiple of 16 long.
final class Reduction {
  private static final int LANES = Kernels.LANES;
  private static final long STEP = (long) LANES * Float.BYTES;
  private static final long BYTES = VectorWidth.BYTES;

  /// Vectors that hold the lanes: 1, 2 or 4.
  private static final int VECTORS = LANES / VectorWidth.LANES;

  private static final VectorShuffle<Float> BY_EIGHT = rotation(8);
  private static final VectorShuffle<Float> BY_FOUR = rotation(4);
  private static final VectorShuffle<Float> BY_TWO = rotation(2);
  private static final VectorShuffle<Float> BY_ONE = rotation(1);

  private Reduction() {}

  /// `Σ a · b`, a fused multiply-add into each lane.
  ///
  /// @param lanes 16 floats to work in
  static float dot(long a, long b, long count, float[] lanes) {
    FloatVector s0 = FloatVector.zero(VectorWidth.FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    long bytes = count * Float.BYTES;
    long i = 0;
    for (; i + STEP <= bytes; i += STEP) {
      s0 = Memory.load(a + i).fma(Memory.load(b + i), s0);
      if (VECTORS > 1) {
        s1 = Memory.load(a + i + BYTES).fma(Memory.load(b + i + BYTES), s1);
      }
      if (VECTORS > 2) {
        s2 = Memory.load(a + i + 2 * BYTES).fma(Memory.load(b + i + 2 * BYTES), s2);
        s3 = Memory.load(a + i + 3 * BYTES).fma(Memory.load(b + i + 3 * BYTES), s3);
      }
    }
    if (i == bytes) {
      return tree(s0, s1, s2, s3);
    }
    put(s0, s1, s2, s3, lanes);
    for (int lane = 0; i < bytes; i += Float.BYTES, lane++) {
      lanes[lane] = Math.fma(Memory.get(a + i), Memory.get(b + i), lanes[lane]);
    }
    return tree(lanes);
  }

  /// `Σ x`.
  ///
  /// @param lanes 16 floats to work in
  static float sum(long x, long count, float[] lanes) {
    FloatVector s0 = FloatVector.zero(VectorWidth.FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    long bytes = count * Float.BYTES;
    long i = 0;
    for (; i + STEP <= bytes; i += STEP) {
      s0 = s0.add(Memory.load(x + i));
      if (VECTORS > 1) {
        s1 = s1.add(Memory.load(x + i + BYTES));
      }
      if (VECTORS > 2) {
        s2 = s2.add(Memory.load(x + i + 2 * BYTES));
        s3 = s3.add(Memory.load(x + i + 3 * BYTES));
      }
    }
    if (i == bytes) {
      return tree(s0, s1, s2, s3);
    }
    put(s0, s1, s2, s3, lanes);
    for (int lane = 0; i < bytes; i += Float.BYTES, lane++) {
      lanes[lane] += Memory.get(x + i);
    }
    return tree(lanes);
  }

  /// Adds a piece of a row to the lanes.
  static void add(long x, long count, float[] lanes) {
    FloatVector s0 = FloatVector.fromArray(VectorWidth.FLOATS, lanes, 0);
    FloatVector s1 = part(lanes, 1);
    FloatVector s2 = part(lanes, 2);
    FloatVector s3 = part(lanes, 3);
    long bytes = count * Float.BYTES;
    long i = 0;
    for (; i + STEP <= bytes; i += STEP) {
      s0 = s0.add(Memory.load(x + i));
      if (VECTORS > 1) {
        s1 = s1.add(Memory.load(x + i + BYTES));
      }
      if (VECTORS > 2) {
        s2 = s2.add(Memory.load(x + i + 2 * BYTES));
        s3 = s3.add(Memory.load(x + i + 3 * BYTES));
      }
    }
    put(s0, s1, s2, s3, lanes);
    for (int lane = 0; i < bytes; i += Float.BYTES, lane++) {
      lanes[lane] += Memory.get(x + i);
    }
  }

  /// The largest of `x`; -∞ of nothing, NaN if there is one.
  ///
  /// @param lanes 16 floats to work in
  static float max(long x, long count, float[] lanes) {
    long bytes = count * Float.BYTES;
    float max = Float.NEGATIVE_INFINITY;
    long i = 0;
    if (bytes >= BYTES) {
      FloatVector most = Memory.load(x);
      for (i = BYTES; i + BYTES <= bytes; i += BYTES) {
        most = most.max(Memory.load(x + i));
      }
      most.intoArray(lanes, 0);
      for (int lane = 0; lane < VectorWidth.LANES; lane++) {
        max = Math.max(max, lanes[lane]);
      }
    }
    for (; i < bytes; i += Float.BYTES) {
      max = Math.max(max, Memory.get(x + i));
    }
    return max;
  }

  /// `Σ x` of an array in the same order.
  static float sum(float[] x, float[] lanes) {
    clear(lanes);
    for (int i = 0; i < x.length; i++) {
      lanes[i % LANES] += x[i];
    }
    return tree(lanes);
  }

  /// `Σ a · b` of arrays in the same order.
  static float dot(float[] a, float[] b, float[] lanes) {
    clear(lanes);
    for (int i = 0; i < a.length; i++) {
      lanes[i % LANES] = Math.fma(a[i], b[i], lanes[i % LANES]);
    }
    return tree(lanes);
  }

  /// Sets all lanes to 0.
  static void clear(float[] lanes) {
    for (int lane = 0; lane < LANES; lane++) {
      lanes[lane] = 0;
    }
  }

  /// Adds `(j, j+8)`, `(j, j+4)`, `(j, j+2)`, `(j, j+1)`; overwrites the lanes.
  static float tree(float[] lanes) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int j = 0; j < half; j++) {
        lanes[j] += lanes[j + half];
      }
    }
    return lanes[0];
  }

  /// The same tree of lanes in vectors.
  private static float tree(FloatVector s0, FloatVector s1, FloatVector s2, FloatVector s3) {
    FloatVector sum = s0;
    if (VECTORS == 4) {
      sum = s0.add(s2).add(s1.add(s3));
    } else if (VECTORS == 2) {
      sum = s0.add(s1);
      sum = sum.add(sum.rearrange(BY_FOUR));
    } else {
      sum = s0.add(s0.rearrange(BY_EIGHT));
      sum = sum.add(sum.rearrange(BY_FOUR));
    }
    sum = sum.add(sum.rearrange(BY_TWO));
    return sum.add(sum.rearrange(BY_ONE)).lane(0);
  }

  /// Lane `i + by`, around the end.
  private static VectorShuffle<Float> rotation(int by) {
    return VectorShuffle.fromOp(VectorWidth.FLOATS, i -> (i + by) % VectorWidth.LANES);
  }

  private static FloatVector part(float[] lanes, int index) {
    int from = index < VECTORS ? index * VectorWidth.LANES : 0;
    return FloatVector.fromArray(VectorWidth.FLOATS, lanes, from);
  }

  private static void put(
      FloatVector s0, FloatVector s1, FloatVector s2, FloatVector s3, float[] lanes) {
    s0.intoArray(lanes, 0);
    if (VECTORS > 1) {
      s1.intoArray(lanes, VectorWidth.LANES);
    }
    if (VECTORS > 2) {
      s2.intoArray(lanes, 2 * VectorWidth.LANES);
      s3.intoArray(lanes, 3 * VectorWidth.LANES);
    }
  }
}
