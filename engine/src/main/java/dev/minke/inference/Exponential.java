package dev.minke.inference;

import java.math.BigDecimal;
import java.math.MathContext;

/// e^x in double for x ≤ 0, within one unit in the last place, never falling where x rises.
///
/// x is n·ln 2/64 + r with |r| ≤ ln 2/128: a table holds 2^(j/64) in two parts each, a polynomial
/// has e^r - 1, and the exponent takes the rest of n. Only sums and products, which Java rounds
/// alike everywhere: the same bits on every machine, in a fraction of StrictMath's time (bench ops
/// has both).
final class Exponential {
  private static final int PARTS = 64;
  private static final int PART_BITS = 6;

  private static final double PARTS_PER_UNIT = 0x1.71547652b82fep+6;

  /// ln 2/64 in two parts. The upper has 32 bits: times n, which has 17, it is exact.
  private static final double UPPER = 0x1.62e42feep-7;

  private static final double LOWER = 0x1.a39ef35793c76p-39;

  /// Added and taken away again it rounds to an integer, which its lowest bits then hold.
  private static final double ROUNDER = 0x1.8p52;

  private static final int MANTISSA_BITS = 52;

  /// Below it results may be subnormal, which adding to the exponent cannot make.
  private static final double NORMAL = -708;

  /// Below it the result is nearer to 0 than to the smallest double.
  private static final double ZERO = -745.5;

  /// `[2 * PARTS]`: 2^(j/64) rounded, and what rounding took.
  private static final double[] POWERS = powers();

  private Exponential() {}

  private static double[] powers() {
    MathContext digits = new MathContext(50);
    BigDecimal root = BigDecimal.TWO;
    for (int i = 0; i < PART_BITS; i++) {
      root = root.sqrt(digits);
    }
    double[] powers = new double[2 * PARTS];
    BigDecimal power = BigDecimal.ONE;
    for (int j = 0; j < PARTS; j++) {
      double rounded = power.doubleValue();
      powers[2 * j] = rounded;
      powers[2 * j + 1] = power.subtract(new BigDecimal(rounded)).doubleValue();
      power = power.multiply(root, digits);
    }
    return powers;
  }

  /// e^x.
  ///
  /// @param x 0 or less, -∞ too
  static double exp(double x) {
    double shifted = x * PARTS_PER_UNIT + ROUNDER;
    double count = shifted - ROUNDER;
    int n = (int) Double.doubleToRawLongBits(shifted);
    double r = x - count * UPPER - count * LOWER;
    double beyond = r + r * r * (1 / 2. + r * (1 / 6. + r * (1 / 24. + r * (1 / 120.))));
    int part = (n & PARTS - 1) << 1;
    double fraction = POWERS[part] + (POWERS[part + 1] + POWERS[part] * beyond);
    int exponent = n >> PART_BITS;
    if (x < NORMAL) {
      return x < ZERO ? 0 : Math.scalb(fraction, exponent);
    }
    return Double.longBitsToDouble(
        Double.doubleToRawLongBits(fraction) + ((long) exponent << MANTISSA_BITS));
  }
}
