package dev.minke.autograd;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.kernel.Rotation;
import dev.minke.kernel.RouterRule;
import dev.minke.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A differentiable operation that was run: its inputs, what backward needs, its output. Shapes are
/// those of [Ops].
sealed interface Op {
  /// The tensor this operation made, whose gradient nobody needs once the rule has run; for an
  /// operation in place, null.
  @Nullable Tensor out();

  record Embedding(Parameter table, Tensor ids, Tensor out) implements Op {}

  record MatMul(Tensor x, Parameter weight, Tensor out) implements Op {}

  /// In place: the gradient of `x` is that of what it became.
  record AddBias(Tensor x, Parameter bias) implements Op {
    @Override
    public @Nullable Tensor out() {
      return null;
    }
  }

  /// @param offsets of experts' rows; null if there is one layer for all rows
  /// @param gates become their gradient
  record FeedForward(
      Tensor x,
      Parameter gateUp,
      Parameter down,
      @Nullable Tensor offsets,
      Tensor gates,
      Tensor activated,
      Tensor out)
      implements Op {
    /// A weight of the layer, or of all experts' layers.
    Prepared prepared(Parameter weight, Kernels kernels, Orientation orientation) {
      return offsets == null
          ? weight.matrix(kernels, orientation)
          : weight.stack(kernels, orientation);
    }
  }

  record Add(Tensor a, Tensor b, Tensor out) implements Op {}

  record Concat(Tensor left, Tensor right, Tensor out) implements Op {}

  record RmsNorm(Tensor x, Parameter gain, Tensor inverseRms, Tensor out) implements Op {}

  record Rotate(Tensor x, Tensor positions, Rotation rotation) implements Op {
    @Override
    public @Nullable Tensor out() {
      return null;
    }
  }

  record JoinKeys(Tensor own, Tensor shared, Tensor out) implements Op {}

  record Attention(Tensor query, KvView view, float scale, Tensor logSumExp, Tensor out)
      implements Op {}

  record Route(Tensor logits, Tensor chosen, RouterRule rule, Tensor weights) implements Op {
    @Override
    public Tensor out() {
      return weights;
    }
  }

  record GatherSlots(Tensor x, Routing routing, Tensor out) implements Op {}

  record Combine(Tensor y, Routing routing, Tensor out) implements Op {}

  record BalanceLoss(
      Tensor logits, Tensor chosen, List<KvView.Sequence> sequences, RouterRule rule, Tensor out)
      implements Op {}

  /// @param logits the logits if they were kept, null if backward computes them again
  record HeadLogProbs(
      Tensor hidden,
      Parameter head,
      Tensor targets,
      Tensor logSumExp,
      @Nullable Tensor logits,
      Tensor out)
      implements Op {}

  record SequenceSums(Tensor values, Tensor weights, List<KvView.Sequence> sequences, Tensor out)
      implements Op {}

  /// @param stored what backward reads of the segment
  /// @param results of the segment
  record Stored(StoredSegment stored, List<Tensor> results) implements Op {
    /// Null: the gradients of the results go over to those inside the segment.
    @Override
    public @Nullable Tensor out() {
      return null;
    }
  }

  /// @param results what was kept of the segment
  record Recomputed(Ops.Segment segment, List<Tensor> results) implements Op {
    /// Null: the gradients of the results go over to those that are computed again.
    @Override
    public @Nullable Tensor out() {
      return null;
    }
  }
}
