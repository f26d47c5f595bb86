package dev.minke.cli.chart;

import java.util.List;

/// The load of a layer's experts as a strip of letters: the height of each is its load, where the
/// full height is three times the mean.
public final class LoadStrip {
  private static final String EIGHTHS = " ▁▂▃▄▅▆▇█";
  private static final double FULL = 3;
  private static final String PLAIN = "\u001B[0m";

  private LoadStrip() {}

  /// @param loads as multiples of the mean
  /// @param width columns; more experts than columns are drawn by the most loaded one of several
  /// @param isColoured whether the terminal's colours are used: blue is idle, red is overloaded
  public static String of(List<Double> loads, int width, boolean isColoured) {
    int columns = Math.min(width, loads.size());
    StringBuilder strip = new StringBuilder();
    for (int column = 0; column < columns; column++) {
      int from = loads.size() * column / columns;
      int to = loads.size() * (column + 1) / columns;
      double load =
          loads.subList(from, to).stream().mapToDouble(Double::doubleValue).max().orElse(0);
      int eighths = (int) Math.clamp(Math.round(load / FULL * 8), load > 0 ? 1 : 0, 8);
      strip.append(isColoured ? colour(load) : "").append(EIGHTHS.charAt(eighths));
    }
    return strip.append(isColoured ? PLAIN : "").toString();
  }

  private static String colour(double load) {
    int colour = load < 0.25 ? 27 : load < 0.7 ? 75 : load < 1.4 ? 250 : load < 2 ? 215 : 196;
    return "\u001B[38;5;" + colour + "m";
  }
}
