package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// How 32 numbers become integers from 0 on: `(x − least) / scale + middle`, cut off behind the
/// point.
///
/// @param least what is taken off first
/// @param scale what one step is worth; negative where the number largest in magnitude is positive
/// @param middle the integer of what is then zero, and a half
/// @param most the largest integer
record Rounding(float least, float scale, float middle, int most) {
  private static final int ELEMENTS = 32;

  /// Steps around zero; the number largest in magnitude, the first of equals, becomes 0.
  static Rounding aroundZero(int bits, MemorySegment from, long at) {
    float peak = from.get(Blocks.FLOAT, at);
    for (int i = 1; i < ELEMENTS; i++) {
      float value = from.get(Blocks.FLOAT, at + 4L * i);
      if (Math.abs(value) > Math.abs(peak)) {
        peak = value;
      }
    }
    int zero = 1 << bits - 1;
    return new Rounding(0, peak / -zero, zero + 0.5f, (1 << bits) - 1);
  }

  /// Steps from the smallest number to the largest.
  static Rounding fromLeast(int bits, MemorySegment from, long at) {
    float least = from.get(Blocks.FLOAT, at);
    float largest = least;
    for (int i = 1; i < ELEMENTS; i++) {
      float value = from.get(Blocks.FLOAT, at + 4L * i);
      least = Math.min(least, value);
      largest = Math.max(largest, value);
    }
    int most = (1 << bits) - 1;
    return new Rounding(least, (largest - least) / most, 0.5f, most);
  }

  /// The integer of a number. Multiplied with the reciprocal, as the field does: a quotient differs
  /// in rare ties.
  int of(float value) {
    float reciprocal = scale == 0 ? 0 : 1 / scale;
    return Math.clamp((int) ((value - least) * reciprocal + middle), 0, most);
  }
}
