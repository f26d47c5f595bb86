package dev.minke.autograd;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.Orientation;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;

/// Rules of the output head. Kept logits become their own gradient in place; logits that were not
/// kept are computed again, chunk by chunk.
final class HeadRules {
  private HeadRules() {}

  private interface Chunk {
    /// @param dLogits `[to - from, vocab]`
    void take(Tensor dLogits, int from, int to);
  }

  /// `dHidden += dLogits W`.
  static void input(Op.HeadLogProbs op, Gradients to) {
    Kernels kernels = to.kernels();
    Gradients.Target dHidden = to.target(op.hidden());
    Tensor kept = op.logits();
    if (kept != null) {
      kernels.logProbsGradient(to.of(op.out()), op.targets(), op.logSumExp(), kept);
    }
    chunks(
        op,
        to,
        (dLogits, from, end) ->
            kernels.matmul(
                dLogits,
                op.head().matrix(kernels, Orientation.BACKWARD),
                dHidden.gradient().rows(from, end),
                dHidden.accumulate()));
  }

  /// `dW += dLogitsᵀ hidden`. Runs after [#input].
  static void weight(Op.HeadLogProbs op, Gradients to) {
    Gradients.Target target = op.head().target();
    if (target != null) {
      chunks(
          op,
          to,
          (dLogits, from, end) ->
              to.kernels()
                  .weightGradient(
                      dLogits,
                      op.hidden().rows(from, end),
                      target.gradient(),
                      from > 0 || target.accumulate()));
    }
  }

  private static void chunks(Op.HeadLogProbs op, Gradients to, Chunk chunk) {
    int tokens = op.hidden().size(0);
    Tensor kept = op.logits();
    if (kept != null) {
      chunk.take(kept, 0, tokens);
      return;
    }
    Kernels kernels = to.kernels();
    Tensor dOut = to.of(op.out());
    Workspace.Mark mark = to.scratch().mark();
    int rows = Ops.headChunk(op.head());
    for (int from = 0; from < tokens; from += rows) {
      int end = Math.min(tokens, from + rows);
      Tensor logits =
          to.scratch()
              .allocate(op.hidden().dtype(), Shape.of(end - from, op.head().shape().size(0)));
      kernels.matmul(
          op.hidden().rows(from, end),
          op.head().matrix(kernels, Orientation.FORWARD),
          logits,
          false);
      kernels.logProbsGradient(
          dOut.columns(from, end),
          op.targets().columns(from, end),
          op.logSumExp().columns(from, end),
          logits);
      chunk.take(logits, from, end);
      to.scratch().release(mark);
    }
  }
}
