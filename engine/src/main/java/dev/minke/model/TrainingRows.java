package dev.minke.model;

import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;

/// Packed tokens with what each should predict and how much that counts.
///
/// @param rows the tokens
/// @param targets I32 `[tokens]`: the token that follows; negative for none
/// @param weights `[tokens]`: the weight of each target's negative log-probability in the loss,
///   usually 1 / targets of the step
/// @param predictionWeights `[tokens]`: the same for the target after next, which row `t` of the
///   predictor is to find
/// @param balance factor α of the sequence-wise balance loss, averaged over sequences
/// @param prediction factor λ of the multi-token prediction loss
public record TrainingRows(
    TokenRows rows,
    Tensor targets,
    Tensor weights,
    Tensor predictionWeights,
    float balance,
    float prediction) {

  /// Targets given for each row, each counting `1 / targets` of the step.
  ///
  /// @param counts by which targets are divided
  public static TrainingRows of(
      Workspace workspace, TokenRows rows, Tensor targets, Counts counts, Factors factors) {
    Tensor after = shifted(workspace, rows, targets, -1);
    return new TrainingRows(
        rows,
        targets,
        weights(workspace, targets, counts.targets()),
        weights(workspace, after, counts.afterNext()),
        factors.balance(),
        factors.prediction());
  }

  /// Targets of a whole step, over all its micro-batches.
  ///
  /// @param targets next tokens to predict
  /// @param afterNext tokens after next to predict
  public record Counts(long targets, long afterNext) {}

  /// Factors of the additional terms of the loss.
  ///
  /// @param balance α of the sequence-wise balance loss
  /// @param prediction λ of multi-token prediction
  public record Factors(float balance, float prediction) {}

  private static Tensor weights(Workspace workspace, Tensor targets, long count) {
    int tokens = targets.shape().columns();
    Tensor weights = workspace.allocate(DType.F32, Shape.of(tokens));
    for (int row = 0; row < tokens; row++) {
      weights.set(0, row, targets.getInt(0, row) < 0 ? 0 : 1.0 / count);
    }
    return weights;
  }

  /// The entry of the next row of the same sequence, for each row.
  ///
  /// @param values I32 `[tokens]`
  /// @param end what the last row of a sequence gets
  /// @return I32 `[tokens]`
  public static Tensor shifted(Workspace workspace, TokenRows rows, Tensor values, int end) {
    Tensor next = workspace.allocate(DType.I32, Shape.of(rows.tokens()));
    for (var sequence : rows.sequences()) {
      int last = sequence.firstQuery() + sequence.queries() - 1;
      for (int row = sequence.firstQuery(); row < last; row++) {
        next.setInt(0, row, values.getInt(0, row + 1));
      }
      next.setInt(0, last, end);
    }
    return next;
  }
}
