package dev.minke.tokenizer.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;

/// Python's arithmetic on integers, floating-point numbers and booleans.
final class Numbers {
  /// Integers have no limit in Python; here they may not become an attack.
  private static final int MOST_BITS = 4096;

  /// Integers of so many bits are exact as floating-point numbers.
  private static final int DOUBLE_BITS = 53;

  private static final double FIXED_BELOW = 1e16;
  private static final double FIXED_FROM = 1e-4;

  private Numbers() {}

  /// The value as a number, booleans too; null where it is none.
  static @Nullable Value number(Value value) {
    return switch (value) {
      case Value.Bool bool -> Value.Whole.of(bool.value() ? 1 : 0);
      case Value.Whole _, Value.Real _ -> value;
      default -> null;
    };
  }

  static double real(Value number) {
    return number instanceof Value.Whole(BigInteger whole)
        ? whole.doubleValue()
        : ((Value.Real) number).value();
  }

  static Value whole(BigInteger value) {
    if (value.bitLength() > MOST_BITS) {
      throw new Failure("a number of more than %,d bits".formatted(MOST_BITS));
    }
    return new Value.Whole(value);
  }

  /// One operation on two numbers.
  static Value apply(String operator, Value left, Value right) {
    boolean divides = operator.equals("/") || operator.equals("//") || operator.equals("%");
    if (divides && !Types.isTrue(right)) {
      throw new Failure("division by zero");
    }
    if (left instanceof Value.Whole(BigInteger a) && right instanceof Value.Whole(BigInteger b)) {
      return ofWhole(operator, a, b);
    }
    return ofReal(operator, real(left), real(right));
  }

  private static Value ofWhole(String operator, BigInteger left, BigInteger right) {
    return switch (operator) {
      case "+" -> whole(left.add(right));
      case "-" -> whole(left.subtract(right));
      case "*" -> whole(left.multiply(right));
      case "/" -> new Value.Real(left.doubleValue() / right.doubleValue());
      case "//" -> whole(left.subtract(floorRemainder(left, right)).divide(right));
      case "%" -> whole(floorRemainder(left, right));
      case "**" -> power(left, right);
      default -> throw new IllegalArgumentException("operator " + operator);
    };
  }

  private static BigInteger floorRemainder(BigInteger left, BigInteger right) {
    BigInteger remainder = left.remainder(right);
    return remainder.signum() != 0 && remainder.signum() != right.signum()
        ? remainder.add(right)
        : remainder;
  }

  private static Value power(BigInteger base, BigInteger exponent) {
    if (exponent.signum() < 0) {
      return ofReal("**", base.doubleValue(), exponent.doubleValue());
    }
    boolean small = base.bitLength() <= 1 && base.signum() >= 0;
    if (!small
        && (exponent.bitLength() > 20
            || (long) base.bitLength() * exponent.intValue() > 2L * MOST_BITS)) {
      throw new Failure("a number of more than %,d bits".formatted(MOST_BITS));
    }
    return small
        ? new Value.Whole(exponent.signum() == 0 ? BigInteger.ONE : base)
        : whole(base.pow(exponent.intValue()));
  }

  private static Value ofReal(String operator, double left, double right) {
    double result =
        switch (operator) {
          case "+" -> left + right;
          case "-" -> left - right;
          case "*" -> left * right;
          case "/" -> left / right;
          case "//" -> Math.floor(left / right);
          case "%" -> {
            double remainder = left % right;
            yield remainder != 0 && remainder < 0 != right < 0 ? remainder + right : remainder;
          }
          case "**" -> Math.pow(left, right);
          default -> throw new IllegalArgumentException("operator " + operator);
        };
    return new Value.Real(result);
  }

  /// Less than, equal or greater, exactly: an integer is not rounded to be compared.
  static int compare(Value left, Value right) {
    if (left instanceof Value.Whole(BigInteger a) && right instanceof Value.Whole(BigInteger b)) {
      return a.compareTo(b);
    }
    double a = real(left);
    double b = real(right);
    boolean rounded = isLarge(left) || isLarge(right);
    if (rounded && Double.isFinite(a) && Double.isFinite(b)) {
      return exact(left).compareTo(exact(right));
    }
    // Double.compare would tell -0.0 from 0.0.
    return a == b ? 0 : Double.compare(a, b);
  }

  /// Whether it is an integer that a floating-point number may not hold.
  private static boolean isLarge(Value number) {
    return number instanceof Value.Whole(BigInteger whole) && whole.bitLength() > DOUBLE_BITS;
  }

  private static BigDecimal exact(Value number) {
    return number instanceof Value.Whole(BigInteger whole)
        ? new BigDecimal(whole)
        : new BigDecimal(((Value.Real) number).value());
  }

  /// As `repr` writes a floating-point number: the shortest digits that mean it.
  static String text(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    double size = Math.abs(value);
    if (size == 0) {
      return Double.toString(value);
    }
    BigDecimal digits = shortest(value);
    if (size >= FIXED_FROM && size < FIXED_BELOW) {
      String plain = digits.toPlainString();
      return plain.contains(".") ? plain : plain + ".0";
    }
    int exponent = digits.precision() - digits.scale() - 1;
    String mantissa = digits.movePointLeft(exponent).stripTrailingZeros().toPlainString();
    return "%se%s%02d".formatted(mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  /// Java writes two digits where one would do.
  private static BigDecimal shortest(double value) {
    BigDecimal digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    BigDecimal one = digits.round(new MathContext(1));
    return digits.precision() == 2 && one.doubleValue() == value ? one : digits;
  }
}
