package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.VectorWidth.FLOAT_VECTOR;

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
    FLOAT_VECTOR.cast(s0).intoArray(lanes, 0);
    if (VECTORS > 1) {
      FLOAT_VECTOR.cast(s1).intoArray(lanes, VectorWidth.LANES);
    }
    if (VECTORS > 2) {
      FLOAT_VECTOR.cast(s2).intoArray(lanes, 2 * VectorWidth.LANES);
      FLOAT_VECTOR.cast(s3).intoArray(lanes, 3 * VectorWidth.LANES);
    }
    for (int lane = 0; i < bytes; i += Float.BYTES, lane++) {
      lanes[lane] = Math.fma(Memory.get(a + i), Memory.get(b + i), lanes[lane]);
    }
    return tree(lanes);
  }

  /// `Σ x`.
  ///
  /// @param lanes 16 floats to work in
  static float sum(long x, long count, float[] lanes) {
    clear(lanes);
    add(x, count, lanes);
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
      s0 = Memory.load(x + i).add(s0);
      if (VECTORS > 1) {
        s1 = Memory.load(x + i + BYTES).add(s1);
      }
      if (VECTORS > 2) {
        s2 = Memory.load(x + i + 2 * BYTES).add(s2);
        s3 = Memory.load(x + i + 3 * BYTES).add(s3);
      }
    }
    FLOAT_VECTOR.cast(s0).intoArray(lanes, 0);
    if (VECTORS > 1) {
      FLOAT_VECTOR.cast(s1).intoArray(lanes, VectorWidth.LANES);
    }
    if (VECTORS > 2) {
      FLOAT_VECTOR.cast(s2).intoArray(lanes, 2 * VectorWidth.LANES);
      FLOAT_VECTOR.cast(s3).intoArray(lanes, 3 * VectorWidth.LANES);
    }
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
        most = Memory.load(x + i).max(most);
      }
      FLOAT_VECTOR.cast(most).intoArray(lanes, 0);
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

  /// Adds `(j, j+8)`, `(j, j+4)`, `(j, j+2)`, `(j, j+1)`.
  static float tree(float[] lanes) {
    FloatVector sum = FloatVector.fromArray(VectorWidth.FLOATS, lanes, 0);
    if (VECTORS == 4) {
      sum = sum.add(part(lanes, 2)).add(part(lanes, 1).add(part(lanes, 3)));
    } else if (VECTORS == 2) {
      sum = sum.add(part(lanes, 1));
      sum = sum.add(sum.rearrange(BY_FOUR));
    } else {
      sum = sum.add(sum.rearrange(BY_EIGHT));
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
}
