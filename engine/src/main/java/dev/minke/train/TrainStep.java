package dev.minke.train;

import dev.minke.autograd.Loss;
import dev.minke.autograd.RecordingOps;
import dev.minke.data.Packing;
import dev.minke.data.StepRows;
import dev.minke.kernel.Kernels;
import dev.minke.model.TrainingRows;
import dev.minke.tensor.Workspace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One step: rows, losses, gradients, update. Owns the memory of activations and of their
/// gradients.
///
/// Micro-batches add to the same gradients in order. A step whose loss or gradient is not finite
/// changes nothing but the gradients.
final class TrainStep implements AutoCloseable {
  private final TrainRecipe recipe;
  private final Kernels kernels;
  private final TrainState state;
  private final Packing packing;
  private final ModelCost cost;
  private final ExpertLoads loads;
  private final LearningRate rates;
  private final BatchRamp ramp;
  private final int steps;
  private final Runnable beforeUpdate;
  private final Workspace activations = new Workspace();
  private final Workspace gradients = new Workspace();

  /// @param steps of the whole run, for the schedule
  /// @param beforeUpdate called before the state changes
  TrainStep(
      TrainRecipe recipe,
      Kernels kernels,
      TrainState state,
      TrainingData data,
      int steps,
      Runnable beforeUpdate) {
    this.recipe = recipe;
    this.kernels = kernels;
    this.state = state;
    this.packing = new Packing(data.training(), recipe.data().rowTokens(), recipe.seed());
    this.cost = ModelCost.of(state.model());
    this.loads = new ExpertLoads(state.model());
    this.rates = new LearningRate(recipe.optimizer().rate(), recipe.schedule(), steps);
    this.ramp = new BatchRamp(recipe.batch(), steps);
    this.steps = steps;
    this.beforeUpdate = beforeUpdate;
  }

  /// What a step found.
  ///
  /// @param losses terms without their factors, by name
  record Result(
      Map<String, Double> losses,
      double gradientNorm,
      double rate,
      int tokens,
      double flops,
      List<ExpertLoad> experts,
      StepMetrics.Times times) {
    double loss() {
      return losses.getOrDefault("tokens", 0.0);
    }

    boolean isFinite() {
      return Double.isFinite(gradientNorm)
          && losses.values().stream().allMatch(loss -> Double.isFinite(loss));
    }
  }

  /// The most bytes of activations and their gradients at once.
  long peakBytes() {
    return activations.peakBytes() + gradients.peakBytes();
  }

  Result run() {
    Clock clock = new Clock();
    int step = state.step() + 1;
    Packing.Taken taken = packing.take(state.position(), ramp.at(step));
    StepRows rows = new StepRows(packing.shard(), taken.rows());
    state.optimizer().clearGradients();
    loads.clear();
    Map<String, Term> terms = new HashMap<>();
    for (int from = 0; from < rows.rows().size(); from += recipe.batch().microRows()) {
      int to = Math.min(rows.rows().size(), from + recipe.batch().microRows());
      microBatch(rows, from, to, terms, clock);
    }
    Map<String, Double> losses = new HashMap<>();
    terms.forEach((name, term) -> losses.put(name, term.share * term.sum));
    double norm = state.optimizer().gradientNorm(kernels);
    double rate = rates.at(step);
    double flops = cost.training(rows.rows());
    List<ExpertLoad> experts = loads.loads();
    Result found = new Result(losses, norm, rate, rows.tokens(), flops, experts, clock.times());
    if (found.isFinite()) {
      beforeUpdate.run();
      state.optimizer().update(kernels, rate, step, norm);
      loads.balance(recipe.losses().biasRateAt(step, steps), state::isFrozen);
      WeightAverage average = state.average();
      if (average != null) {
        average.update(kernels, step);
      }
      state.advance(taken.next());
    }
    clock.lap(Clock.Phase.UPDATE);
    return new Result(losses, norm, rate, rows.tokens(), flops, experts, clock.times());
  }

  /// A term of the loss over the sequences so far, added in their order: it does not depend on how
  /// the step is cut into micro-batches.
  private record Term(double share, double sum) {}

  private void microBatch(StepRows rows, int from, int to, Map<String, Term> terms, Clock clock) {
    Workspace.Mark mark = activations.mark();
    var factors =
        new TrainingRows.Factors(
            recipe.losses().balance(), recipe.losses().predictionAt(state.step() + 1, steps));
    TrainingRows batch = rows.training(activations, from, to, factors);
    clock.lap(Clock.Phase.DATA);
    RecordingOps ops =
        switch (recipe.memory().activations()) {
          case KEEP -> new RecordingOps(kernels, activations, loads);
          // Gradients have no use for their memory before backward.
          case BF16 -> RecordingOps.storingBf16(kernels, activations, loads, gradients);
          case RECOMPUTE -> RecordingOps.recomputing(kernels, activations, loads);
        };
    loads.expect(batch.rows());
    state.model().loss(ops, batch);
    for (Loss loss : ops.losses()) {
      Term before = terms.getOrDefault(loss.name(), new Term(loss.share(), 0));
      terms.put(loss.name(), new Term(loss.share(), loss.addTo(before.sum)));
    }
    clock.lap(Clock.Phase.FORWARD);
    ops.backward(gradients);
    activations.release(mark);
    clock.lap(Clock.Phase.BACKWARD);
  }

  @Override
  public void close() {
    gradients.close();
    activations.close();
  }

  /// Splits the time of a step. Mutable.
  private static final class Clock {
    private enum Phase {
      DATA,
      FORWARD,
      BACKWARD,
      UPDATE
    }

    private final long[] nanos = new long[Phase.values().length];
    private long last = System.nanoTime();

    void lap(Phase phase) {
      long now = System.nanoTime();
      nanos[phase.ordinal()] += now - last;
      last = now;
    }

    StepMetrics.Times times() {
      return new StepMetrics.Times(
          nanos[0] * 1e-9, nanos[1] * 1e-9, nanos[2] * 1e-9, nanos[3] * 1e-9);
    }
  }
}
