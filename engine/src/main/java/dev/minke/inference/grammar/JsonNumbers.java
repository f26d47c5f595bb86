package dev.minke.inference.grammar;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Numbers between bounds, and multiples, as expressions: a comparison of digits, written out.
/// Numbers with bounds have no exponent.
final class JsonNumbers {
  /// Remainders that a multiple is followed through.
  private static final int MOST_REMAINDERS = 10_000;

  private static final CodePoints DIGIT = CodePoints.range('0', '9');

  /// Digits of a bound: with more there would be no number to read it.
  private static final int MOST_BOUND_DIGITS = 300;

  private JsonNumbers() {}

  /// The end of a range.
  record Bound(BigDecimal value, boolean isInclusive) {}

  /// The numbers between two bounds, each of which may be absent.
  ///
  /// @param isInteger whether they have no decimals
  static Expression between(@Nullable Bound low, @Nullable Bound high, boolean isInteger) {
    check(low);
    check(high);
    Bound zero = new Bound(BigDecimal.ZERO, true);
    Bound positive = new Bound(BigDecimal.ZERO, false);
    List<Expression> signs = new ArrayList<>();
    if (high == null || high.value.signum() >= 0) {
      signs.add(magnitude(low == null || low.value.signum() < 0 ? zero : low, high, isInteger));
    }
    if (low == null || low.value.signum() < 0) {
      Bound least = high == null || high.value.signum() >= 0 ? positive : negated(high);
      Bound most = low == null ? null : negated(low);
      signs.add(Expression.sequence(Expression.text("-"), magnitude(least, most, isInteger)));
    }
    return new Expression.Choice(signs);
  }

  private static void check(@Nullable Bound bound) {
    if (bound != null
        && (bound.value.precision() > MOST_BOUND_DIGITS
            || Math.abs((long) bound.value.scale()) > MOST_BOUND_DIGITS)) {
      throw new GrammarException(
          "expected a bound of at most %d digits, found more".formatted(MOST_BOUND_DIGITS));
    }
  }

  private static Bound negated(Bound bound) {
    return new Bound(bound.value.negate(), bound.isInclusive);
  }

  private static Expression magnitude(Bound low, @Nullable Bound high, boolean isInteger) {
    int digits = Math.max(parts(low)[0].length(), high == null ? 0 : parts(high)[0].length());
    Expression shape = shape(Math.max(digits, JsonText.MOST_DIGITS), isInteger);
    Expression fromLow = new Expression.Both(shape, atLeast(low));
    return high == null ? fromLow : new Expression.Both(fromLow, atMost(high));
  }

  /// All numbers without a sign, of at most so many digits before the point.
  private static Expression shape(int most, boolean isInteger) {
    Expression whole =
        Expression.choice(
            Expression.text("0"),
            Expression.sequence(
                new Expression.OneOf(CodePoints.range('1', '9')), digits(0, most - 1)));
    return isInteger
        ? whole
        : Expression.sequence(
            whole,
            Expression.optional(
                Expression.sequence(Expression.text("."), digits(1, JsonText.MOST_DECIMALS))));
  }

  private static Expression digits(int least, int most) {
    return new Expression.Repeat(new Expression.OneOf(DIGIT), least, most);
  }

  private static Expression digits(int count) {
    return digits(count, count);
  }

  private static Expression anyDigits() {
    return digits(0, Expression.Repeat.NO_LIMIT);
  }

  private static Expression anyDecimals() {
    return Expression.optional(Expression.sequence(Expression.text("."), anyDigits()));
  }

  private static Expression digit(int first, int last) {
    return first > last
        ? Expression.NEVER
        : new Expression.OneOf(CodePoints.range('0' + first, '0' + last));
  }

  /// Digits before and behind the point, without zeros that say nothing.
  private static String[] parts(Bound bound) {
    String plain = bound.value.stripTrailingZeros().toPlainString();
    int point = plain.indexOf('.');
    return point < 0
        ? new String[] {plain, ""}
        : new String[] {plain.substring(0, point), plain.substring(point + 1)};
  }

  private static Expression atLeast(Bound low) {
    String whole = parts(low)[0];
    String decimals = parts(low)[1];
    Expression more =
        Expression.sequence(Expression.text("."), anyDigits(), digit(1, 9), anyDigits());
    Expression rest =
        low.isInclusive ? anyDigits() : Expression.sequence(anyDigits(), digit(1, 9), anyDigits());
    for (int i = decimals.length() - 1; i >= 0; i--) {
      int value = decimals.charAt(i) - '0';
      rest =
          Expression.choice(
              Expression.sequence(digit(value + 1, 9), anyDigits()),
              Expression.sequence(digit(value, value), rest));
    }
    Expression equal =
        !decimals.isEmpty()
            ? Expression.sequence(Expression.text("."), rest)
            : low.isInclusive ? anyDecimals() : more;
    for (int i = whole.length() - 1; i >= 0; i--) {
      int value = whole.charAt(i) - '0';
      equal =
          Expression.choice(
              Expression.sequence(
                  digit(value + 1, 9), digits(whole.length() - 1 - i), anyDecimals()),
              Expression.sequence(digit(value, value), equal));
    }
    Expression longer =
        Expression.sequence(
            digit(1, 9), digits(whole.length(), Expression.Repeat.NO_LIMIT), anyDecimals());
    return Expression.choice(longer, equal);
  }

