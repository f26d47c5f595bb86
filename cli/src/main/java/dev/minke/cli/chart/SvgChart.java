package dev.minke.cli.chart;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// A chart as SVG. Colours are custom properties of the page it stands in ([#STYLE]), so the same
/// picture is light or dark; each curve carries its numbers, for a page that shows them under the
/// pointer.
public final class SvgChart {
  /// What a page, or a picture by itself, needs to know of the classes used.
  public static final String STYLE =
      """
      :root{color-scheme:light dark;--ink:#1c2733;--pale:#5d6b7a;--grid:#dfe5ea;--paper:#fff;--c0:#1a6fb0;--c1:#c2410c;--c2:#15803d;--c3:#7e3fb0;--c4:#a16207;--c5:#be185d}
      @media(prefers-color-scheme:dark){:root{--ink:#e3e9ef;--pale:#94a3b3;--grid:#2c3845;--paper:#131a21;--c0:#5fb0ee;--c1:#fb923c;--c2:#4ade80;--c3:#c79bf2;--c4:#facc15;--c5:#f472b6}}
      .chart{font:12px system-ui,sans-serif;fill:var(--pale)}.chart .t{fill:var(--ink);font-weight:600}.chart .g{stroke:var(--grid)}.chart path{fill:none;stroke-width:1.6;stroke-linejoin:round}
      .chart .raw{stroke-width:1;opacity:.35}.k0{stroke:var(--c0)}.k1{stroke:var(--c1)}.k2{stroke:var(--c2)}.k3{stroke:var(--c3)}.k4{stroke:var(--c4)}.k5{stroke:var(--c5)}
      .chart circle{stroke:none}.f0{fill:var(--c0)}.f1{fill:var(--c1)}.f2{fill:var(--c2)}.f3{fill:var(--c3)}.f4{fill:var(--c4)}.f5{fill:var(--c5)}
      """;

  static final int LEFT = 52;
  static final int RIGHT = 22;
  private static final int TOP = 44;
  private static final int BOTTOM = 26;

  /// Series with more points than that have no dots.
  private static final int MOST_DOTS = 60;

  private final Chart chart;
  private final int width;
  private final int height;
  private final StringBuilder out = new StringBuilder();

  private SvgChart(Chart chart, int width, int height) {
    this.chart = chart;
    this.width = width;
    this.height = height;
  }

  /// A picture for a page that has [#STYLE].
  ///
  /// @param width in pixels, 200 or more
  /// @param height in pixels, 120 or more
  public static String draw(Chart chart, int width, int height) {
    SvgChart svg = new SvgChart(chart, width, height);
    svg.open("");
    svg.body();
    return svg.out.append("</svg>\n").toString();
  }

  /// A picture that is a file of its own.
  public static String file(Chart chart, int width, int height) {
    SvgChart svg = new SvgChart(chart, width, height);
    svg.open(" xmlns=\"http://www.w3.org/2000/svg\"");
    svg.out.append("<style>").append(STYLE).append("</style>\n");
    svg.out.append("<rect width=\"100%\" height=\"100%\" style=\"fill:var(--paper)\"/>\n");
    svg.body();
    return svg.out.append("</svg>\n").toString();
  }

  private void open(String more) {
    out.append(
        Svg.format(
            "<svg%s class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" data-plot=\"%d %d %d %d\""
                + " data-range=\"%s %s\">\n<title>%s</title>\n",
            more,
            width,
            height,
            LEFT,
            TOP,
            width - LEFT - RIGHT,
            height - TOP - BOTTOM,
            chart.left(),
            chart.right(),
            Svg.escape(describe())));
  }

  /// For who hears the page instead of seeing it.
  private String describe() {
    return chart.series().stream()
        .filter(one -> one.style() != Series.Style.RAW && !one.points().isEmpty())
        .map(one ->
            "%s from %s to %s"
                .formatted(
                    one.name(),
                    Chart.number(one.points().getFirst().y()),
                    Chart.number(one.points().getLast().y())))
        .collect(Collectors.joining("; ", chart.title() + ": ", ""));
  }

  private void body() {
    out.append(
        Svg.format(
            "<text class=\"t\" x=\"%d\" y=\"16\">%s</text>\n", 8, Svg.escape(chart.title())));
    if (chart.isEmpty()) {
      out.append(Svg.format("<text x=\"%d\" y=\"%d\">nothing yet</text>\n", LEFT, height / 2));
      return;
    }
    legend();
    for (double mark : chart.heightMarks()) {
      double y = y(mark);
      out.append(
          Svg.format(
              "<line class=\"g\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/><text x=\"%d\""
                  + " y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
              LEFT, y, width - RIGHT, y, LEFT - 6, y + 4, Chart.number(mark)));
    }
    for (double mark : chart.acrossMarks()) {
      out.append(
          Svg.format(
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
              x(mark), height - BOTTOM + 16, Chart.number(mark)));
    }
    chart.series().forEach(this::curve);
  }

  private void legend() {
    StringBuilder names = new StringBuilder();
    for (Series one : chart.series()) {
      if (!one.points().isEmpty()) {
        names.append(
            Svg.format(
                "<tspan class=\"f%d\">%s </tspan><tspan>%s   </tspan>",
                one.colour(), one.style() == Series.Style.RAW ? "┄" : "━", Svg.escape(one.name())));
      }
    }
    out.append(Svg.format("<text x=\"8\" y=\"34\" xml:space=\"preserve\">%s</text>\n", names));
  }

  private void curve(Series whole) {
    Series series = whole.thinned(width / 2);
    List<Series.Point> points = series.points();
    if (points.isEmpty()) {
      return;
    }
    StringBuilder path = new StringBuilder();
    for (Series.Point point : points) {
      path.append(path.isEmpty() ? 'M' : 'L');
      path.append(Svg.format("%.1f %.1f", x(point.x()), y(point.y())));
    }
    out.append(
        Svg.format(
            "<path class=\"k%d%s\" d=\"%s\" data-name=\"%s\" data-x=\"%s\" data-y=\"%s\"/>\n",
            series.colour(),
            series.style() == Series.Style.RAW ? " raw" : "",
            path,
            Svg.escape(series.name()),
            points.stream()
                .map(point -> "%d".formatted((long) point.x()))
                .collect(Collectors.joining(" ")),
            points.stream().map(point -> digits(point.y())).collect(Collectors.joining(" "))));
    if (points.size() == 1 || (series.style() == Series.Style.DOTS && points.size() <= MOST_DOTS)) {
      for (Series.Point point : points) {
        out.append(
            Svg.format(
                "<circle class=\"f%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.6\"/>\n",
                series.colour(), x(point.x()), y(point.y())));
      }
    }
  }

  private static String digits(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }

  private double x(double place) {
    return LEFT + (width - LEFT - RIGHT) * chart.across(place);
  }

  private double y(double value) {
    return TOP + (height - TOP - BOTTOM) * (1 - chart.height(value));
  }
}
