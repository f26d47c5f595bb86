package dev.minke.cli.quickstart;

import dev.minke.cli.console.Progress;
import dev.minke.train.RunFacts;
import dev.minke.train.StepMetrics;
import dev.minke.train.TrainListener;
import java.time.Duration;

/// Says early that a machine needs longer than the budget: the budget fixes the steps, not the
/// time. Mutable.
final class TooSlow implements TrainListener {
  /// Steps in which the compiler is still at work, and steps that are timed after them.
  private static final int WARM = 10;

  private static final int TIMED = 10;

  private final Progress progress;
  private final Duration budget;
  private int firstStep;
  private double timedSeconds;

  TooSlow(Progress progress, Duration budget) {
    this.progress = progress;
    this.budget = budget;
  }

  @Override
  public void started(RunFacts facts) {
    firstStep = facts.firstStep();
  }

  @Override
  public void step(StepMetrics metrics) {
    int done = metrics.step() - firstStep;
    if (done > WARM && done <= WARM + TIMED) {
      timedSeconds += metrics.times().total();
    }
    double left = timedSeconds / TIMED * (metrics.steps() - metrics.step());
    if (done == WARM + TIMED && left > budget.toSeconds()) {
      progress.say(
          "slow",
          "about %s to go, the budget is %s; --budget decides the steps",
          Progress.duration(left),
          Progress.duration(budget.toSeconds()));
    }
  }
}
