package dev.minke.train;

import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderSize;
import dev.minke.tensor.DType;

/// The memory that a training will take, from the sizes alone: what is allocated, not what a
/// process adds around it.
///
/// Activations follow the operations of the model one by one; small tensors and the rounding of
/// sizes are left out, and gradients of different kinds that happen to have one size are counted
/// apart. A test holds the sum to within a fifth of what a step measures.
///
/// @param weights F32 masters
/// @param prepared panels of the matrices, forward and backward
/// @param gradients of the weights
/// @param moments two numbers a weight, of AdamW or of Muon
/// @param average of the weights; 0 if none is kept
/// @param activations of a micro-batch, at most
/// @param activationGradients of a micro-batch, at most
public record MemoryEstimate(
    long weights,
    long prepared,
    long gradients,
    long moments,
    long average,
    long activations,
    long activationGradients) {
  /// All of it, in bytes.
  public long total() {
    return weights + prepared + gradients + moments + average + steps();
  }

  /// What a step needs besides the state: the counterpart of [StepMetrics#peakBytes].
  public long steps() {
    return activations + activationGradients;
  }

  /// What a recipe decides about memory.
  ///
  /// @param activations what waits for backward
  /// @param keepsAverage whether a moving average of the weights is kept
  /// @param moments type in which AdamW keeps its means
  public record Choices(TrainRecipe.Activations activations, boolean keepsAverage, DType moments) {
    /// Where there is no recipe.
    public static final Choices PLAIN = new Choices(TrainRecipe.Activations.KEEP, false, DType.F32);

    /// Those of a recipe.
    public static Choices of(TrainRecipe recipe) {
      TrainRecipe.Optimizer optimizer = recipe.optimizer();
      boolean half = optimizer.matrices() == TrainRecipe.MatrixRule.ADAMW;
      return new Choices(
          recipe.memory().activations(),
          optimizer.averageDecay() > 0,
          half ? optimizer.moments() : DType.F32);
    }
  }

  /// @param rows of a micro-batch
  /// @param length tokens of a row
  public static MemoryEstimate of(DecoderConfig config, int rows, int length, Choices choices) {
    DecoderSize.Parts parts = new DecoderSize(config).parts();
    long numbers = parts.total() + parts.predictor();
    long bytes = Float.BYTES * numbers;
    long matrices = numbers - parts.embedding() - parts.norms();
    StepMemory step = new StepMemory(config, (long) rows * length);
    return new MemoryEstimate(
        bytes,
        2 * Float.BYTES * matrices,
        bytes,
        2 * numbers * choices.moments.bytes(),
        choices.keepsAverage ? bytes : 0,
        step.activations(choices.activations),
        step.gradients(choices.activations));
  }
}
