package dev.minke.cli.report;

import dev.minke.cli.chart.Chart;
import dev.minke.cli.chart.Svg;
import dev.minke.cli.chart.SvgChart;
import dev.minke.cli.chart.SvgHeat;
import dev.minke.cli.runs.Run;
import java.util.List;

/// Parts of a page that the report and the live page share: how it stands, the curves.
public final class Panels {
  /// The style of these parts, light or dark as the reader wishes; nothing is fetched.
  public static final String STYLE =
      SvgChart.STYLE
          + SvgHeat.STYLE
          + """
          *{box-sizing:border-box}body{margin:0 auto;max-width:1500px;padding:16px;font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
          h1{font-size:22px;margin:0 0 2px}h2{font-size:17px;margin:28px 0 8px;border-bottom:1px solid var(--grid);padding-bottom:4px}.pale{color:var(--pale)}
          .tiles{display:flex;flex-wrap:wrap;gap:8px;margin:12px 0}.tiles span{border:1px solid var(--grid);border-radius:6px;padding:4px 10px}
          progress{width:100%;height:8px;accent-color:var(--c0)}
          .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));gap:14px}.charts .wide{grid-column:1/-1;overflow-x:auto}.charts svg{width:100%;height:auto;display:block}.charts .wide svg{min-width:800px}
          .scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{text-align:right;padding:3px 14px 3px 0;white-space:nowrap}td:first-child,th:first-child{text-align:left}.facts td{text-align:left;vertical-align:top}.facts td+td{white-space:normal;overflow-wrap:anywhere}th{color:var(--pale);font-weight:500}tr+tr td{border-top:1px solid var(--grid)}
          pre{font:12.5px/1.4 ui-monospace,monospace;overflow-x:auto;border:1px solid var(--grid);border-radius:6px;padding:10px;margin:6px 0}pre.text{white-space:pre-wrap;overflow-wrap:anywhere}
          """;

  private static final int WIDTH = 640;
  private static final int HEIGHT = 250;
  private static final int LARGE = 360;
  private static final int FULL = 1300;

  private Panels() {}

  /// Name, state, progress and the numbers of now.
  public static String head(Run run) {
    StringBuilder out = new StringBuilder();
    out.append("<h1>%s</h1>\n".formatted(Svg.escape(run.name())));
    String steps =
        run.step() == 0
            ? ""
            : run.steps() == 0
                ? "step %,d, ".formatted(run.step())
                : "step %,d of %,d, ".formatted(run.step(), run.steps());
    out.append(
        "<div class=\"pale\">%s%s</div>\n"
            .formatted(Svg.escape(steps), Svg.escape(RunWords.state(run))));
    if (run.steps() > 0) {
      out.append(
          "<progress value=\"%d\" max=\"%d\"></progress>\n".formatted(run.step(), run.steps()));
    }
    out.append("<div class=\"tiles\">");
    RunWords.numbers(run)
        .forEach(part -> out.append("<span>%s</span>".formatted(Svg.escape(part))));
    return out.append("</div>\n").toString();
  }

  /// All curves and the map of the experts.
  public static String charts(RunCharts charts) {
    StringBuilder out = new StringBuilder("<div class=\"charts\">\n");
    out.append(SvgChart.draw(charts.loss(), WIDTH, LARGE));
    add(out, charts.bitsPerByte(), LARGE);
    for (Chart chart :
        List.of(
            charts.gradientNorm(),
            charts.rate(),
            charts.speed(),
            charts.memory(),
            charts.worstLoad())) {
      add(out, chart, HEIGHT);
    }
    if (!charts.metrics().loads().isEmpty()) {
      out.append("<div class=\"wide\">\n")
          .append(charts.expertLoad().draw(FULL))
          .append("</div>\n");
    }
    return out.append("</div>\n").toString();
  }

  private static void add(StringBuilder out, Chart chart, int height) {
    if (!chart.isEmpty()) {
      out.append(SvgChart.draw(chart, WIDTH, height));
    }
  }
}
