package dev.minke.cli.compare;

import dev.minke.checkpoint.AtomicFile;
import dev.minke.cli.chart.Svg;
import dev.minke.cli.chart.SvgChart;
import dev.minke.cli.chart.TextChart;
import dev.minke.cli.report.Panels;
import dev.minke.cli.runs.Run;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `minke compare`.
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
      "Compare runs: what differs in their recipes, and how they ended.",
      "",
      "Loss, bits per byte, speed, cost of every stage, and their curves over each other. Bits per"
          + " byte compare runs of different tokenizers on one held-out text; losses do not."
    },
    footer = {
      "",
      "Examples:",
      "  minke compare runs/tiny runs/slower",
      "  minke compare runs/* --html compare.html"
    })
public final class CompareCommand implements Callable<Integer> {
  private static final int WIDTH = 100;
  private static final int HEIGHT = 14;
  private static final int MOST_NAME = 28;

  /// Characters of a value that are shown of its beginning and of its end, where both together do
  /// not hold it; a page has all of it.
  private static final int HALF_VALUE = 16;

  @Parameters(paramLabel = "RUN", arity = "2..*", description = "directories of runs")
  private List<Path> directories = List.of();

  @Option(names = "--html", paramLabel = "FILE", description = "write it as a page, too")
  private @Nullable Path html;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    if (directories.size() < 2) {
      throw new ParameterException(
          spec.commandLine(), "RUN: expected two runs or more, found " + directories.size());
    }
    List<Run> runs = new ArrayList<>();
    for (Path directory : directories) {
      runs.add(Run.of(directory));
    }
    Comparison comparison = new Comparison(runs);
    PrintWriter out = spec.commandLine().getOut();
    print(out, comparison);
    if (html != null) {
      AtomicFile.write(html, page(comparison).getBytes(StandardCharsets.UTF_8));
    }
    return 0;
  }

  private static void print(PrintWriter out, Comparison comparison) {
    List<Comparison.Row> rows = new ArrayList<>(comparison.differences());
    rows.addAll(comparison.results());
    rows.replaceAll(CompareCommand::shortened);
    List<String> names =
        comparison.names().stream()
            .map(name ->
                name.length() <= MOST_NAME
                    ? name
                    : "…" + name.substring(name.length() - MOST_NAME + 1))
            .toList();
    int first = rows.stream().mapToInt(row -> row.name().length()).max().orElse(0);
    List<Integer> widths = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      int column = i;
      widths.add(
          Math.max(
              names.get(i).length(),
              rows.stream().mapToInt(row -> row.values().get(column).length()).max().orElse(0)));
    }
    out.println(line("", first, names, widths));
    rows.forEach(row -> out.println(line(row.name(), first, row.values(), widths)));
    if (comparison.isRecipeMissing()) {
      out.println("a run without a recipe is there: what differs in it is not known");
    }
    List.of(comparison.losses(), comparison.bitsPerByte()).stream()
        .filter(chart -> !chart.isEmpty())
        .forEach(chart -> {
          out.println();
          TextChart.draw(chart, WIDTH, HEIGHT).forEach(out::println);
        });
  }

  private static Comparison.Row shortened(Comparison.Row row) {
    return new Comparison.Row(
        row.name(), row.values().stream().map(CompareCommand::shortened).toList());
  }

  private static String shortened(String value) {
    int length = value.length();
    return length <= 2 * HALF_VALUE
        ? value
        : value.substring(0, HALF_VALUE) + "…" + value.substring(length - HALF_VALUE);
  }

  private static String line(String name, int first, List<String> cells, List<Integer> widths) {
    StringBuilder line = new StringBuilder(name).repeat(' ', first - name.length());
    for (int i = 0; i < cells.size(); i++) {
      line.append("  ").repeat(' ', widths.get(i) - cells.get(i).length()).append(cells.get(i));
    }
    return line.toString();
  }

  private static String page(Comparison comparison) {
    StringBuilder out =
        new StringBuilder(
            """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>Runs compared – Minke</title>
            <style>
            """);
    out.append(Panels.STYLE).append("</style></head><body>\n<h1>Runs compared</h1>\n");
    out.append("<div class=\"charts\">\n").append(SvgChart.draw(comparison.losses(), 640, 360));
    out.append(SvgChart.draw(comparison.bitsPerByte(), 640, 360)).append("</div>\n");
    table(out, "What differs in the recipes", comparison.names(), comparison.differences());
    table(out, "How they stand and what they cost", comparison.names(), comparison.results());
    if (comparison.isRecipeMissing()) {
      out.append("<p class=\"pale\">A run without a recipe is there.</p>\n");
    }
    return out.append("</body></html>\n").toString();
  }

  private static void table(
      StringBuilder out, String title, List<String> names, List<Comparison.Row> rows) {
    out.append("<h2>%s</h2>\n<div class=\"scroll\"><table><tr><th></th>".formatted(title));
    names.forEach(name -> out.append("<th>%s</th>".formatted(Svg.escape(name))));
    out.append("</tr>\n");
    for (Comparison.Row row : rows) {
      out.append("<tr><td>%s</td>".formatted(Svg.escape(row.name())));
      row.values().forEach(value -> out.append("<td>%s</td>".formatted(Svg.escape(value))));
      out.append("</tr>\n");
    }
    out.append("</table></div>\n");
  }
}
