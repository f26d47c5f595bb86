package dev.minke.train;

import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.checkpoint.TrainingCheckpoint;
import dev.minke.kernel.Kernels;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.model.decoder.DecoderSize;
import dev.minke.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Trains a DeepSeek model from a recipe in a run directory, or goes on where a run stopped.
///
/// The state is saved before the first step (so a directory that cannot be written is found before
/// the work), then by time, at the end, and when a stop is asked for. A process killed at any
/// moment loses at most the work since the last checkpoint, and the run that goes on has the bits
/// of one that was never disturbed. One thread calls everything but [#requestStop].
public final class Trainer implements AutoCloseable {
  private final TrainRecipe recipe;
  private final Setup setup;
  private final RunDirectory directory;
  private final TrainState state;
  private final BackgroundSave background = new BackgroundSave();
  private final TrainStep step;
  private final @Nullable Validator validator;
  private final @Nullable Validator averageValidator;
  private final int steps;
  private final boolean isNew;
  private volatile boolean stopRequested;

  /// Where and on what a run takes place; decides no bit of it.
  ///
  /// @param directory of the run; created if absent
  /// @param kernels that compute; the caller closes them
  /// @param peakFlops what [GemmPeak#measure] found for them
  /// @param listener hears of everything
  public record Setup(Path directory, Kernels kernels, double peakFlops, TrainListener listener) {}

  /// Opens a run whose first weights are drawn: takes up the newest checkpoint of the directory, or
  /// begins one.
  ///
  /// @throws CheckpointException if the directory cannot be used or holds another run
  public static Trainer open(TrainRecipe recipe, TrainingData data, Setup setup) {
    return open(recipe, data, new Start.Drawn(), setup);
  }

