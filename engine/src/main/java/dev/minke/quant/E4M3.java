package dev.minke.quant;

/// Eight bits of sign, four of exponent, three of fraction; no infinity, NaN only where all bits
/// below the sign are set (`e4m3fn`). Numbers reach from 2⁻⁹ to 448.
public final class E4M3 {
  private static final byte NAN = 0x7F;

  /// 448.
  private static final int LARGEST = 0x7E;

  /// Bits of 2⁻⁶ in F32, the smallest normal number.
  private static final int SMALLEST_NORMAL = (127 - 6) << 23;

  /// What the exponent's bias differs in, at the place of the byte's exponent.
  private static final int REBIAS = (127 - 7) << 3;

  private static final float[] VALUES = new float[256];

  static {
    for (int code = 0; code < VALUES.length; code++) {
      VALUES[code] = value(code);
    }
  }

  private E4M3() {}

  private static float value(int code) {
    int magnitude = code & 0x7F;
    float sign = code < 0x80 ? 1 : -1;
    if (magnitude == NAN) {
      return Float.NaN;
    }
    return magnitude < 8
        ? sign * magnitude * 0x1p-9f
        : sign * Float.intBitsToFloat((magnitude + REBIAS) << 20);
  }

  /// Exact.
  public static float toFloat(byte code) {
    return VALUES[code & 0xFF];
  }

  /// Rounds to nearest, ties to even; what is too large, infinity too, becomes ±448. NaN stays NaN.
  public static byte of(float value) {
    if (Float.isNaN(value)) {
      return NAN;
    }
    int bits = Float.floatToRawIntBits(value);
    int magnitude = bits & 0x7FFF_FFFF;
    int rounded =
        magnitude < SMALLEST_NORMAL
            ? (int) Math.rint(Math.abs(value) * 0x1p9f)
            : (magnitude + 0x7_FFFF + (magnitude >>> 20 & 1) >>> 20) - REBIAS;
    return (byte) (Math.min(rounded, LARGEST) | (bits >>> 24 & 0x80));
  }
}
