package dev.minke.train;

import dev.minke.model.deepseek.DeepSeekConfig;
import dev.minke.model.deepseek.DeepSeekSize;

/// The memory that a training will take, from the sizes alone: what is allocated, not what a
/// process adds around it.
///
/// Activations follow the operations of the model one by one, all of them in F32; small tensors and
/// the rounding of sizes are left out, and gradients of different kinds that happen to have one
/// size are counted apart. A test holds the sum to within a fifth of what a step measures.
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

  /// @param rows of a micro-batch
  /// @param length tokens of a row
  /// @param recompute whether blocks are computed again in backward
  /// @param keepsAverage whether a moving average of the weights is kept
  public static MemoryEstimate of(
      DeepSeekConfig config, int rows, int length, boolean recompute, boolean keepsAverage) {
    DeepSeekSize.Parts parts = new DeepSeekSize(config).parts();
    long numbers = parts.total() + parts.predictor();
    long bytes = Float.BYTES * numbers;
    long matrices = numbers - parts.embedding() - parts.norms();
    StepMemory step = new StepMemory(config, (long) rows * length);
    return new MemoryEstimate(
        bytes,
        2 * Float.BYTES * matrices,
        bytes,
        2 * bytes,
        keepsAverage ? bytes : 0,
        step.activations(recompute),
        step.gradients());
  }
}
