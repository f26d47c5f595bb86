package dev.minke.cli.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// A named row of points, from left to right. Points that are no finite numbers are left out.
///
/// @param name for the legend
/// @param style how it is drawn
/// @param colour 0 to 5, an entry of the palette
/// @param points in the order of x
public record Series(String name, Style style, int colour, List<Point> points) {
  public Series {
    points = points.stream().filter(Point::isFinite).toList();
  }

  /// How points are drawn.
  public enum Style {
    /// Pale, behind the others: what was measured, before smoothing.
    RAW,
    /// A line.
    LINE,
    /// A line with a dot at each point.
    DOTS
  }

  /// A place.
  public record Point(double x, double y) {
    boolean isFinite() {
      return Double.isFinite(x) && Double.isFinite(y);
    }
  }

  /// A series of something that each of a list has.
  public static <T> Series of(
      String name,
      Style style,
      int colour,
      List<T> all,
      ToDoubleFunction<T> x,
      ToDoubleFunction<T> y) {
    return new Series(
        name,
        style,
        colour,
        all.stream().map(one -> new Point(x.applyAsDouble(one), y.applyAsDouble(one))).toList());
  }

  /// The part between two places.
  Series between(double from, double to) {
    return new Series(
        name,
        style,
        colour,
        points.stream().filter(point -> point.x >= from && point.x <= to).toList());
  }

  /// At most about `2 · columns` points: of each of so many equal pieces the lowest and the
  /// highest, in their order, so that no peak is lost; the first and the last point stay.
  Series thinned(int columns) {
    if (points.size() <= 2 * columns) {
      return this;
    }
    List<Point> kept = new ArrayList<>();
    kept.add(points.getFirst());
    for (int piece = 0; piece < columns; piece++) {
      int from = (int) ((long) points.size() * piece / columns);
      int to = (int) ((long) points.size() * (piece + 1) / columns);
      int low = from;
      int high = from;
      for (int i = from; i < to; i++) {
        low = points.get(i).y < points.get(low).y ? i : low;
        high = points.get(i).y > points.get(high).y ? i : high;
      }
      add(kept, points.get(Math.min(low, high)));
      add(kept, points.get(Math.max(low, high)));
    }
    add(kept, points.getLast());
    return new Series(name, style, colour, kept);
  }

  private static void add(List<Point> kept, Point point) {
    if (point.x > kept.getLast().x) {
      kept.add(point);
    }
  }
}
