package dev.minke.inference;

import dev.minke.autograd.EagerOps;
import dev.minke.kernel.Kernels;
import dev.minke.model.TokenRows;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.lang.foreign.Arena;
import java.util.List;

/// Logits of every position of a sequence in one pass: how a checkpoint is compared with other
/// implementations.
public final class Logits {
  private Logits() {}

  /// What the model expects after each token.
  ///
  /// @param ids one token or more
  /// @param arena owns the result
  /// @return `[tokens, vocab]`
  public static Tensor of(DecoderModel model, Kernels kernels, int[] ids, Arena arena) {
    return compute(model, kernels, ids, arena, false);
  }

  /// What the predictor expects at the position after next; the last token, whose successor is
  /// unknown, has no row.
  ///
  /// @param ids two tokens or more
  /// @return `[tokens - 1, vocab]`
  public static Tensor ofPredictor(DecoderModel model, Kernels kernels, int[] ids, Arena arena) {
    return compute(model, kernels, ids, arena, true);
  }

  private static Tensor compute(
      DecoderModel model, Kernels kernels, int[] ids, Arena arena, boolean predictor) {
    int count = predictor ? ids.length - 1 : ids.length;
    if (count < 1 || ids.length > model.maxLength()) {
      throw new IllegalArgumentException(
          "ids: expected %d to %d, found %d"
              .formatted(predictor ? 2 : 1, model.maxLength(), ids.length));
    }
    try (Workspace workspace = new Workspace()) {
      EagerOps ops = new EagerOps(kernels, workspace);
      TokenRows rows = TokenRows.packed(workspace, List.of(ids));
      Tensor hidden = model.hidden(ops, rows);
      Tensor read = predictor ? model.predicted(ops, hidden, rows) : hidden;
      Tensor logits = ops.matmul(read.rows(0, count), model.head());
      Tensor out = Tensor.allocate(arena, DType.F32, Shape.of(count, model.vocab()));
      kernels.copy(logits, out);
      return out;
    }
  }
}
