package dev.minke.bench.experiment;

import dev.minke.tensor.DType;
import dev.minke.train.TrainRecipe;
import java.util.List;

/// What all trials have in common: rows of [Books], AdamW's decays, the schedule, nothing saved or
/// held out on the way.
final class TrialRecipe {
  private TrialRecipe() {}

  /// @param name of the trial
  /// @param rows of a step
  /// @param rate of learning at its peak
  static TrainRecipe of(
      String name,
      TrainRecipe.Model model,
      int vocab,
      TrainRecipe.MatrixRule matrices,
      double rate,
      TrainRecipe.Losses losses,
      int rows,
      int steps,
      long seed) {
    return new TrainRecipe(
        name,
        model,
        new TrainRecipe.Tokenizer(vocab, false),
        new TrainRecipe.Data(Books.ROW_TOKENS, false, false, 0, 0),
        new TrainRecipe.Optimizer(
            matrices, rate, 0.9, 0.95, 1e-8, 0.95, 0.1, 1, DType.F32, 0, List.of()),
        TrainRecipe.Schedule.cosine(0.05, 0.6, 0.1),
        losses,
        TrainRecipe.Batch.constant(rows, rows),
        TrainRecipe.Memory.KEEP,
        TrainRecipe.Length.ofSteps(steps),
        TrainRecipe.Validation.of(0, 1),
        TrainRecipe.Checkpoint.every(1e9, 1),
        new TrainRecipe.Guard(1e9, 1000),
        seed);
  }
}
