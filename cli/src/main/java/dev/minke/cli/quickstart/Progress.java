package dev.minke.cli.quickstart;

import dev.minke.train.RunFacts;
import dev.minke.train.StepMetrics;
import dev.minke.train.TrainListener;
import dev.minke.train.TrainSummary;
import dev.minke.train.ValidationMetrics;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/// Shows a run while it goes on: a bar in a terminal, a line now and then in a pipe. Mutable.
final class Progress implements TrainListener {
  private static final int BAR = 24;
  private static final int LINES = 20;

  /// Steps before the speed is believed.
  private static final int SETTLED = 10;

  private final PrintWriter out;
  private final boolean terminal;
  private final Duration expected;
  private int firstStep;
  private String validation = "";

  Progress(PrintWriter out, boolean terminal, Duration expected) {
    this.out = out;
    this.terminal = terminal;
    this.expected = expected;
  }

  /// Before training: what there is to read.
  void text(int sentences, int heldOut, int vocab) {
    print(
        "text       %,d sentences, made here; %d more are held out as questions",
        sentences, heldOut);
    print("tokenizer  %,d tokens, byte-level BPE", vocab);
  }

  @Override
  public void started(RunFacts facts) {
    firstStep = facts.firstStep();
    print("model      DeepSeek-V3, %,d parameters", facts.parameters());
    print(
        "backend    %s, %.0f GFLOP/s in matrix products", facts.backend(), facts.peakFlops() / 1e9);
    print(
        "training   %d steps of %,d tokens%s",
        facts.steps(),
        facts.rowsTokens(),
        firstStep == 0 ? "" : "; going on after step " + firstStep);
  }

  @Override
  public void step(StepMetrics metrics) {
    int done = metrics.step();
    if (done == firstStep + SETTLED && metrics.secondsLeft() > expected.toSeconds()) {
      end();
      print(
          "this machine needs about %s more, longer than the budget of %s; a smaller --budget asks"
              + " for fewer steps",
          time(metrics.secondsLeft()), time(expected.toSeconds()));
    }
    String line =
        String.format(
            Locale.ROOT,
            "step %d/%d  loss %.3f%s  %,.0f tokens/s  %.0f %% of peak  %s left",
            done,
            metrics.steps(),
            metrics.loss(),
            validation,
            metrics.tokensPerSecond(),
            100 * metrics.peakShare(),
            time(metrics.secondsLeft()));
    if (terminal) {
      int filled = BAR * done / metrics.steps();
      out.print("\r[" + "#".repeat(filled) + "-".repeat(BAR - filled) + "] " + line + "   ");
      out.flush();
    } else if (done % Math.max(1, metrics.steps() / LINES) == 0 || done == metrics.steps()) {
      print("%s", line);
    }
  }

  @Override
  public void validated(ValidationMetrics metrics) {
    validation = String.format(Locale.ROOT, "  %.3f bits/byte", metrics.bitsPerByte());
  }

  @Override
  public void stopped(TrainSummary summary) {
    end();
    print("stopped    %s", summary.message());
  }

  private void end() {
    if (terminal) {
      out.println();
    }
  }

  private void print(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
    out.flush();
  }

  private static String time(double seconds) {
    long whole = Math.round(seconds);
    return whole < 60 ? whole + " s" : "%d min %02d s".formatted(whole / 60, whole % 60);
  }
}
