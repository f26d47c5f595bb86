package dev.minke.cli.quickstart;

import dev.minke.cli.console.Progress;
import dev.minke.train.RunFacts;
import dev.minke.train.StepMetrics;
import dev.minke.train.TrainListener;
import java.time.Duration;

/// Says early that a machine needs longer than the budget: the budget fixes the steps, not the
/// time. Mutable.
final class TooSlow implements TrainListener {
  /// Steps before the speed is believed.
  private static final int SETTLED = 10;

  private final Progress progress;
  private final Duration budget;
  private int firstStep;

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
    if (metrics.step() == firstStep + SETTLED && metrics.secondsLeft() > budget.toSeconds()) {
      progress.say(
          "slow",
          "this machine needs about %s more, the budget is %s; a smaller --budget asks for fewer"
              + " steps",
          Progress.duration(metrics.secondsLeft()),
          Progress.duration(budget.toSeconds()));
    }
  }
}
