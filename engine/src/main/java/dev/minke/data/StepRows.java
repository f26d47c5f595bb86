package dev.minke.data;

import dev.minke.model.TokenRows;
import dev.minke.model.TrainingRows;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;

/// The rows of one training step, and their tensors by micro-batch.
///
/// Sums of sequences are divided by the counts of the whole step, so the sum of the micro-batches'
/// losses is the loss of the step.
///
/// @param shard where the tokens are
/// @param rows of the step
public record StepRows(TokenShard shard, List<PackedRow> rows) {
  public StepRows {
    rows = List.copyOf(rows);
  }

  /// Inputs, and so targets, of the step.
  public int tokens() {
    return rows.stream().mapToInt(PackedRow::tokens).sum();
  }

  /// Sequences of the step.
  public int sequences() {
    return rows.stream().mapToInt(row -> row.pieces().size()).sum();
  }

  /// Rows `[from, to)` as tensors of the workspace.
  ///
  /// @param factors of the step's additional losses
  public TrainingRows training(
      Workspace workspace, int from, int to, TrainingRows.Factors factors) {
    List<PackedRow.Piece> pieces =
        rows.subList(from, to).stream().flatMap(row -> row.pieces().stream()).toList();
    List<int[]> inputs = new ArrayList<>();
    for (PackedRow.Piece piece : pieces) {
      inputs.add(tokens(piece, 0));
    }
    TokenRows tokens = TokenRows.packed(workspace, inputs);
    Tensor targets = workspace.allocate(DType.I32, Shape.of(tokens.tokens()));
    int row = 0;
    for (PackedRow.Piece piece : pieces) {
      for (int target : tokens(piece, 1)) {
        targets.setInt(0, row++, target);
      }
    }
    return TrainingRows.of(workspace, tokens, targets, counts(), factors);
  }

  private TrainingRows.Counts counts() {
    long afterNext = Math.max(1, tokens() - sequences());
    return new TrainingRows.Counts(tokens(), afterNext, sequences());
  }

  private int[] tokens(PackedRow.Piece piece, int shift) {
    int[] ids = new int[piece.length()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = shard.token(piece.document(), piece.from() + i + shift);
    }
    return ids;
  }
}
