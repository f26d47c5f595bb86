package dev.minke.train;

import dev.minke.kernel.Kernels;
import java.util.Arrays;

/// Turns a time into a number of steps, once, before a run: takes real steps on a state that is
/// thrown away, so the run itself begins untouched.
final class StepPlanner {
  /// Share of the time that may go into finding out.
  private static final double PROBE_SHARE = 0.05;

  /// Share of the rest that is planned: steps are not all as quick as those that were timed.
  private static final double PLANNED_SHARE = 0.9;

  private static final int FEWEST_PROBES = 3;

  private StepPlanner() {}

  static int plan(TrainRecipe recipe, TrainingData data, Kernels kernels, boolean validates) {
    double seconds = recipe.length().seconds();
    if (seconds == 0) {
      return recipe.length().steps();
    }
    long begin = System.nanoTime();
    double validation = 0;
    double[] took = {};
    try (TrainState state = new TrainState(recipe, data.vocab());
        TrainStep step = new TrainStep(recipe, kernels, state, data, Integer.MAX_VALUE, () -> {})) {
      while (took.length < FEWEST_PROBES || since(begin) < PROBE_SHARE * seconds) {
        took = Arrays.copyOf(took, took.length + 1);
        took[took.length - 1] = step.run().times().total();
      }
      if (validates) {
        try (Validator validator = new Validator(recipe, kernels, state.model(), data)) {
          validation = validator.run(0).seconds();
        }
      }
    }
    double[] warm = Arrays.copyOfRange(took, took.length / 2, took.length);
    Arrays.sort(warm);
    int every = recipe.validation().everySteps();
    TrainRecipe.Batch batch = recipe.batch();
    double growth = new BatchRamp(batch, 1).mean() / batch.firstRows();
    double perStep = warm[warm.length / 2] * growth + (every == 0 ? 0 : validation / every);
    double left = PLANNED_SHARE * (seconds - since(begin)) - validation;
    return (int) Math.clamp(left / perStep, 1, Integer.MAX_VALUE);
  }

  private static double since(long nanos) {
    return (System.nanoTime() - nanos) * 1e-9;
  }
}