  /// Opens a run: takes up the newest checkpoint of the directory, or begins one.
  ///
  /// @throws CheckpointException if the directory cannot be used or holds another run, or the
  ///   weights to start from cannot be read
  public static Trainer open(TrainRecipe recipe, TrainingData data, Start start, Setup setup) {
    RunDirectory directory = new RunDirectory(setup.directory(), recipe, data, start);
    try {
      Optional<TrainingCheckpoint> latest = directory.latest();
      int steps =
          latest.isPresent()
              ? directory.steps(latest.get(), recipe.length().steps())
              : StepPlanner.plan(recipe, data, setup.kernels(), hasTarget(data), setup.listener());
      TrainState state = new TrainState(recipe, data.vocab());
      try {
        if (latest.isPresent()) {
          directory.restore(latest.get(), state);
        } else if (start instanceof Start.Weights(Path model)) {
          ModelDirectory.readInto(model, state.model());
        }
        if (latest.isEmpty() && state.average() != null) {
          state.average().begin(setup.kernels());
        }
        return new Trainer(recipe, data, setup, new Run(directory, state, steps, latest.isEmpty()));
      } catch (RuntimeException e) {
        state.close();
        throw e;
      }
    } catch (RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  /// A run as it was found.
  ///
  /// @param steps of the whole run
  /// @param isNew whether it has no checkpoint yet
  private record Run(RunDirectory directory, TrainState state, int steps, boolean isNew) {}

  private Trainer(TrainRecipe recipe, TrainingData data, Setup setup, Run run) {
    this.recipe = recipe;
    this.setup = setup;
    this.directory = run.directory;
    this.state = run.state;
    this.steps = run.steps;
    this.isNew = run.isNew;
    this.step =
        new TrainStep(recipe, setup.kernels(), state, data, steps, background::awaitReading);
    this.validator =
        hasTarget(data) ? new Validator(recipe, setup.kernels(), state.model(), data) : null;
    WeightAverage average = state.average();
    this.averageValidator =
        validator == null || average == null
            ? null
            : new Validator(recipe, setup.kernels(), average.model(), data);
  }

  private static boolean hasTarget(TrainingData data) {
    for (int document = 0; document < data.validation().documents(); document++) {
      if (data.validation().length(document) > 1) {
        return true;
      }
    }
    return false;
  }

  /// The model, as far as it has been trained. Lives as long as the trainer.
  public DecoderModel model() {
    return state.model();
  }

  /// The moving average of its weights; null if the recipe asks for none. Lives as long as the
  /// trainer.
  public @Nullable DecoderModel average() {
    WeightAverage average = state.average();
    return average == null ? null : average.model();
  }

  /// Asks the run to save and stop after the present step. May be called from any thread.
  public void requestStop() {
    stopRequested = true;
  }

  /// Trains to the end, or until something stops it.
  ///
  /// @throws CheckpointException if the run directory cannot be written any more; the checkpoints
  ///   in it stay whole
  public TrainSummary run() {
    setup.listener().started(facts());
    try (MetricsLog metrics = new MetricsLog(directory.path(), state.step());
        Watchdog watchdog = new Watchdog(directory.path(), setup.listener())) {
      watchdog.start();
      TrainSummary summary = new Loop(metrics, watchdog).run();
      setup.listener().stopped(summary);
      return summary;
    } catch (IOException e) {
      throw directory.failure("its metrics cannot be written", e);
    }
  }

  private RunFacts facts() {
    int tokens = recipe.batch().rows() * recipe.data().rowTokens();
    double flops =
        recipe.batch().rows() * ModelCost.of(state.model()).training(recipe.data().rowTokens());
    return new RunFacts(
        steps,
        state.step(),
        state.parameterCount(),
        new DecoderSize(model().config()).active(),
        tokens,
        flops,
        setup.peakFlops(),
        setup.kernels().describe());
  }

  /// One call of [#run] and its sums.
  private final class Loop {
    private final MetricsLog metrics;
    private final Watchdog watchdog;
    private final long begin = System.nanoTime();
    private final int firstStep = state.step();
    private final BatchRamp ramp = new BatchRamp(recipe.batch(), steps);
    private long lastSaved = begin;
    private long tokens;
    private double flops;
    private double loss = Double.NaN;
    private @Nullable ValidationMetrics validation;

    Loop(MetricsLog metrics, Watchdog watchdog) {
      this.metrics = metrics;
      this.watchdog = watchdog;
    }

    TrainSummary run() throws IOException {
      if (isNew) {
        save();
        awaitSaved();
      }
      if (state.step() == steps && validator != null) {
        validation = validated(validator);
      }
      while (state.step() < steps) {
        if (stopRequested) {
          return stopped(StopReason.REQUESTED, "saved; the same command goes on");
        }
        watchdog.begin(state.step() + 1);
        TrainStep.Result result = step.run();
        watchdog.end();
        saved(background.poll());
        loss = result.loss();
        if (!result.isFinite()) {
          return notFinite(
              "step %d: loss %s with gradient norm %s"
                  .formatted(state.step() + 1, result.losses(), result.gradientNorm()));
        }
        report(result);
        boolean diverged = state.guard().diverged(loss);
        if (diverged) {
          return stopped(StopReason.DIVERGED, divergence());
        }
        if (isValidationDue() && !validate()) {
          return notFinite("step %d: validation loss is not finite".formatted(state.step()));
        }
        if (isSaveDue() && !save()) {
          return notFinite("step %d: a weight is not finite".formatted(state.step()));
        }
      }
      return stopped(StopReason.COMPLETED, "all steps done");
    }

    private TrainSummary notFinite(String found) {
      return stopped(
          StopReason.NOT_FINITE, found + "; try a lower learning rate in a new directory");
    }

    private String divergence() {
      return "step %d: the loss was above %s times its minimum %.4f for %d steps; try a lower learning rate in a new directory"
          .formatted(
              state.step(),
              recipe.guard().factor(),
              state.guard().minimum(),
              state.guard().above());
    }

    private void report(TrainStep.Result result) throws IOException {
      tokens += result.tokens();
      flops += result.flops();
      double perRow = seconds() / (ramp.until(state.step()) - ramp.until(firstStep));
      var now =
          new StepMetrics(
              state.step(),
              steps,
              result.loss(),
              result.losses().getOrDefault("mtp", 0.0),
              result.losses().getOrDefault("balance", 0.0),
              result.gradientNorm(),
              result.rate(),
              result.tokens(),
              result.experts(),
              result.times(),
              result.flops(),
              result.flops() / result.times().total() / setup.peakFlops(),
              ResidentSize.bytes(),
              step.peakBytes(),
              perRow * (ramp.until(steps) - ramp.until(state.step())));
      metrics.step(now);
      setup.listener().step(now);
    }

    private boolean isValidationDue() {
      int every = recipe.validation().everySteps();
      return state.step() == steps || (every > 0 && state.step() % every == 0);
    }

    private boolean validate() throws IOException {
      if (validator == null) {
        return true;
      }
      validation = validated(validator);
      metrics.validated(validation);
      setup.listener().validated(validation);
      return Double.isFinite(validation.loss());
    }

    private ValidationMetrics validated(Validator validator) {
      ValidationMetrics metrics = validator.run(state.step());
      return averageValidator == null
          ? metrics
          : metrics.withAverage(averageValidator.run(state.step()));
    }

    /// A loss on its way up is not saved by time: it may be the beginning of a divergence.
    private boolean isSaveDue() {
      int every = recipe.checkpoint().keepEverySteps();
      return state.step() < steps
          && state.guard().above() == 0
          && ((every > 0 && state.step() % every == 0)
              || (System.nanoTime() - lastSaved) * 1e-9 >= recipe.checkpoint().everySeconds());
    }

    /// Begins to save. False, and nothing written, if a weight or moment is not finite.
    private boolean save() {
      boolean finite =
          state.tensors().values().stream()
              // What makes a moment in BF16 infinite makes its weight so in the same update.
              .filter(tensor -> tensor.dtype() == DType.F32)
              .allMatch(tensor -> Double.isFinite(setup.kernels().sumOfSquares(tensor)));
      if (finite) {
        awaitSaved();
        background.start(state.step(), directory.save(state, steps));
        lastSaved = System.nanoTime();
      }
      return finite;
    }

    private void awaitSaved() {
      saved(background.await());
    }

    private void saved(BackgroundSave.@Nullable Saved saved) {
      if (saved != null) {
        directory.saved(saved.file());
        setup.listener().saved(saved.file(), saved.step());
      }
    }

    private double seconds() {
      return (System.nanoTime() - begin) * 1e-9;
    }

    private TrainSummary stopped(StopReason reason, String message) {
      awaitSaved();
      if (reason.isSound() && state.step() > firstStep) {
        if (!save()) {
          return notFinite("step %d: a weight is not finite".formatted(state.step()));
        }
        awaitSaved();
      }
      return new TrainSummary(
          reason,
          message,
          state.step(),
          steps,
          loss,
          validation,
          tokens,
          flops,
          seconds(),
          step.peakBytes(),
          directory.newest());
    }
  }

  @Override
  public void close() {
    try {
      background.await();
    } finally {
      closeAll();
    }
  }

  private void closeAll() {
    if (validator != null) {
      validator.close();
    }
    if (averageValidator != null) {
      averageValidator.close();
    }
    step.close();
    state.close();
    directory.close();
  }
}
