package dev.minke.quant;

/// The upper byte of a binary16 as a number of its own: five bits of exponent, two of fraction.
public final class E5M2 {
  private E5M2() {}

  /// Exact.
  public static float toFloat(byte code) {
    return Float.float16ToFloat((short) (code << 8));
  }
}
