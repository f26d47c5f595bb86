package dev.minke.eval;

import dev.minke.autograd.EagerOps;
import dev.minke.autograd.Parameter;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;

/// Logits over the whole vocabulary, row after row. A few rows at a time are in memory, so that a
/// vocabulary of 129 thousand tokens needs no more than a small one.
final class LogitRows {
  private static final long CHUNK_BYTES = 32L << 20;

  private LogitRows() {}

  /// Sees a row.
  @FunctionalInterface
  interface Reader {
    /// @param logits `[vocab]`
    /// @param logSumExp the logarithm of the sum of their exponentials
    /// @param target the token that followed
    void read(float[] logits, float logSumExp, int target);
  }

  /// @param hidden `[targets, dim]`
  static void read(EagerOps ops, Parameter head, Tensor hidden, int[] targets, Reader reader) {
    long rowBytes = head.shape().size(0) * (long) Float.BYTES;
    int chunk = (int) Math.max(1, CHUNK_BYTES / rowBytes);
    Workspace.Mark mark = ops.workspace().mark();
    for (int from = 0; from < targets.length; from += chunk) {
      int count = Math.min(chunk, targets.length - from);
      Tensor logits = ops.matmul(hidden.rows(from, from + count), head);
      Tensor next = ops.workspace().allocate(DType.I32, Shape.of(count));
      for (int i = 0; i < count; i++) {
        next.setInt(0, i, targets[from + i]);
      }
      Tensor logProbs = ops.workspace().allocate(count);
      Tensor logSumExp = ops.workspace().allocate(count);
      ops.kernels().logProbs(logits, next, logProbs, logSumExp);
      for (int i = 0; i < count; i++) {
        float[] row = logits.rows(i, i + 1).toFloatArray();
        reader.read(row, logSumExp.getFloat(0, i), targets[from + i]);
      }
      ops.workspace().release(mark);
    }
  }
}
