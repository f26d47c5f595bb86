package dev.minke.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ExponentialTest {
  private static final MathContext DIGITS = new MathContext(40);

  /// e^x by its series, of a 1024th of x.
  private static BigDecimal exact(double x) {
    BigDecimal part = new BigDecimal(x).divide(BigDecimal.valueOf(1024), DIGITS);
    BigDecimal sum = BigDecimal.ONE;
    BigDecimal term = BigDecimal.ONE;
    for (int i = 1; i < 40; i++) {
      term = term.multiply(part, DIGITS).divide(BigDecimal.valueOf(i), DIGITS);
      sum = sum.add(term, DIGITS);
    }
    return sum.pow(1024, DIGITS);
  }

  @Test
  void isWithinOneUnitOfTheTrueValue() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 6_000; i++) {
      double x = i % 2 == 0 ? -random.nextDouble(700) : -StrictMath.exp(random.nextDouble(-30, 3));
      double found = Exponential.exp(x);
      BigDecimal error = new BigDecimal(found).subtract(exact(x)).abs();
      assertThat(error.doubleValue()).as("e^%s", x).isLessThan(Math.ulp(found));
    }
  }

  /// StrictMath is within one unit, so both are within two of each other.
  @Test
  void isWithinTwoUnitsOfStrictMath() {
    SplittableRandom random = new SplittableRandom(2);
    double worst = 0;
    for (int i = 0; i < 4_000_000; i++) {
      double x = i % 4 == 0 ? -random.nextDouble(745) : -random.nextDouble(40);
      double expected = StrictMath.exp(x);
      worst = Math.max(worst, Math.abs(Exponential.exp(x) - expected) / Math.ulp(expected));
    }
    assertThat(worst).isBetween(0.5, 2.0);
  }

  /// Where one entry of its table takes over from the next; between them the order of every
  /// rounding is that of x.
  @Test
  void doesNotFallWhereTheTableGoesOn() {
    int falls = 0;
    for (int n = 0; n < 745.2 * 64 / StrictMath.log(2); n++) {
      double border = -(n + 0.5) * StrictMath.log(2) / 64;
      for (int i = 0; i < 40; i++) {
        border = Math.nextUp(border);
      }
      for (int i = 0; i < 80; i++) {
        double lower = Math.nextDown(border);
        if (!(Exponential.exp(lower) <= Exponential.exp(border))) {
          falls++;
        }
        border = lower;
      }
    }
    assertThat(falls).isZero();
  }

  @Test
  void doesNotFallElsewhere() {
    SplittableRandom random = new SplittableRandom(3);
    int falls = 0;
    for (int i = 0; i < 3_000_000; i++) {
      double x = i % 2 == 0 ? -random.nextDouble(746) : -random.nextDouble();
      if (!(Exponential.exp(Math.nextDown(x)) <= Exponential.exp(x))) {
        falls++;
      }
    }
    assertThat(falls).isZero();
  }

  @Test
  void knowsTheEnds() {
    assertThat(Exponential.exp(0)).isEqualTo(1);
    assertThat(Exponential.exp(-0.0)).isEqualTo(1);
    assertThat(Exponential.exp(-Double.MIN_VALUE)).isEqualTo(1);
    assertThat(Exponential.exp(-745)).isEqualTo(Double.MIN_VALUE);
    assertThat(Exponential.exp(-746)).isZero();
    assertThat(Exponential.exp(-Double.MAX_VALUE)).isZero();
    assertThat(Exponential.exp(Double.NEGATIVE_INFINITY)).isZero();
  }
}
