package dev.minke.cli;

import dev.minke.train.RunFacts;
import dev.minke.train.StepMetrics;
import dev.minke.train.TrainListener;
import dev.minke.train.TrainSummary;
import dev.minke.train.ValidationMetrics;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/// How a run is going: one line that renews itself in a terminal, a line now and then in a pipe.
final class Progress implements TrainListener {
  private static final int BAR = 24;
  private static final long PIPE_NANOS = 5_000_000_000L;
  private static final long TERMINAL_NANOS = 100_000_000L;

  private final PrintWriter err;
  private final boolean terminal;
  private double smoothedLoss = Double.NaN;
  private double tokensPerSecond = Double.NaN;
  private long shownNanos = System.nanoTime() - PIPE_NANOS;

  Progress(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  @Override
  public void started(RunFacts facts) {
    line(
        "%s parameters, %,d steps%s; %s; matrix products reach %.0f GFLOP/s"
            .formatted(
                millions(facts.parameters()),
                facts.steps(),
                facts.firstStep() == 0 ? "" : ", going on after step " + facts.firstStep(),
                facts.backend(),
                facts.peakFlops() / 1e9));
  }

  private static String millions(long count) {
    return count < 100_000 ? "%,d".formatted(count) : "%.1f million".formatted(count / 1e6);
  }

  @Override
  public void step(StepMetrics metrics) {
    smoothedLoss =
        Double.isNaN(smoothedLoss) ? metrics.loss() : 0.9 * smoothedLoss + 0.1 * metrics.loss();
    double speed = metrics.tokensPerSecond();
    tokensPerSecond = Double.isNaN(tokensPerSecond) ? speed : 0.9 * tokensPerSecond + 0.1 * speed;
    long now = System.nanoTime();
    boolean last = metrics.step() == metrics.steps();
    if (!last && now - shownNanos < (terminal ? TERMINAL_NANOS : PIPE_NANOS)) {
      return;
    }
    shownNanos = now;
    String text =
        String.format(
            Locale.ROOT,
            "step %d/%d  loss %.3f  %,.0f tokens/s  %.0f %% of peak  %s left",
            metrics.step(),
            metrics.steps(),
            smoothedLoss,
            tokensPerSecond,
            100 * metrics.peakShare(),
            duration(metrics.secondsLeft()));
    if (terminal) {
      int filled = (int) ((long) BAR * metrics.step() / metrics.steps());
      String bar = "█".repeat(filled) + "░".repeat(BAR - filled);
      err.print("\r\u001B[K" + bar + " " + text + (last ? System.lineSeparator() : ""));
      err.flush();
    } else {
      err.println(text);
    }
  }

  @Override
  public void validated(ValidationMetrics metrics) {
    line(
        "held-out text after step %d: loss %.3f, %.3f bits per byte"
            .formatted(metrics.step(), metrics.loss(), metrics.bitsPerByte()));
  }

  @Override
  public void saved(Path checkpoint, int step) {
    if (!terminal) {
      line("saved step %d".formatted(step));
    }
  }

  @Override
  public void stopped(TrainSummary summary) {
    line(summary.message());
  }

  private void line(String text) {
    err.println((terminal ? "\r\u001B[K" : "") + text);
    err.flush();
  }

  static String duration(double seconds) {
    Duration left = Duration.ofSeconds(Math.round(seconds));
    return left.toMinutes() > 0
        ? "%d min %02d s".formatted(left.toMinutes(), left.toSecondsPart())
        : "%d s".formatted(left.toSeconds());
  }
}
