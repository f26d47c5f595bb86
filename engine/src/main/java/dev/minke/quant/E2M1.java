package dev.minke.quant;

/// Four bits: sign, two of exponent, one of fraction (FP4). Numbers reach from 0.5 to 6.
public final class E2M1 {
  private static final float[] VALUES = {
    0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6
  };

  private E2M1() {}

  /// Exact; only the lower four bits are looked at.
  public static float toFloat(int code) {
    return VALUES[code & 15];
  }
}
