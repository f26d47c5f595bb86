package dev.minke.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The exponential of all kernels: the same operations, so the same bits, for a number and for each
/// lane of a vector.
///
/// `exp(x) = 2ⁿ · p(r)` with `n = round(x / ln 2)` and `r = x - n ln 2`, ln 2 in two parts and p
/// the polynomial of degree 7 of the Cephes library; under 1 ulp from the true value. Arguments are
/// clamped, so that results are normal and finite: at least 1.2e-38, at most 2.4e38. NaN stays NaN.
final class Exponential {
  private static final float LEAST = -87.33f;
  private static final float MOST = 88.37f;
  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;

  /// 1.5 · 2²³: added to a small number, it leaves the nearest integer in the low bits.
  private static final float ROUND = 12582912f;

  private static final int EXPONENT_SHIFT = 23;

  private static final float C2 = 5.0000001201e-1f;
  private static final float C3 = 1.6666665459e-1f;
  private static final float C4 = 4.1665795894e-2f;
  private static final float C5 = 8.3334519073e-3f;
  private static final float C6 = 1.3981999507e-3f;
  private static final float C7 = 1.9875691500e-4f;

  /// All rows of a panel have the same shifts.
  static final long PER_COLUMN = Tiles.PANEL_BYTES - 1;

  /// Each row of a panel has its own shifts.
  static final long PER_ELEMENT = -1;

  private Exponential() {}

  /// `exp(x)`.
  static float exp(float x) {
    float y = Math.min(Math.max(x, LEAST), MOST);
    float t = Math.fma(y, LOG2_E, ROUND);
    float n = t - ROUND;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, y));
    float p = Math.fma(C7, r, C6);
    p = Math.fma(p, r, C5);
    p = Math.fma(p, r, C4);
    p = Math.fma(p, r, C3);
    p = Math.fma(p, r, C2);
    p = Math.fma(p, r * r, r) + 1f;
    return Float.intBitsToFloat(
        Float.floatToRawIntBits(p) + (Float.floatToRawIntBits(t) << EXPONENT_SHIFT));
  }

  private static FloatVector all(float value) {
    return FloatVector.broadcast(VectorWidth.FLOATS, value);
  }

  /// `1 / (1 + exp(-x))`.
  static float sigmoid(float x) {
    return 1f / (1f + exp(-x));
  }

  /// `out[i] = exp(x[i] · factor - shift)`; `out` may be `x`. Like [#expOfPanel], written out in
  /// its loop: a method from vectors to vectors that the compiler has once compiled by itself is
  /// not inlined any more, and whoever calls it then makes every vector an object.
  ///
  /// Arguments are clamped by comparing, which keeps NaN and takes two instructions where a maximum
  /// takes seven: the loop takes two thirds of the time with 512 bits, half with fewer.
  static void exp(long x, float factor, float shift, long out, long count) {
    long bytes = count * Float.BYTES;
    long vectors = bytes - bytes % VectorWidth.BYTES;
    for (long i = 0; i < vectors; i += VectorWidth.BYTES) {
      FloatVector y = Memory.load(x + i).mul(factor).sub(shift);
      y = y.blend(LEAST, y.compare(VectorOperators.LT, LEAST));
      y = y.blend(MOST, y.compare(VectorOperators.GT, MOST));
      FloatVector t = y.fma(all(LOG2_E), all(ROUND));
      FloatVector n = t.sub(ROUND);
      FloatVector r = n.fma(all(-LN2_LOW), n.fma(all(-LN2_HIGH), y));
      FloatVector p = r.fma(all(C7), all(C6));
      p = p.fma(r, all(C5));
      p = p.fma(r, all(C4));
      p = p.fma(r, all(C3));
      p = p.fma(r, all(C2));
      p = p.fma(r.mul(r), r).add(1f);
      FloatVector power =
          p.reinterpretAsInts()
              .add(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, EXPONENT_SHIFT))
              .reinterpretAsFloats();
      Memory.store(power, out + i);
    }
    for (long i = vectors; i < bytes; i += Float.BYTES) {
      Memory.set(out + i, exp(Memory.get(x + i) * factor - shift));
    }
  }

  /// `x[r][c] = exp(x[r][c] · factor - shifts[r][c])` for a panel, `[rows, columns]`.
  ///
  /// @param shifts `[columns]` for all rows with [#PER_COLUMN], `[rows, columns]` with
  ///   [#PER_ELEMENT]
  static void expOfPanel(long x, float factor, long shifts, long ofShifts, int rows) {
    x &= Memory.ADDRESS;
    int vectors = rows * MicroKernels.VECTORS;
    for (int i = 0; i < vectors; i++) {
      long step = (i & Memory.STEPS) * (long) VectorWidth.BYTES;
      long at = x + step;
      FloatVector shift = Memory.load((shifts + (step & ofShifts)) & Memory.ADDRESS);
      FloatVector y = Memory.load(at).mul(factor).sub(shift);
      y = y.blend(LEAST, y.compare(VectorOperators.LT, LEAST));
      y = y.blend(MOST, y.compare(VectorOperators.GT, MOST));
      FloatVector t = y.fma(all(LOG2_E), all(ROUND));
      FloatVector n = t.sub(ROUND);
      FloatVector r = n.fma(all(-LN2_LOW), n.fma(all(-LN2_HIGH), y));
      FloatVector p = r.fma(all(C7), all(C6));
      p = p.fma(r, all(C5));
      p = p.fma(r, all(C4));
      p = p.fma(r, all(C3));
      p = p.fma(r, all(C2));
      p = p.fma(r.mul(r), r).add(1f);
      FloatVector power =
          p.reinterpretAsInts()
              .add(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, EXPONENT_SHIFT))
              .reinterpretAsFloats();
      Memory.store(power, at);
    }
  }
}
