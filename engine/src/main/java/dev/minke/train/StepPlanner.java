package dev.minke.train;

import dev.minke.kernel.Kernels;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/// Turns a time into a number of steps, once, before a run: takes real steps on a state that is
/// thrown away, so the run itself begins untouched.
///
/// In a fresh process the first steps are several times slower than those to come, until the
/// compiler has seen all that they do. A plan made of them would leave most of a short time unused,
/// so steps are timed until the compiler has little to do. (That steps get no faster is no sign:
/// they stay slow for seconds while large methods wait for the compiler.)
final class StepPlanner {
  /// Share of the time that may go into finding out, at most.
  private static final double PROBE_SHARE = 0.3;

  /// The newest steps are those of so many seconds, or so many steps where these are longer.
  private static final double NEWEST_SECONDS = 1;

  private static final int NEWEST_STEPS = 3;

  /// Seconds of compiling in a second of newest steps, below which the next ones get no faster.
  private static final double LITTLE_COMPILING = 0.4;

  /// Share of the rest that is planned: steps are not all as quick as those that were timed.
  private static final double PLANNED_SHARE = 0.9;

  private StepPlanner() {}

  /// @param listener hears of steps that are timed
  static int plan(
      TrainRecipe recipe,
      TrainingData data,
      Kernels kernels,
      boolean validates,
      TrainListener listener) {
    double seconds = recipe.length().seconds();
    if (seconds == 0) {
      return recipe.length().steps();
    }
    listener.planning();
    long begin = System.nanoTime();
    double validation = 0;
    long tokens = 0;
    double flops = 0;
    List<Timed> steps = new ArrayList<>();
    try (TrainState state = new TrainState(recipe, data.vocab());
        TrainStep step = new TrainStep(recipe, kernels, state, data, Integer.MAX_VALUE, () -> {})) {
      do {
        TrainStep.Result result = step.run();
        tokens += result.tokens();
        flops += result.flops();
        steps.add(Timed.of(result.times().total(), begin));
      } while (isWorthwhile(steps, seconds));
      if (validates) {
        validation = validation(recipe, data, kernels, state, PROBE_SHARE * seconds - since(begin));
      }
    }
    listener.planned(tokens, flops);
    int every = recipe.validation().everySteps();
    TrainRecipe.Batch batch = recipe.batch();
    double growth = new BatchRamp(batch, 1).mean() / batch.firstRows();
    double perStep = median(newest(steps)) * growth + (every == 0 ? 0 : validation / every);
    double left = PLANNED_SHARE * (seconds - since(begin)) - validation;
    return (int) Math.clamp(left / perStep, 1, Integer.MAX_VALUE);
  }

  /// A step that was timed.
  ///
  /// @param seconds that it took
  /// @param end seconds since the first one began
  /// @param compiling seconds that the compiler had worked by then, its threads added up
  record Timed(double seconds, double end, double compiling) {
    private static Timed of(double seconds, long begin) {
      CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
      boolean isKnown = compiler != null && compiler.isCompilationTimeMonitoringSupported();
      return new Timed(
          seconds, since(begin), isKnown ? compiler.getTotalCompilationTime() * 1e-3 : 0);
    }
  }

  /// Whether another step should be timed.
  ///
  /// @param steps so far, one or more
  /// @param seconds of the whole run
  static boolean isWorthwhile(List<Timed> steps, double seconds) {
    List<Timed> newest = newest(steps);
    Timed first = newest.getFirst();
    Timed last = newest.getLast();
    // The first of all has nothing before it to be compared with.
    boolean isLong = newest.size() < steps.size() && last.end - first.end >= NEWEST_SECONDS / 2;
    boolean isSettled =
        isLong && last.compiling - first.compiling < LITTLE_COMPILING * (last.end - first.end);
    return !isSettled && last.end < PROBE_SHARE * seconds;
  }

  private static List<Timed> newest(List<Timed> steps) {
    int from = Math.max(0, steps.size() - NEWEST_STEPS);
    while (from > 0 && steps.getLast().end - steps.get(from).end < NEWEST_SECONDS) {
      from--;
    }
    return steps.subList(from, steps.size());
  }

  /// Seconds of a step, in the middle.
  static double median(List<Timed> steps) {
    return steps.stream()
        .mapToDouble(Timed::seconds)
        .sorted()
        .skip(steps.size() / 2)
        .findFirst()
        .orElseThrow();
  }

  /// Seconds of a validation; the first is made again, if it took little of the time.
  private static double validation(
      TrainRecipe recipe, TrainingData data, Kernels kernels, TrainState state, double left) {
    try (Validator validator = new Validator(recipe, kernels, state.model(), data)) {
      double first = validator.run(0).seconds();
      return first < left ? validator.run(0).seconds() : first;
    }
  }

  private static double since(long nanos) {
    return (System.nanoTime() - nanos) * 1e-9;
  }
}
