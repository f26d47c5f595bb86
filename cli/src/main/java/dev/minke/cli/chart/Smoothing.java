package dev.minke.cli.chart;

import java.util.ArrayList;
import java.util.List;

/// A running mean whose weights halve going back, taken of logarithms: a loss that falls by equal
/// factors stays a straight line, and one bad step counts by its ratio.
public final class Smoothing {
  private static final int MOST = 50;
  private static final int SHARE = 60;

  private Smoothing() {}

  /// Over how many steps a run of so many is smoothed: a sixtieth of it, at most 50.
  public static int span(int steps) {
    return Math.clamp(steps / SHARE, 1, MOST);
  }

  /// The geometric running mean; a point that is not above 0 is left out.
  ///
  /// @param span in which the weights fall to 1/e; 1 changes nothing
  public static Series of(Series series, String name, int span) {
    double keep = 1 - 1.0 / span;
    double sum = 0;
    double weight = 0;
    List<Series.Point> smooth = new ArrayList<>();
    for (Series.Point point : series.points()) {
      if (point.y() > 0) {
        sum = keep * sum + (1 - keep) * Math.log(point.y());
        weight = keep * weight + (1 - keep);
        smooth.add(new Series.Point(point.x(), Math.exp(sum / weight)));
      }
    }
    return new Series(name, Series.Style.LINE, series.colour(), smooth);
  }
}
