package dev.minke.cli.console;

import dev.minke.train.RunFacts;
import dev.minke.train.StepMetrics;
import dev.minke.train.TrainListener;
import dev.minke.train.TrainSummary;
import dev.minke.train.ValidationMetrics;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/// How a run is going: in a terminal a line that renews itself, in a pipe or a file a line now and
/// then. Mutable; any thread may speak.
public final class Progress implements TrainListener {
  /// The bar gives way so that the line fits in a terminal of 80 columns, the `^C` of the user
  /// behind it: one that wraps cannot renew itself.
  private static final int COLUMNS = 77;

  private static final int BAR = 24;
  private static final long PIPE_NANOS = 10_000_000_000L;
  private static final long TERMINAL_NANOS = 100_000_000L;
  private static final String CLEAR = "\r\u001B[K";

  private final PrintWriter err;
  private final boolean terminal;
  private final String architecture;
  private double smoothedLoss = Double.NaN;
  private double tokensPerSecond = Double.NaN;
  private long shownNanos = System.nanoTime() - PIPE_NANOS;

  /// @param err where to
  /// @param terminal whether a person looks at it there
  /// @param architecture of the model, as it is called
  Progress(PrintWriter err, boolean terminal, String architecture) {
    this.err = err;
    this.terminal = terminal;
    this.architecture = architecture;
  }

  /// For standard error, of which the launcher says whether it is a terminal.
  public static Progress on(PrintWriter err, String architecture) {
    return new Progress(err, Boolean.getBoolean("minke.terminal"), architecture);
  }

  /// A remark with its subject before it.
  public synchronized void say(String subject, String format, Object... values) {
    err.printf(
        Locale.ROOT,
        "%s%-10s %s%n",
        terminal ? CLEAR : "",
        subject,
        String.format(Locale.ROOT, format, values));
    err.flush();
  }

  @Override
  public void planning() {
    say("plan", "timing steps, to see how many the time is enough for; they are thrown away");
  }

  @Override
  public void started(RunFacts facts) {
    say("model", "%s, %,d parameters", architecture, facts.parameters());
    say("backend", "%s", facts.backend());
    say("speed", "%.0f GFLOP/s in matrix products, measured now", facts.peakFlops() / 1e9);
    say(
        "training",
        "%,d steps of %,d tokens%s",
        facts.steps(),
        facts.rowsTokens(),
        facts.firstStep() == 0 ? "" : ", going on after step " + facts.firstStep());
  }

  @Override
  public synchronized void step(StepMetrics metrics) {
    smoothedLoss = smoothed(smoothedLoss, metrics.loss());
    tokensPerSecond = smoothed(tokensPerSecond, metrics.tokensPerSecond());
    long now = System.nanoTime();
    boolean last = metrics.step() == metrics.steps();
    if (!last && now - shownNanos < (terminal ? TERMINAL_NANOS : PIPE_NANOS)) {
      return;
    }
    shownNanos = now;
    String text =
        String.format(
            Locale.ROOT,
            "%d/%d  loss %.3f  %,.0f tokens/s  %.0f %% of peak  %s left",
            metrics.step(),
            metrics.steps(),
            smoothedLoss,
            tokensPerSecond,
            100 * metrics.peakShare(),
            duration(metrics.secondsLeft()));
    if (terminal) {
      err.print(CLEAR + bar(metrics, COLUMNS - text.length() - 1) + text);
      err.print(last ? System.lineSeparator() : "");
      err.flush();
    } else {
      say("step", "%s", text);
    }
  }

  /// How far something else than a training is: a line that renews itself, for a person alone.
  public synchronized void renew(String text) {
    if (terminal) {
      err.print(CLEAR + text.substring(0, Math.min(text.length(), COLUMNS)));
      err.flush();
    }
  }

  private static double smoothed(double before, double now) {
    return Double.isNaN(before) ? now : 0.9 * before + 0.1 * now;
  }

  private static String bar(StepMetrics metrics, int room) {
    int width = Math.min(BAR, room);
    if (width < 1) {
      return "";
    }
    int filled = (int) ((long) width * metrics.step() / metrics.steps());
    return "█".repeat(filled) + "░".repeat(width - filled) + " ";
  }

  @Override
  public void validated(ValidationMetrics metrics) {
    say(
        "held-out",
        "after step %d: loss %.3f, %.3f bits per byte%s",
        metrics.step(),
        metrics.loss(),
        metrics.bitsPerByte(),
        Double.isNaN(metrics.averageBitsPerByte())
            ? ""
            : String.format(Locale.ROOT, ", average %.3f", metrics.averageBitsPerByte()));
  }

  @Override
  public void saved(Path checkpoint, int step) {
    if (!terminal) {
      say("saved", "step %d", step);
    }
  }

  @Override
  public void hangs(int step, double seconds, String threads) {
    say(
        "hanging",
        "step %d has taken %s, far longer than any before; what each thread does: %s",
        step,
        duration(seconds),
        threads);
  }

  @Override
  public void stopped(TrainSummary summary) {
    say("stopped", "%s", summary.message());
  }

  /// A time as people say it.
  public static String duration(double seconds) {
    Duration left = Duration.ofSeconds(Math.round(seconds));
    if (left.toHours() > 0) {
      return "%d h %02d min".formatted(left.toHours(), left.toMinutesPart());
    }
    return left.toMinutes() > 0
        ? "%d min %02d s".formatted(left.toMinutes(), left.toSecondsPart())
        : "%d s".formatted(left.toSeconds());
  }
}
