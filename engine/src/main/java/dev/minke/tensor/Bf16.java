package dev.minke.tensor;

/// The upper half of a binary32 as a number of its own: eight bits of exponent, seven of fraction.
public final class Bf16 {
  private Bf16() {}

  /// Rounds to nearest, ties to even; NaN stays NaN.
  public static short of(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
  }

  /// Exact.
  public static float toFloat(short value) {
    return Float.intBitsToFloat(value << 16);
  }
}
