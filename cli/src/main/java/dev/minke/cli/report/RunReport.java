package dev.minke.cli.report;

import dev.minke.checkpoint.AtomicFile;
import dev.minke.cli.chart.Svg;
import dev.minke.cli.runs.Run;
import dev.minke.cli.runs.Sample;
import dev.minke.cli.runs.ValidationPoint;
import dev.minke.ledger.LedgerEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A run as one page that needs nothing else: no network, no script, no other file.
public final class RunReport {
  /// Name of the page in its run.
  public static final String NAME = "report.html";

  private final Run run;
  private final StringBuilder out = new StringBuilder();

  private RunReport(Run run) {
    this.run = run;
  }

  /// Writes `report.html` into the directory of a run, whatever has become of it; a report that is
  /// there is replaced.
  ///
  /// @return the file
  /// @throws IllegalArgumentException if the directory has nothing of a run
  /// @throws dev.minke.checkpoint.CheckpointException if it cannot be written
  public static Path write(Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    write(directory, file);
    return file;
  }

  /// Writes the report to another place.
  public static void write(Path directory, Path file) throws IOException {
    AtomicFile.write(file, html(Run.of(directory)).getBytes(StandardCharsets.UTF_8));
  }

  /// The page.
  static String html(Run run) {
    RunReport report = new RunReport(run);
    report.page();
    return report.out.toString();
  }

  private void page() {
    out.append(
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>\
        """
            + Svg.escape(run.name())
            + " – Minke</title>\n<style>\n"
            + Panels.STYLE
            + "</style></head><body>\n");
    out.append(Panels.head(run));
    out.append(
        "<p class=\"pale\">Loss %s. Report of %s.</p>\n"
            .formatted(
                RunCharts.smoothing(run.metrics().steps().size()),
                run.time().truncatedTo(ChronoUnit.SECONDS)));
    out.append(Panels.charts(RunCharts.of(run.metrics())));
    evaluation();
    samples();
    cost();
    facts();
    recipe();
    out.append("</body></html>\n");
  }

  private void evaluation() {
    List<ValidationPoint> validations = run.metrics().validations();
    if (validations.isEmpty()) {
      return;
    }
    ValidationPoint best = run.metrics().best();
    boolean averages = run.metrics().hasAverages();
    out.append(
        "<h2>Evaluation on held-out text</h2>\n<div class=\"scroll\"><table><tr><th>step</th>");
    out.append("<th>loss, nats a token</th><th>bits per byte</th>");
    out.append(averages ? "<th>of the moving average</th>" : "").append("<th></th></tr>\n");
    for (ValidationPoint one : validations) {
      out.append(
          "<tr><td>%,d</td><td>%s</td><td>%s</td>%s<td>%s</td></tr>\n"
              .formatted(
                  one.step(),
                  RunWords.fixed(one.loss()),
                  RunWords.fixed(one.bitsPerByte()),
                  averages ? "<td>%s</td>".formatted(RunWords.fixed(one.averageBitsPerByte())) : "",
                  one.equals(best) ? "best" : ""));
    }
    out.append("</table></div>\n");
  }

  private void samples() {
    if (run.samples().isEmpty()) {
      return;
    }
    out.append("<h2>What the model wrote</h2>\n");
    int step = -1;
    for (Sample sample : run.samples()) {
      if (sample.step() != step) {
        step = sample.step();
        out.append("<div class=\"pale\">after step %,d</div>\n".formatted(step));
      }
      out.append(
          "<pre class=\"text\"><b>%s</b>%s</pre>\n"
              .formatted(Svg.escape(sample.prompt()), Svg.escape(sample.text())));
    }
  }

  private void cost() {
    if (run.entries().isEmpty()) {
      return;
    }
    out.append(
        "<h2>Cost by stage</h2>\n<div class=\"pale\">Everything in the ledger of this run; ");
    out.append("crashed runs count up to their last sign of life.</div>\n<pre>");
    run.cost().lines().forEach(line -> out.append(Svg.escape(line)).append('\n'));
    out.append("</pre>\n");
  }

  private void facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    add(facts, "parameters", run.card().parameters(), "%,.0f");
    add(facts, "active parameters", run.card().activeParameters(), "%,.0f");
    add(facts, "peak of matrix products", run.card().peakFlops() / 1e9, "%,.0f GFLOP/s");
    facts.putAll(run.card().facts());
    run.entries().stream()
        .filter(LedgerEntry.Start.class::isInstance)
        .map(LedgerEntry.Start.class::cast)
        .reduce((_, later) -> later)
        .map(LedgerEntry.Start::machine)
        .ifPresent(machine -> {
          facts.putIfAbsent("system", machine.system());
          facts.putIfAbsent("architecture", machine.architecture());
          facts.putIfAbsent("processors", Integer.toString(machine.processors()));
          add(facts, "memory", machine.memoryBytes() / (double) (1 << 30), "%,.1f GiB");
          facts.putIfAbsent("java", machine.java());
        });
    if (facts.isEmpty()) {
      return;
    }
    out.append("<h2>Model and machine</h2>\n<div class=\"scroll\"><table class=\"facts\">\n");
    facts.forEach((key, value) ->
        out.append(
            "<tr><td>%s</td><td>%s</td></tr>\n".formatted(Svg.escape(key), Svg.escape(value))));
    out.append("</table></div>\n");
  }

  private static void add(Map<String, String> facts, String key, double value, String format) {
    if (Double.isFinite(value)) {
      facts.put(key, format.formatted(value));
    }
  }

  private void recipe() {
    String recipe = run.card().recipe();
    if (recipe != null) {
      out.append("<h2>Recipe</h2>\n<pre>%s</pre>\n".formatted(Svg.escape(recipe)));
    }
  }
}
