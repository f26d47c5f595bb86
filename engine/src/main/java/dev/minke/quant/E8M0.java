package dev.minke.quant;

/// A power of two from 2⁻¹²⁷ to 2¹²⁷: the exponent of a binary32 alone, without a sign. 255 is NaN.
public final class E8M0 {
  private static final int NAN = 255;
  private static final int LARGEST = 254;

  /// Bits of 2⁻¹²⁷, the one number that is subnormal in F32.
  private static final int SMALLEST = 1 << 22;

  private E8M0() {}

  /// Exact.
  public static float toFloat(byte code) {
    int exponent = code & 0xFF;
    if (exponent == NAN) {
      return Float.NaN;
    }
    return Float.intBitsToFloat(exponent == 0 ? SMALLEST : exponent << 23);
  }

  /// The smallest power of two that is not below a number: the rule of a block's scale. At most
  /// 2¹²⁷; infinity and NaN become NaN. The sign is not looked at.
  public static byte ceil(float value) {
    int bits = Float.floatToRawIntBits(Math.abs(value));
    int exponent = bits >>> 23;
    if (exponent == NAN) {
      return (byte) NAN;
    }
    boolean between = exponent == 0 ? bits > SMALLEST : (bits & 0x7F_FFFF) != 0;
    return (byte) Math.min(exponent + (between ? 1 : 0), LARGEST);
  }

  /// The nearest power of two, the upper one from the middle on, as PyTorch rounds: from 1.5·2¹²⁷
  /// on it is NaN. The sign is not looked at.
  public static byte nearest(float value) {
    int bits = Float.floatToRawIntBits(Math.abs(value));
    int exponent = bits >>> 23;
    if (exponent == 0) {
      return (byte) (bits < SMALLEST + SMALLEST / 2 ? 0 : 1);
    }
    return (byte) Math.min(exponent + (bits >>> 22 & 1), NAN);
  }
}
