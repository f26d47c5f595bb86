package dev.minke.cli.chart;

import java.util.ArrayList;
import java.util.List;

/// A chart in letters: each is a braille pattern of two by four dots.
public final class TextChart {
  /// Room for the numbers at the left.
  private static final int MARGIN = 8;

  private static final int EMPTY = 0x2800;

  /// The dots of a letter by row, left and right.
  private static final int[][] DOTS = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

  private final int columns;
  private final int rows;
  private final int[][] patterns;

  private TextChart(int columns, int rows) {
    this.columns = columns;
    this.rows = rows;
    this.patterns = new int[rows][columns];
  }

  /// @param width columns of the terminal, 12 or more
  /// @param height lines, the title's and that of the steps included, 4 or more
  /// @return `height` lines of at most `width` columns
  public static List<String> draw(Chart chart, int width, int height) {
    TextChart canvas = new TextChart(width - MARGIN - 1, height - 2);
    for (Series series : chart.series()) {
      if (series.style() != Series.Style.RAW) {
        canvas.draw(chart, series);
      }
    }
    List<String> lines = new ArrayList<>();
    lines.add(cut(chart.title(), width));
    for (int row = 0; row < canvas.rows; row++) {
      lines.add(label(chart, row, canvas.rows) + "│" + canvas.line(row));
    }
    lines.add(steps(chart, canvas.columns));
    return lines;
  }

  private void draw(Chart chart, Series series) {
    int lastX = -1;
    int lastY = -1;
    for (Series.Point point : series.points()) {
      int x = (int) Math.round(chart.across(point.x()) * (2 * columns - 1));
      int y = (int) Math.round((1 - chart.height(point.y())) * (4 * rows - 1));
      if (lastX >= 0) {
        line(lastX, lastY, x, y);
      }
      set(x, y);
      if (series.style() == Series.Style.DOTS) {
        set(x, y - 1);
        set(x, y + 1);
        set(x - 1, y);
        set(x + 1, y);
      }
      lastX = x;
      lastY = y;
    }
  }

  private void line(int fromX, int fromY, int toX, int toY) {
    int dots = Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY));
    for (int i = 1; i < dots; i++) {
      set(
          fromX + Math.round((float) i * (toX - fromX) / dots),
          fromY + Math.round((float) i * (toY - fromY) / dots));
    }
  }

  private void set(int x, int y) {
    if (x >= 0 && y >= 0 && x < 2 * columns && y < 4 * rows) {
      patterns[y / 4][x / 2] |= DOTS[y % 4][x % 2];
    }
  }

  private String line(int row) {
    StringBuilder line = new StringBuilder();
    for (int pattern : patterns[row]) {
      line.append((char) (EMPTY + pattern));
    }
    return line.toString();
  }

  private static String label(Chart chart, int row, int rows) {
    if (chart.isEmpty() || (row != 0 && row != rows - 1 && row != rows / 2)) {
      return " ".repeat(MARGIN);
    }
    double up = 1 - (double) row / Math.max(1, rows - 1);
    double value =
        chart.isLogarithmic()
            ? chart.low() * Math.pow(chart.high() / chart.low(), up)
            : chart.low() + up * (chart.high() - chart.low());
    return "%".concat(MARGIN + "s").formatted(Chart.number(value) + " ");
  }

  private static String steps(Chart chart, int columns) {
    if (chart.isEmpty()) {
      return " ".repeat(MARGIN) + "└ nothing yet";
    }
    String left = Chart.number(chart.left());
    String right = Chart.number(chart.right());
    int gap = Math.max(1, columns - left.length() - right.length());
    return cut(" ".repeat(MARGIN) + "└" + left + "─".repeat(gap) + right, MARGIN + 1 + columns);
  }

  private static String cut(String text, int width) {
    return text.length() <= width ? text : text.substring(0, Math.max(0, width - 1)) + "…";
  }
}
