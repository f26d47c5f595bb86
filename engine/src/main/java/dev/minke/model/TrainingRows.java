package dev.minke.model;

import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;

/// Packed tokens with what each should predict and how much that counts.
///
/// @param rows the tokens
/// @param targets I32 `[tokens]`: the token that follows; negative for none
/// @param weights `[tokens]`: what each target's log-probability counts in the sum of its sequence
/// @param predictionWeights `[tokens]`: the same for the target after next, which row `t` of the
///   predictor is to find
/// @param counts what the sums of sequences are divided by
/// @param factors of the additional terms of the loss
public record TrainingRows(
    TokenRows rows,
    Tensor targets,
    Tensor weights,
    Tensor predictionWeights,
    Counts counts,
    Factors factors) {

  /// Targets given for each row, each counting once.
  public static TrainingRows of(
      Workspace workspace, TokenRows rows, Tensor targets, Counts counts, Factors factors) {
    Tensor after = shifted(workspace, rows, targets, -1);
    return new TrainingRows(
        rows, targets, weights(workspace, targets), weights(workspace, after), counts, factors);
  }

  /// Of a whole step, over all its micro-batches.
  ///
  /// @param targets next tokens to predict
  /// @param afterNext tokens after next to predict
  /// @param sequences of tokens
  public record Counts(long targets, long afterNext, long sequences) {}

  /// Factors of the additional terms of the loss.
  ///
  /// @param balance α of the sequence-wise balance loss
  /// @param prediction λ of multi-token prediction
  public record Factors(float balance, float prediction) {}

  /// 1 for each target, 0 where there is none.
  private static Tensor weights(Workspace workspace, Tensor targets) {
    int tokens = targets.shape().columns();
    Tensor weights = workspace.allocate(DType.F32, Shape.of(tokens));
    for (int row = 0; row < tokens; row++) {
      weights.set(0, row, targets.getInt(0, row) < 0 ? 0 : 1);
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
