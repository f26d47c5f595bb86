package dev.minke.train;

import dev.minke.kernel.Kernels;
import dev.minke.tensor.Tensor;
import java.util.Collections;
import java.util.List;

/// Muon's update of one matrix (Jordan and others, 2024; scaling: Liu and others, "Muon is Scalable
/// for LLM Training", 2025).
///
/// The mean of gradients runs ahead by one step (Nesterov), is made orthogonal, and is taken off
/// the matrix: `m ← β m + (1 - β) g`, `w ← (1 - rate · decay) w - rate · s · orthogonal(β m + (1 -
/// β) g)`.
///
/// @param rate learning rate
/// @param momentum β, decay of the mean
/// @param decay of the matrix
/// @param scaling the factor s
record MuonRule(double rate, double momentum, double decay, Scaling scaling) {
  /// Five fast steps: singular values between 0.7 and 1.2.
  static final List<NewtonSchulz.Coefficients> STEPS =
      Collections.nCopies(5, NewtonSchulz.Coefficients.FAST);

  /// How the size of an update depends on the shape.
  enum Scaling {
    /// `√max(1, rows / columns)`.
    BY_SHAPE,
    /// `0.2 · √max(rows, columns)`: elements as large as AdamW's, so that one rate serves both.
    LIKE_ADAMW;

    double of(int rows, int columns) {
      return switch (this) {
        case BY_SHAPE -> Math.sqrt(Math.max(1, (double) rows / columns));
        case LIKE_ADAMW -> 0.2 * Math.sqrt(Math.max(rows, columns));
      };
    }
  }

  /// Updates a matrix.
  ///
  /// @param value `[rows, columns]`
  /// @param mean of gradients so far; updated
  /// @param direction room for one more
  /// @param clip factor of the gradient
  void update(
      Kernels kernels,
      NewtonSchulz newtonSchulz,
      Tensor value,
      Tensor gradient,
      Tensor mean,
      Tensor direction,
      double clip) {
    float fresh = (float) ((1 - momentum) * clip);
    shrink(kernels, mean, 1 - momentum);
    kernels.addScaled(gradient, fresh, mean);
    kernels.copy(mean, direction);
    shrink(kernels, direction, 1 - momentum);
    kernels.addScaled(gradient, fresh, direction);
    shrink(kernels, value, rate * decay);
    double factor = rate * scaling.of(value.size(0), value.size(1));
    kernels.addScaled(newtonSchulz.orthogonalize(direction), (float) -factor, value);
  }

  /// `x ← (1 - by) x`.
  private static void shrink(Kernels kernels, Tensor x, double by) {
    kernels.addScaled(x, (float) -by, x);
  }
}