  private static Expression atMost(Bound high) {
    String whole = parts(high)[0];
    String decimals = parts(high)[1];
    Expression zeros = Expression.any(Expression.text("0"));
    // What may follow when all digits so far are those of the bound.
    Expression rest = high.isInclusive ? zeros : Expression.NEVER;
    for (int i = decimals.length() - 1; i >= 0; i--) {
      int value = decimals.charAt(i) - '0';
      Expression here =
          Expression.choice(
              Expression.sequence(digit(0, value - 1), anyDigits()),
              Expression.sequence(digit(value, value), rest));
      // Ended earlier, the number is the smaller one.
      rest = i == 0 ? here : Expression.choice(Expression.EMPTY, here);
    }
    Expression pointAndRest = Expression.sequence(Expression.text("."), rest);
    Expression equal =
        !decimals.isEmpty() || high.isInclusive
            ? Expression.optional(pointAndRest)
            : Expression.NEVER;
    for (int i = whole.length() - 1; i >= 0; i--) {
      int value = whole.charAt(i) - '0';
      boolean isFirstOfMany = i == 0 && whole.length() > 1;
      equal =
          Expression.choice(
              Expression.sequence(
                  digit(isFirstOfMany ? 1 : 0, value - 1),
                  digits(whole.length() - 1 - i),
                  anyDecimals()),
              Expression.sequence(digit(value, value), equal));
    }
    Expression shorter =
        whole.length() == 1
            ? Expression.NEVER
            : Expression.sequence(digits(1, whole.length() - 1), anyDecimals());
    return Expression.choice(shorter, equal);
  }

  /// The multiples of a number, positive and negative, of no more decimals than it has.
  static Expression multiples(BigDecimal of) {
    BigDecimal unit = of.stripTrailingZeros();
    int scale = Math.max(0, unit.scale());
    BigInteger step =
        scale > JsonText.MOST_DECIMALS || unit.precision() > JsonText.MOST_DECIMALS
            ? BigInteger.valueOf(Long.MAX_VALUE)
            : unit.movePointRight(scale).setScale(0, RoundingMode.UNNECESSARY).toBigIntegerExact();
    if (step.signum() <= 0 || step.compareTo(BigInteger.valueOf(MOST_REMAINDERS)) > 0) {
      throw new GrammarException(
          "expected a number above 0 whose digits are at most %,d, found %s"
              .formatted(MOST_REMAINDERS, of.toString()));
    }
    return Expression.sequence(
        Expression.optional(Expression.text("-")),
        new Expression.Regular(remainders(step.intValueExact(), scale)));
  }

  /// A state is the number so far modulo the step, and how many decimals it has.
  private static Dfa remainders(int step, int scale) {
    Dfa.Builder builder = new Dfa.Builder();
    int[] powers = new int[scale + 1];
    powers[0] = 1 % step;
    for (int i = 1; i <= scale; i++) {
      powers[i] = (int) (10L * powers[i - 1] % step);
    }
    // Nothing, then numbers without a point, then those with one and so many decimals.
    builder.beginState(false);
    addDigits(builder, 0, step, 1);
    for (int remainder = 0; remainder < step; remainder++) {
      builder.beginState((long) remainder * powers[scale] % step == 0);
      if (scale > 0) {
        builder.addEdge('.', '.', 1 + step + remainder);
      }
      addDigits(builder, remainder, step, 1);
    }
    for (int decimals = 0; decimals <= scale && scale > 0; decimals++) {
      for (int remainder = 0; remainder < step; remainder++) {
        builder.beginState(decimals > 0 && (long) remainder * powers[scale - decimals] % step == 0);
        if (decimals < scale) {
          addDigits(builder, remainder, step, 1 + (decimals + 2) * step);
        }
      }
    }
    return builder.build();
  }

  private static void addDigits(Dfa.Builder builder, int remainder, int step, int offset) {
    for (int digit = 0; digit < 10; digit++) {
      int next = (int) ((10L * remainder + digit) % step);
      builder.addEdge('0' + digit, '0' + digit, offset + next);
    }
  }
}
