package dev.minke.kernel.vector;

import dev.minke.kernel.x86.IntegerProducts;

/// Rows rounded to whole numbers of eight bits, with a scale for each 32: the larger operand of a
/// product in integers.
///
/// `scale = max |x| / 127` of the 32, `q = x / scale` rounded to nearest, ties to even, by
/// multiplying with `127 / max |x|`; all 0 where the maximum is 0 or not finite.
final class RoundedRows {
  /// Elements that share a scale.
  static final int RUN = 32;

  private RoundedRows() {}

  /// Bytes of the numbers and of the facts of a row.
  static long bytes(int depth) {
    return depth + depth / RUN * (long) IntegerProducts.FACT_BYTES;
  }

  /// Rounds one row.
  ///
  /// @param x F32 `[depth]`
  /// @param numbers int8 `[depth]`
  /// @param facts [IntegerProducts#FACT_BYTES] for each 32 elements
  static void round(long x, int depth, long numbers, long facts) {
    for (int from = 0; from < depth; from += RUN) {
      long at = x + from * (long) Float.BYTES;
      float peak = 0;
      for (int i = 0; i < RUN; i++) {
        peak = Math.max(peak, Math.abs(Memory.get(at + 4L * i)));
      }
      float factor = peak > 0 && peak < Float.POSITIVE_INFINITY ? 127 / peak : 0;
      long fact = facts + from / RUN * (long) IntegerProducts.FACT_BYTES;
      Memory.set(fact, factor == 0 ? peak : peak / 127);
      int first = half(at, factor, numbers + from);
      int second = half(at + 64, factor, numbers + from + 16);
      Memory.setInt(fact + 4, first);
      Memory.setInt(fact + 8, second);
      Memory.setInt(fact + 12, first + second);
    }
  }

  /// @return the sum of the numbers
  private static int half(long x, float factor, long numbers) {
    int sum = 0;
    for (int i = 0; i < 16; i++) {
      int number = (int) Math.rint(Memory.get(x + 4L * i) * factor);
      Memory.setByte(numbers + i, (byte) number);
      sum += number;
    }
    return sum;
  }
}
