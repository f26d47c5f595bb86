package dev.minke.cli.console;

import dev.minke.train.RunFacts;
import dev.minke.train.StepMetrics;
import dev.minke.train.TrainListener;
import dev.minke.train.TrainSummary;
import dev.minke.train.ValidationMetrics;
import java.nio.file.Path;
import java.util.List;

/// Tells several listeners, in their order.
///
/// @param all who hear of everything
public record Listeners(List<TrainListener> all) implements TrainListener {
  public Listeners {
    all = List.copyOf(all);
  }

  @Override
  public void planning() {
    all.forEach(TrainListener::planning);
  }

  @Override
  public void planned(long tokens, double flops) {
    all.forEach(one -> one.planned(tokens, flops));
  }

  @Override
  public void started(RunFacts facts) {
    all.forEach(one -> one.started(facts));
  }

  @Override
  public void step(StepMetrics metrics) {
    all.forEach(one -> one.step(metrics));
  }

  @Override
  public void validated(ValidationMetrics metrics) {
    all.forEach(one -> one.validated(metrics));
  }

  @Override
  public void saved(Path checkpoint, int step) {
    all.forEach(one -> one.saved(checkpoint, step));
  }

  @Override
  public void hangs(int step, double seconds, String threads) {
    all.forEach(one -> one.hangs(step, seconds, threads));
  }

  @Override
  public void stopped(TrainSummary summary) {
    all.forEach(one -> one.stopped(summary));
  }
}
