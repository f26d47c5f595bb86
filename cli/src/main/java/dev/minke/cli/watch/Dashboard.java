package dev.minke.cli.watch;

import dev.minke.cli.chart.Chart;
import dev.minke.cli.chart.LoadStrip;
import dev.minke.cli.chart.TextChart;
import dev.minke.cli.report.RunCharts;
import dev.minke.cli.report.RunWords;
import dev.minke.cli.runs.Run;
import dev.minke.cli.runs.StepLoads;
import dev.minke.train.ExpertLoad;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A run on one screen of letters.
///
/// @param columns of the terminal
/// @param rows of the terminal
/// @param isColoured whether the terminal's colours are used
record Dashboard(int columns, int rows, boolean isColoured) {
  /// Below that there is no room for a curve.
  private static final int LEAST_CHART = 6;

  /// From here on curves stand beside each other.
  private static final int WIDE = 72;

  private static final String PLAIN = "\u001B[0m";
  private static final String BOLD = "\u001B[1m";
  private static final String[] COLOURS = {
    "\u001B[38;5;75m", "\u001B[38;5;208m", "\u001B[38;5;71m", "\u001B[38;5;141m", "\u001B[38;5;178m"
  };

  /// At most [#rows] lines, each at most [#columns] wide.
  List<String> draw(Run run) {
    List<String> lines = new ArrayList<>();
    lines.add(paint(BOLD, fit(RunWords.headline(run), columns)));
    lines.addAll(wrapped(RunWords.numbers(run)));
    List<String> experts = experts(run);
    int room = rows - lines.size() - experts.size() - 1;
    if (!run.metrics().steps().isEmpty()) {
      lines.addAll(curves(RunCharts.of(run.metrics()), room));
    }
    lines.addAll(experts);
    if (lines.size() > rows - 1) {
      lines.subList(Math.max(1, rows - 1), lines.size()).clear();
    }
    while (lines.size() < rows - 1) {
      lines.add("");
    }
    if (rows > 1) {
      lines.add(
          fit("q leaves · loss " + RunCharts.smoothing(run.metrics().steps().size()), columns));
    }
    return lines;
  }

  /// Parts with dots between them, on as many lines as they need.
  private List<String> wrapped(List<String> parts) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String part : parts) {
      if (!line.isEmpty() && line.length() + 3 + part.length() > columns) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " · ").append(part);
    }
    lines.add(line.toString());
    return lines.stream().map(text -> fit(text, columns)).toList();
  }

  private List<String> curves(RunCharts charts, int room) {
    List<Chart> large = new ArrayList<>(List.of(charts.loss()));
    if (!charts.bitsPerByte().isEmpty()) {
      large.add(charts.bitsPerByte());
    }
    List<Chart> small = List.of(charts.gradientNorm(), charts.rate(), charts.speed());
    if (columns < WIDE) {
      List<Chart> all = new ArrayList<>(large);
      all.add(charts.gradientNorm());
      return stacked(all, room);
    }
    if (room < 2 * LEAST_CHART) {
      return room < LEAST_CHART ? List.of() : beside(large, room);
    }
    List<String> lines = new ArrayList<>(beside(large, room - room * 2 / 5));
    lines.addAll(beside(small, room * 2 / 5));
    return lines;
  }

  private List<String> stacked(List<Chart> charts, int room) {
    int shown = Math.min(charts.size(), room / LEAST_CHART);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < shown; i++) {
      lines.addAll(beside(charts.subList(i, i + 1), room / shown));
    }
    return lines;
  }

  private List<String> beside(List<Chart> charts, int height) {
    int width = columns / charts.size();
    List<StringBuilder> lines = new ArrayList<>();
    for (int i = 0; i < height; i++) {
      lines.add(new StringBuilder());
    }
    for (Chart chart : charts) {
      List<String> drawn = TextChart.draw(chart, width - 1, height);
      int colour = chart.series().getLast().colour();
      for (int i = 0; i < height; i++) {
        String padded = drawn.get(i) + " ".repeat(Math.max(0, width - drawn.get(i).length()));
        boolean isCurve = i > 0 && i < height - 1;
        lines.get(i).append(paint(isCurve ? COLOURS[colourOf(chart, colour)] : "", padded));
      }
    }
    return lines.stream().map(StringBuilder::toString).toList();
  }

  /// A chart of several curves has the colour of the first.
  private static int colourOf(Chart chart, int last) {
    return (chart.series().size() > 1 ? chart.series().getFirst().colour() : last) % COLOURS.length;
  }

  private List<String> experts(Run run) {
    if (run.metrics().loads().isEmpty()) {
      return List.of();
    }
    StepLoads load = run.metrics().loads().getLast();
    int most = Math.max(0, rows / 3 - 1);
    int shown = Math.min(most, load.layers().size());
    List<String> lines = new ArrayList<>();
    if (shown > 0) {
      String left = load.layers().size() > shown ? ", first %d layers".formatted(shown) : "";
      lines.add(fit("load of the experts (half-way up is 1.5 times the mean)" + left, columns));
    }
    for (ExpertLoad layer : load.layers().subList(0, shown)) {
      String label = String.format(Locale.ROOT, "%4d │", layer.layer());
      String end = String.format(Locale.ROOT, "│ %.2f", layer.maxViolation() + 1);
      int room = columns - label.length() - end.length();
      if (room > 0) {
        lines.add(label + LoadStrip.of(layer.loads(), room, isColoured) + end);
      }
    }
    return lines;
  }

  private String paint(String colour, String text) {
    return isColoured && !colour.isEmpty() ? colour + text + PLAIN : text;
  }

  private static String fit(String text, int width) {
    return text.length() <= width ? text : text.substring(0, Math.max(0, width - 1)) + "…";
  }
}
