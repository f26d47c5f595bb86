package dev.minke.cli.compare;

import dev.minke.cli.chart.Chart;
import dev.minke.cli.chart.Series;
import dev.minke.cli.chart.Smoothing;
import dev.minke.cli.report.RunWords;
import dev.minke.cli.runs.Run;
import dev.minke.cli.runs.StepPoint;
import dev.minke.cli.runs.ValidationPoint;
import dev.minke.ledger.Usage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Several runs beside each other.
///
/// @param runs two or more
record Comparison(List<Run> runs) {
  private static final String ABSENT = "–";
  private static final String UNKNOWN = "unknown";
  private static final int PALETTE = 6;

  Comparison {
    runs = List.copyOf(runs);
  }

  /// A line of the table.
  ///
  /// @param name what it is about
  /// @param values one a run
  record Row(String name, List<String> values) {
    Row {
      values = List.copyOf(values);
    }
  }

  /// Names that tell the runs apart: the recipe's, and the directory's where that is not enough.
  List<String> names() {
    Set<String> own = new HashSet<>();
    boolean distinct = runs.stream().allMatch(run -> own.add(run.name()));
    return runs.stream()
        .map(run -> distinct ? run.name() : run.files().directory().toString())
        .toList();
  }

  /// Keys that are not the same in all recipes there are; what all have in common is left out. A
  /// run that does not say its recipe has `unknown` in every row.
  List<Row> differences() {
    List<Map<String, String>> recipes =
        runs.stream().map(run -> RecipeText.keys(run.card().recipe())).toList();
    Set<String> keys = new LinkedHashSet<>();
    recipes.forEach(recipe -> keys.addAll(recipe.keySet()));
    List<Row> rows = new ArrayList<>();
    for (String key : keys) {
      List<String> values =
          recipes.stream()
              .map(recipe -> recipe.isEmpty() ? UNKNOWN : recipe.getOrDefault(key, ABSENT))
              .toList();
      if (values.stream().filter(value -> !value.equals(UNKNOWN)).distinct().count() > 1) {
        rows.add(new Row(key, values));
      }
    }
    return rows;
  }

  /// Whether some run does not say what its recipe was.
  boolean isRecipeMissing() {
    return runs.stream().anyMatch(run -> RecipeText.keys(run.card().recipe()).isEmpty());
  }

  /// How they stand and what they cost.
  List<Row> results() {
    return List.of(
        row("state", run -> run.status().phase().words()),
        row("steps", run -> text("%,d", (double) run.step())),
        row("last held-out loss", run -> validation(run, false, ValidationPoint::loss)),
        row("best held-out loss", run -> validation(run, true, ValidationPoint::loss)),
        row("last bits per byte", run -> validation(run, false, ValidationPoint::bitsPerByte)),
        row("best bits per byte", run -> validation(run, true, ValidationPoint::bitsPerByte)),
        row("tokens/s", run -> text("%,.0f", run.metrics().tokensPerSecond())),
        row("share of peak", run -> text("%.0f %%", 100 * run.metrics().peakShare())),
        row("tokens", run -> text("%,d", usage(run).tokens())),
        row("FLOPs", run -> Chart.number(usage(run).flops())),
        row("CPU seconds", run -> text("%,.0f", usage(run).cpuSeconds())),
        row("wall seconds", run -> text("%,.0f", usage(run).wallSeconds())));
  }

  private Row row(String name, Function<Run, String> value) {
    return new Row(name, runs.stream().map(value).toList());
  }

  private static String validation(
      Run run, boolean isBest, Function<ValidationPoint, Double> value) {
    List<ValidationPoint> all = run.metrics().validations();
    ValidationPoint point = all.isEmpty() ? null : isBest ? run.metrics().best() : all.getLast();
    return point == null ? ABSENT : RunWords.fixed(value.apply(point));
  }

  /// Everything in its ledger: stages before and after the training, too.
  private static Usage usage(Run run) {
    return run.cost().rows().getLast().usage();
  }

  private static String text(String format, Number value) {
    boolean isKnown = Double.isFinite(value.doubleValue());
    Object shown = format.contains("d") ? (Object) value.longValue() : value;
    return isKnown ? String.format(Locale.ROOT, format, shown) : ABSENT;
  }

  /// Smoothed training losses over each other.
  Chart losses() {
    List<Series> all = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      List<StepPoint> steps = runs.get(i).metrics().steps();
      Series raw =
          Series.of("loss", Series.Style.RAW, i % PALETTE, steps, StepPoint::step, StepPoint::loss);
      all.add(Smoothing.of(raw, names().get(i), Smoothing.span(steps.size())));
    }
    return Chart.of("training loss, smoothed, nats a token", all, 0, Double.MAX_VALUE, false);
  }

  /// Held-out bits per byte over each other.
  Chart bitsPerByte() {
    List<Series> all = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      all.add(
          Series.of(
              names().get(i),
              Series.Style.DOTS,
              i % PALETTE,
              runs.get(i).metrics().validations(),
              ValidationPoint::step,
              ValidationPoint::bitsPerByte));
    }
    return Chart.of("held-out bits per byte", all, 0, Double.MAX_VALUE, false);
  }
}
