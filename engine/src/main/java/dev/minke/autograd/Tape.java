package dev.minke.autograd;

import dev.minke.kernel.Kernels;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;

/// The operations of one pass in order, and the walk back over them. Dispatches only: rules live in
/// the `…Rules` classes.
///
/// Activations are released as they are consumed: once an operation's two halves have run, nothing
/// above its place in the workspace is needed any more.
final class Tape {
  private final Kernels kernels;
  private final Workspace activations;
  private final List<Op> ops = new ArrayList<>();
  private final List<Workspace.Mark> ends = new ArrayList<>();
  private final Workspace.Mark start;

  Tape(Kernels kernels, Workspace activations) {
    this.kernels = kernels;
    this.activations = activations;
    this.start = activations.mark();
  }

  void add(Op op) {
    ops.add(op);
    ends.add(activations.mark());
  }

  /// The operations so far.
  List<Op> ops() {
    return List.copyOf(ops);
  }

  void backward(List<Loss> losses, Workspace memory) {
    Workspace.Mark before = memory.mark();
    Gradients gradients = new Gradients(kernels, memory);
    for (Loss loss : losses) {
      Tensor seed = gradients.sum(loss.values());
      for (int sequence = 0; sequence < seed.shape().columns(); sequence++) {
        seed.set(0, sequence, seed.get(0, sequence) + loss.factor() * loss.share());
      }
    }
    walk(gradients);
    memory.release(before);
  }

  /// Walks back over all operations; forgets them.
  void walk(Gradients gradients) {
    for (int i = ops.size() - 1; i >= 0; i--) {
      Op op = ops.get(i);
      inputGradient(op, gradients);
      weightGradient(op, gradients);
      Tensor out = op.out();
      if (out != null) {
        gradients.release(out);
      }
      activations.release(i == 0 ? start : ends.get(i - 1));
    }
    ops.clear();
    ends.clear();
  }

  /// Adds to the gradients of the operation's input activations.
  private void inputGradient(Op op, Gradients to) {
    switch (op) {
      case Op.Embedding _, Op.AddBias _ -> {}
      case Op.MatMul matmul -> ProductRules.input(matmul, to);
      case Op.FeedForward layer -> ProductRules.input(layer, to);
      case Op.HeadLogProbs head -> HeadRules.input(head, to);
      case Op.Add add -> RowRules.input(add, to);
      case Op.Concat concat -> RowRules.input(concat, to);
      case Op.RmsNorm norm -> RowRules.input(norm, to);
      case Op.SequenceSums sum -> RowRules.input(sum, to);
      case Op.Rotate rotate -> AttentionRules.input(rotate, to);
      case Op.JoinKeys join -> AttentionRules.input(join, to);
      case Op.Attention attention -> AttentionRules.input(attention, to);
      case Op.Route route -> ExpertRules.input(route, to);
      case Op.GatherSlots gather -> ExpertRules.input(gather, to);
      case Op.Combine combine -> ExpertRules.input(combine, to);
      case Op.BalanceLoss balance -> ExpertRules.input(balance, to);
      case Op.Recomputed segment -> again(segment, to);
      case Op.Stored segment -> restored(segment, to);
    }
  }

  /// Adds to the gradients of the operation's parameters.
  private static void weightGradient(Op op, Gradients to) {
    switch (op) {
      case Op.Embedding embedding -> ProductRules.weight(embedding, to);
      case Op.MatMul matmul -> ProductRules.weight(matmul, to);
      case Op.FeedForward layer -> ProductRules.weight(layer, to);
      case Op.HeadLogProbs head -> HeadRules.weight(head, to);
      case Op.RmsNorm norm -> RowRules.weight(norm, to);
      case Op.AddBias add -> RowRules.weight(add, to);
      case Op.Add _,
          Op.Concat _,
          Op.SequenceSums _,
          Op.Rotate _,
          Op.JoinKeys _,
          Op.Attention _,
          Op.Route _,
          Op.GatherSlots _,
          Op.Combine _,
          Op.BalanceLoss _,
          Op.Recomputed _,
          Op.Stored _ -> {}
    }
  }

  /// Both halves of a segment: runs it again, recording, and walks back over that.
  private void again(Op.Recomputed op, Gradients to) {
    RecordingOps inside = new RecordingOps(kernels, activations, Observer.NONE);
    List<Tensor> results = op.segment().run(inside);
    for (int i = 0; i < results.size(); i++) {
      to.move(op.results().get(i), results.get(i));
    }
    inside.backward(to);
  }

  /// Both halves of a segment whose activations were stored: reads them back, and walks back.
  private void restored(Op.Stored op, Gradients to) {
    Tape inside = new Tape(kernels, activations);
    List<Tensor> results = op.stored().restore(kernels, activations, inside);
    for (int i = 0; i < results.size(); i++) {
      to.move(op.results().get(i), results.get(i));
    }
    inside.walk(to);
  }
}
