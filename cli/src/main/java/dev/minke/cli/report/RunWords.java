package dev.minke.cli.report;

import dev.minke.cli.console.Progress;
import dev.minke.cli.runs.Metrics;
import dev.minke.cli.runs.Run;
import dev.minke.cli.runs.RunStatus;
import dev.minke.cli.runs.StepPoint;
import dev.minke.cli.runs.ValidationPoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// How it stands with a run, in words.
public final class RunWords {
  private static final int BAR = 20;

  private RunWords() {}

  /// `tiny runs · step 120 of 300 ████████░░░░░░░░░░░░ 40 %`.
  public static String headline(Run run) {
    String state = run.name() + " " + state(run);
    if (run.step() == 0) {
      return state;
    }
    if (run.steps() == 0) {
      return "%s · step %,d".formatted(state, run.step());
    }
    int filled = (int) ((long) BAR * Math.min(run.step(), run.steps()) / run.steps());
    return String.format(
        Locale.ROOT,
        "%s · step %,d of %,d %s%s %d %%",
        state,
        run.step(),
        run.steps(),
        "█".repeat(filled),
        "░".repeat(BAR - filled),
        100L * run.step() / run.steps());
  }

  /// `runs`, `crashed, no sign of life for 3 min 10 s; the same command goes on`.
  public static String state(Run run) {
    RunStatus status = run.status();
    Instant sign = status.lastSign();
    String silence =
        sign == null ? "" : Progress.duration(Duration.between(sign, run.time()).toSeconds());
    String words = status.phase().words();
    return switch (status.phase()) {
      case NOT_BEGUN -> words;
      case PREPARING -> "%s (%s)".formatted(words, status.stage());
      case RUNNING -> words;
      case FINISHED -> words;
      case STOPPED -> words + "; the same command goes on";
      case FAILED -> "%s in stage %s".formatted(words, status.stage());
      case CRASHED ->
          "%s in stage %s: no sign of life for %s; the same command goes on"
              .formatted(words, status.stage(), silence);
    };
  }

  /// What a validation found; of the moving average too, if there is one.
  public static String heldOut(ValidationPoint one) {
    String words = "%s, %s bits per byte".formatted(fixed(one.loss()), fixed(one.bitsPerByte()));
    return Double.isNaN(one.averageBitsPerByte())
        ? words
        : words + ", average " + fixed(one.averageBitsPerByte());
  }

  /// What one wants to know at a glance; what is not known is left out.
  public static List<String> numbers(Run run) {
    Metrics metrics = run.metrics();
    List<String> parts = new ArrayList<>();
    StepPoint last = metrics.last();
    if (last == null) {
      parts.add("no step yet");
      return parts;
    }
    parts.add("loss " + fixed(last.loss()));
    if (!metrics.validations().isEmpty()) {
      ValidationPoint heldOut = metrics.validations().getLast();
      parts.add("held-out " + heldOut(heldOut));
    }
    add(parts, metrics.tokensPerSecond(), "%,.0f tokens/s");
    add(parts, 100 * metrics.peakShare(), "%.0f %% of peak");
    add(parts, last.residentBytes() / (1 << 20), "%,.0f MiB resident");
    add(parts, last.worstLoad(), "most loaded expert %.2f");
    if (!run.status().phase().isOver()) {
      double left = run.secondsLeft();
      parts.add(Double.isNaN(left) ? "end unknown" : Progress.duration(left) + " left");
    }
    if (metrics.ignored() > 0) {
      parts.add("%d unreadable lines".formatted(metrics.ignored()));
    }
    return parts;
  }

  /// A loss with three decimals.
  public static String fixed(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "unknown";
  }

  private static void add(List<String> parts, double value, String format) {
    if (Double.isFinite(value)) {
      parts.add(String.format(Locale.ROOT, format, value));
    }
  }
}
