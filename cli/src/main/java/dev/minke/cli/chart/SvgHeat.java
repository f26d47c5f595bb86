package dev.minke.cli.chart;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;

/// A map of colours as SVG: steps from left to right, experts from top to bottom.
///
/// @param title what is shown
/// @param rows the name of each row, from the top
/// @param columns from left to right
public record SvgHeat(String title, List<String> rows, List<Column> columns) {
  /// Colours of loads.
  public static final String STYLE =
      """
      .chart .h0{fill:#2f6fd0}.chart .h1{fill:#7aa9e6}.chart .h2{fill:#c3d7f2}.chart .h3{fill:#eef1f4}.chart .h4{fill:#fbd9b0}.chart .h5{fill:#f39a4b}.chart .h6{fill:#d8432a}.chart .h7{fill:#8f1414}
      @media(prefers-color-scheme:dark){.chart .h2{fill:#33557f}.chart .h3{fill:#28323d}.chart .h4{fill:#6e4a26}.chart .h1{fill:#3f78c4}}
      """;

  private static final double[] LIMITS = {0.1, 0.4, 0.75, 1.3, 1.7, 2.4, 4};
  private static final String[] NAMES = {
    "below 0.1", "to 0.4", "to 0.75", "even, to 1.3", "to 1.7", "to 2.4", "to 4", "above"
  };

  private static final int TOP = 44;
  private static final int BOTTOM = 26;

  /// Columns that are drawn at most, so that a page stays small.
  private static final int MOST_COLUMNS = 150;

  /// Cells that are drawn at most.
  private static final int MOST_CELLS = 9000;

  public SvgHeat {
    rows = List.copyOf(rows);
    columns = List.copyOf(columns);
  }

  /// What happened in a step.
  ///
  /// @param step its number
  /// @param values one a row
  public record Column(int step, List<Double> values) {
    public Column {
      values = List.copyOf(values);
    }
  }

  /// @param width in pixels
  public String draw(int width) {
    int cell = Math.clamp(260 / Math.max(1, rows.size()), 3, 16);
    int height = TOP + cell * rows.size() + BOTTOM;
    List<Column> shown = thinned();
    double room = (double) (width - SvgChart.LEFT - SvgChart.RIGHT) / Math.max(1, shown.size());
    StringBuilder out = new StringBuilder();
    out.append(
        Svg.format(
            "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\"><title>%s</title>\n"
                + "<text class=\"t\" x=\"8\" y=\"16\">%s</text>\n",
            width, height, Svg.escape(title), Svg.escape(title)));
    legend(out);
    for (int row = 0; row < rows.size(); row++) {
      int column = 0;
      while (column < shown.size()) {
        column = run(out, shown, row, column, new Cell(room, cell));
      }
      out.append('\n');
    }
    labels(out, cell);
    steps(out, shown, room, height);
    return out.append("</svg>\n").toString();
  }

  /// Room of one value, in pixels.
  private record Cell(double width, int height) {}

  /// Cells of one colour beside each other are one rectangle.
  ///
  /// @return the column after it
  private int run(StringBuilder out, List<Column> shown, int row, int from, Cell cell) {
    int level = level(shown.get(from).values().get(row));
    int to = from;
    DoubleSummaryStatistics loads = new DoubleSummaryStatistics();
    while (to < shown.size() && level(shown.get(to).values().get(row)) == level) {
      loads.accept(shown.get(to).values().get(row));
      to++;
    }
    out.append(
        Svg.format(
            "<rect class=\"h%d\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"><title>%s, steps"
                + " %d to %d: %.2f to %.2f</title></rect>",
            level,
            SvgChart.LEFT + from * cell.width,
            TOP + row * cell.height,
            (to - from) * cell.width + 0.3,
            cell.height,
            Svg.escape(rows.get(row)),
            shown.get(from).step(),
            shown.get(to - 1).step(),
            loads.getMin(),
            loads.getMax()));
    return to;
  }

  /// A row is named where its name begins otherwise than that of the row above: `3.0`, `3.1`, … are
  /// one layer.
  private void labels(StringBuilder out, int cell) {
    String before = "";
    for (int row = 0; row < rows.size(); row++) {
      String group = rows.get(row).split(",", 2)[0];
      if (!group.equals(before) && (rows.size() * cell < 400 || row % 8 == 0)) {
        out.append(
            Svg.format(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
                SvgChart.LEFT - 6, TOP + row * cell + Math.max(cell, 10), Svg.escape(group)));
      }
      before = group;
    }
    out.append('\n');
  }

  private static void steps(StringBuilder out, List<Column> shown, double room, int height) {
    int marks = Math.min(6, shown.size());
    for (int mark = 0; mark < marks; mark++) {
      int column = marks == 1 ? 0 : mark * (shown.size() - 1) / (marks - 1);
      out.append(
          Svg.format(
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
              SvgChart.LEFT + (column + 0.5) * room,
              height - BOTTOM + 16,
              Chart.number(shown.get(column).step())));
    }
    out.append('\n');
  }

  private static void legend(StringBuilder out) {
    out.append("<text x=\"8\" y=\"34\" xml:space=\"preserve\">");
    for (int level = 0; level < NAMES.length; level++) {
      out.append(Svg.format("<tspan class=\"h%d\">■</tspan> %s   ", level, NAMES[level]));
    }
    out.append("</text>\n");
  }

  private List<Column> thinned() {
    int most = Math.clamp(MOST_CELLS / Math.max(1, rows.size()), 1, MOST_COLUMNS);
    int shown = Math.min(most, columns.size());
    List<Column> kept = new ArrayList<>();
    for (int i = 0; i < shown; i++) {
      kept.add(
          columns.get(
              shown == 1
                  ? columns.size() - 1
                  : (int) ((long) i * (columns.size() - 1) / (shown - 1))));
    }
    return kept;
  }

  static int level(double value) {
    int level = 0;
    while (level < LIMITS.length && value >= LIMITS[level]) {
      level++;
    }
    return level;
  }
}
