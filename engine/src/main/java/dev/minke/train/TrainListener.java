package dev.minke.train;

import java.nio.file.Path;

/// What happens in a run, for whoever shows or records it. Called by the thread that trains,
/// between steps, but for [#hangs]; a listener that takes long slows the run.
public interface TrainListener {
  /// Hears nothing.
  TrainListener NONE = new TrainListener() {};

  /// Before steps are timed on a state that is thrown away, to turn a time into a number of steps.
  /// Only a new run whose length is a time does that.
  default void planning() {}

  /// After it.
  ///
  /// @param tokens in the steps that were timed
  /// @param flops of these
  default void planned(long tokens, double flops) {}

  /// Before the first step.
  default void started(RunFacts facts) {}

  /// After each step.
  default void step(StepMetrics metrics) {}

  /// After each validation.
  default void validated(ValidationMetrics metrics) {}

  /// A checkpoint is on disk.
  ///
  /// @param step the number of steps done in it
  default void saved(Path checkpoint, int step) {}

  /// A step does not end. Called by another thread.
  ///
  /// @param step its number
  /// @param seconds it has taken so far
  /// @param threads the file that says what every thread is doing, or why none could be written
  default void hangs(int step, double seconds, String threads) {}

  /// The run is over, for the reason the summary gives.
  default void stopped(TrainSummary summary) {}
}
