package dev.minke.kernel.vector;

import dev.minke.kernel.x86.RoundedRun;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// Rows rounded to whole numbers of eight bits, with a scale for each 32: the larger operand of a
/// product in integers.
///
/// `scale = max |x| / 127` of the 32, `q = x / scale` rounded to nearest, ties to even, by
/// multiplying with `127 / max |x|`; all 0 where that or the maximum is not finite.
final class RoundedRows {
  private static final int MAGNITUDE = Integer.MAX_VALUE;
  private static final int HALF = RoundedRun.ELEMENTS / 2;

  /// 1.5 · 2^23, and its bits: added to a small number, it leaves the nearest whole one in the
  /// lowest bits.
  private static final float WHOLE = 0x1.8p23f;

  private static final int WHOLE_BITS = 0x4B400000;

  private RoundedRows() {}

  /// Rounds one row.
  ///
  /// @param x F32 `[depth]`
  /// @param to [RoundedRun]s
  static void round(long x, int depth, long to) {
    for (int from = 0; from < depth; from += RoundedRun.ELEMENTS) {
      long at = x + from * (long) Float.BYTES;
      long run = to + RoundedRun.rowBytes(from);
      float peak = peak(at);
      float factor = 127 / peak;
      int first = 0;
      int second = 0;
      if (factor > 0 && factor < Float.POSITIVE_INFINITY) {
        first = half(at, factor, run);
        second = half(at + HALF * (long) Float.BYTES, factor, run + HALF);
        peak /= 127;
      } else {
        Memory.clear(run, RoundedRun.ELEMENTS / Float.BYTES);
      }
      Memory.set(run + RoundedRun.SCALE, peak);
      Memory.setInt(run + RoundedRun.HALF_SUM, first);
      Memory.setInt(run + RoundedRun.HALF_SUM + 4, second);
      Memory.setInt(run + RoundedRun.SUM, first + second);
    }
  }

  /// The largest magnitude, compared as bits: a number that is none is above all.
  private static float peak(long x) {
    IntVector most = IntVector.zero(VectorWidth.INTS);
    for (long i = 0; i < RoundedRun.ELEMENTS; i += VectorWidth.LANES) {
      most = most.max(Memory.loadInts(x + i * Float.BYTES).and(MAGNITUDE));
    }
    return Float.intBitsToFloat(most.reduceLanes(VectorOperators.MAX));
  }

  /// Narrow vectors write zeros behind their numbers, which the next ones overwrite.
  ///
  /// @return the sum of the numbers
  private static int half(long x, float factor, long to) {
    IntVector sum = IntVector.zero(VectorWidth.INTS);
    for (long i = 0; i < HALF; i += VectorWidth.LANES) {
      IntVector numbers =
          Memory.load(x + i * Float.BYTES)
              .mul(factor)
              .add(WHOLE)
              .reinterpretAsInts()
              .sub(WHOLE_BITS);
      ByteVector bytes =
          (ByteVector) numbers.convertShape(VectorOperators.I2B, VectorWidth.CODES, 0);
      Memory.store(bytes, to + i);
      sum = sum.add(numbers);
    }
    return sum.reduceLanes(VectorOperators.ADD);
  }
}
