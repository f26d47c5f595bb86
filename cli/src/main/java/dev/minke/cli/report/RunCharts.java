package dev.minke.cli.report;

import dev.minke.cli.chart.Chart;
import dev.minke.cli.chart.Series;
import dev.minke.cli.chart.Series.Style;
import dev.minke.cli.chart.Smoothing;
import dev.minke.cli.chart.SvgHeat;
import dev.minke.cli.runs.Metrics;
import dev.minke.cli.runs.StepLoads;
import dev.minke.cli.runs.StepPoint;
import dev.minke.cli.runs.ValidationPoint;
import dev.minke.train.ExpertLoad;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// The curves of a run, for whoever draws them.
///
/// @param metrics of the run
/// @param from first step that is shown
/// @param to last step that is shown
public record RunCharts(Metrics metrics, int from, int to) {
  /// More rows of experts are shown by the most loaded one of each layer.
  private static final int MOST_ROWS = 96;

  /// All of a run.
  public static RunCharts of(Metrics metrics) {
    return new RunCharts(metrics, 0, Integer.MAX_VALUE);
  }

  /// How losses are smoothed, in words.
  public static String smoothing(int steps) {
    int span = Smoothing.span(steps);
    return span == 1
        ? "not smoothed"
        : "smoothed: geometric mean over about %d steps".formatted(span);
  }

  /// Loss of training, as it was and smoothed, and held-out.
  public Chart loss() {
    Series raw = steps("training", Style.RAW, 0, StepPoint::loss);
    int span = Smoothing.span(metrics.steps().size());
    List<Series> all = new ArrayList<>();
    if (span > 1) {
      all.add(raw);
    }
    all.add(Smoothing.of(raw, span > 1 ? "smoothed" : "training", span));
    all.add(validations("held-out", 1, ValidationPoint::loss));
    return scaled(Chart.of("loss, nats a token", all, from, to, false));
  }

  /// Bits per byte of held-out text; those of the moving average beside them, if there is one.
  public Chart bitsPerByte() {
    List<Series> all = new ArrayList<>();
    all.add(validations("bits per byte", 1, ValidationPoint::bitsPerByte));
    Series average = validations("moving average", 4, ValidationPoint::averageBitsPerByte);
    if (!average.points().isEmpty()) {
      all.add(average);
    }
    return scaled(Chart.of("held-out bits per byte", all, from, to, false));
  }

  /// Norm of the gradient before clipping.
  public Chart gradientNorm() {
    return chart(
        "gradient norm", steps("gradient norm", Style.LINE, 2, StepPoint::gradientNorm), true);
  }

  /// Learning rate.
  public Chart rate() {
    return chart("learning rate", steps("rate", Style.LINE, 3, StepPoint::rate), false);
  }

  /// Tokens a second of the whole step.
  public Chart speed() {
    return chart(
        "tokens a second", steps("tokens/s", Style.LINE, 4, StepPoint::tokensPerSecond), false);
  }

  /// Memory of the process.
  public Chart memory() {
    return chart(
        "resident memory, MiB",
        steps("MiB", Style.LINE, 5, step -> step.residentBytes() / (1 << 20)),
        false);
  }

  /// The most loaded expert of all layers.
  public Chart worstLoad() {
    return chart(
        "most loaded expert, times the mean",
        steps("load", Style.LINE, 5, StepPoint::worstLoad),
        false);
  }

  private Chart chart(String title, Series series, boolean mayBeLogarithmic) {
    return scaled(Chart.of(title, List.of(series), from, to, mayBeLogarithmic));
  }

  /// Every chart shows the same steps, a curve of three validations too.
  private Chart scaled(Chart chart) {
    if (chart.isEmpty()) {
      return chart;
    }
    double first =
        Math.max(
            from,
            Math.min(
                chart.left(),
                metrics.steps().isEmpty() ? Double.MAX_VALUE : metrics.steps().getFirst().step()));
    double last =
        Math.min(
            to,
            Math.max(
                chart.right(), metrics.steps().isEmpty() ? 0 : metrics.steps().getLast().step()));
    return chart.across(first, Math.max(first + 1, last));
  }

  private Series steps(String name, Style style, int colour, ToDoubleFunction<StepPoint> value) {
    return Series.of(name, style, colour, metrics.steps(), StepPoint::step, value);
  }

  private Series validations(String name, int colour, ToDoubleFunction<ValidationPoint> value) {
    return Series.of(name, Style.DOTS, colour, metrics.validations(), ValidationPoint::step, value);
  }

  /// Load of every expert by step; of the most loaded one of each layer if there are many.
  public SvgHeat expertLoad() {
    List<StepLoads> loads =
        metrics.loads().stream()
            .filter(load -> load.step() >= from && load.step() <= to)
            .filter(load -> load.experts() == metrics.loads().getLast().experts())
            .toList();
    boolean each = !loads.isEmpty() && loads.getLast().experts() <= MOST_ROWS;
    List<String> rows = new ArrayList<>();
    for (ExpertLoad layer : loads.isEmpty() ? List.<ExpertLoad>of() : loads.getLast().layers()) {
      for (int expert = 0; expert < (each ? layer.loads().size() : 1); expert++) {
        rows.add(
            "layer %d, %s".formatted(layer.layer(), each ? "expert " + expert : "most loaded"));
      }
    }
    String what = each ? "load of each expert" : "load of the most loaded expert of each layer";
    return new SvgHeat(
        what + ", times the mean",
        rows,
        loads.stream().map(load -> new SvgHeat.Column(load.step(), values(load, each))).toList());
  }

  private static List<Double> values(StepLoads load, boolean each) {
    return each
        ? load.layers().stream().flatMap(layer -> layer.loads().stream()).toList()
        : load.layers().stream().map(layer -> layer.maxViolation() + 1).toList();
  }
}
