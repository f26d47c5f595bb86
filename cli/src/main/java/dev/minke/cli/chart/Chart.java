package dev.minke.cli.chart;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;

/// Curves over a common scale, ready to be drawn.
///
/// @param title what is shown, with its unit
/// @param series what is drawn, the last one on top
/// @param left smallest x
/// @param right largest x
/// @param low smallest y
/// @param high largest y
/// @param isLogarithmic whether equal distances upwards are equal factors
public record Chart(
    String title,
    List<Series> series,
    double left,
    double right,
    double low,
    double high,
    boolean isLogarithmic) {
  /// Values that span more than this factor are drawn by their logarithm, if that is wished.
  private static final double WIDE = 20;

  /// Air above and below, as a share of the height.
  private static final double AIR = 0.05;

  public Chart {
    series = List.copyOf(series);
  }

  /// A chart of the part of the series between two places, scaled to what is there.
  ///
  /// @param mayBeLogarithmic whether a wide range is drawn by logarithms
  public static Chart of(
      String title, List<Series> all, double from, double to, boolean mayBeLogarithmic) {
    List<Series> series = all.stream().map(one -> one.between(from, to)).toList();
    DoubleSummaryStatistics x = new DoubleSummaryStatistics();
    DoubleSummaryStatistics y = new DoubleSummaryStatistics();
    for (Series one : series) {
      for (Series.Point point : one.points()) {
        x.accept(point.x());
        y.accept(point.y());
      }
    }
    if (x.getCount() == 0) {
      return new Chart(title, series, 0, 1, 0, 1, false);
    }
    boolean logarithmic = mayBeLogarithmic && y.getMin() > 0 && y.getMax() / y.getMin() > WIDE;
    double air =
        y.getMax() > y.getMin()
            ? AIR * (y.getMax() - y.getMin())
            : AIR * Math.abs(y.getMax()) + 1e-9;
    double below = y.getMin() >= 0 ? Math.max(0, y.getMin() - air) : y.getMin() - air;
    double low = logarithmic ? y.getMin() : below;
    double high = logarithmic ? y.getMax() : y.getMax() + air;
    double right = x.getMax() > x.getMin() ? x.getMax() : x.getMin() + 1;
    return new Chart(title, series, x.getMin(), right, low, high, logarithmic);
  }

  /// The same curves over other steps, so that several charts have one scale.
  public Chart across(double from, double to) {
    return new Chart(title, series, from, to, low, high, isLogarithmic);
  }

  /// Whether there is nothing to draw.
  public boolean isEmpty() {
    return series.stream().allMatch(one -> one.points().isEmpty());
  }

  /// Where a value lies between bottom, 0, and top, 1.
  double height(double value) {
    return isLogarithmic
        ? Math.log(value / low) / Math.log(high / low)
        : (value - low) / (high - low);
  }

  /// Where a place lies between left, 0, and right, 1.
  double across(double place) {
    return (place - left) / (right - left);
  }

  /// Round values from bottom to top.
  List<Double> heightMarks() {
    if (!isLogarithmic) {
      return marks(low, high, 7);
    }
    List<Double> marks = new ArrayList<>();
    for (int power = (int) Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
      for (int digit : new int[] {1, 2, 5}) {
        double mark = digit * Math.pow(10, power);
        if (mark >= low && mark <= high) {
          marks.add(mark);
        }
      }
    }
    return marks;
  }

  /// Round whole places from left to right.
  List<Double> acrossMarks() {
    return marks(left, right, 7).stream().filter(mark -> mark == Math.rint(mark)).toList();
  }

  /// Multiples of 1, 2 or 5 times a power of ten, at most about `most` of them.
  private static List<Double> marks(double from, double to, int most) {
    double rough = (to - from) / most;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step = 10 * power;
    for (double factor : new double[] {5, 2, 1}) {
      step = rough <= factor * power ? factor * power : step;
    }
    List<Double> marks = new ArrayList<>();
    for (long i = (long) Math.ceil(from / step - 1e-9);
        i * step <= to * (1 + 1e-12) + 1e-300;
        i++) {
      marks.add(i * step);
    }
    return marks;
  }

  /// A number as short as it can be said: about three digits, thousands as `k`, `M`, `G`, `T`.
  public static String number(double value) {
    double size = Math.abs(value);
    if (!Double.isFinite(value)) {
      return "–";
    }
    if (size >= 10_000) {
      int group = Math.min(4, (int) (Math.log10(size) / 3));
      return trimmed(value / Math.pow(1000, group), 1) + " kMGT".charAt(group);
    }
    if (size == 0 || size >= 1) {
      return trimmed(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
    }
    int power = (int) Math.floor(Math.log10(size));
    return size < 1e-2
        ? trimmed(value / Math.pow(10, power), 2) + "e" + power
        : trimmed(value, 2 - power);
  }

  private static String trimmed(double value, int digits) {
    String text = String.format(Locale.ROOT, "%." + digits + "f", value);
    return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
  }
}
