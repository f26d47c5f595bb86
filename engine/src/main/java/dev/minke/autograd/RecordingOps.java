package dev.minke.autograd;

import dev.minke.kernel.Arithmetic;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.Prepared;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs operations and records them on a tape: training.
public final class RecordingOps extends Ops {
  /// What a segment leaves for backward.
  @FunctionalInterface
  private interface Remains {
    /// Runs the segment.
    ///
    /// @param ops where the operation is going to be recorded
    /// @param results of the segment, to be written; kept for the operations that follow
    Op leave(RecordingOps ops, Segment segment, List<Tensor> results);
  }

  private final Tape tape;
  private final @Nullable Remains remains;

  /// A recording that keeps everything.
  public RecordingOps(Kernels kernels, Workspace workspace, Observer observer) {
    this(kernels, workspace, observer, null);
  }

  private RecordingOps(
      Kernels kernels, Workspace workspace, Observer observer, @Nullable Remains remains) {
    super(kernels, workspace, observer);
    this.tape = new Tape(kernels, workspace);
    this.remains = remains;
  }

  /// A recording that keeps the results of segments alone and computes their insides again in
  /// backward: a third more work, a fraction of the memory (arXiv:1604.06174). The same bits.
  public static RecordingOps recomputing(Kernels kernels, Workspace workspace, Observer observer) {
    return new RecordingOps(kernels, workspace, observer, RecordingOps::recomputed);
  }

  /// A recording that keeps of segments what backward reads, rounded to BF16: about half of the
  /// memory, a few passes over it more. Results of segments, and so losses, are the same bits;
  /// gradients are near. See [StoredSegment].
  ///
  /// @param aside for what is stored of one segment, while its activations are released; may be
  ///   what [#backward] takes
  public static RecordingOps storingBf16(
      Kernels kernels, Workspace workspace, Observer observer, Workspace aside) {
    return new RecordingOps(
        kernels,
        workspace,
        observer,
        (ops, segment, results) -> ops.stored(segment, results, aside));
  }

  @Override
  public List<Tensor> segment(DType dtype, List<Shape> shapes, Segment segment) {
    if (remains == null) {
      return segment.run(this);
    }
    List<Tensor> results = new ArrayList<>();
    for (Shape shape : shapes) {
      results.add(workspace().allocate(dtype, shape));
    }
    List<Tensor> kept = List.copyOf(results);
    record(remains.leave(this, segment, kept));
    return kept;
  }

  private Op recomputed(Segment segment, List<Tensor> results) {
    Workspace.Mark mark = workspace().mark();
    keep(segment.run(new EagerOps(kernels(), workspace(), observer())), results);
    workspace().release(mark);
    return new Op.Recomputed(segment, results);
  }

  private Op stored(Segment segment, List<Tensor> results, Workspace aside) {
    Workspace.Mark begin = workspace().mark();
    RecordingOps inside = new RecordingOps(kernels(), workspace(), observer());
    List<Tensor> found = segment.run(inside);
    keep(found, results);
    return new Op.Stored(
        new StoredSegment(inside.tape.ops(), found, kernels(), workspace(), begin, aside), results);
  }

  private void keep(List<Tensor> found, List<Tensor> results) {
    for (int i = 0; i < found.size(); i++) {
      kernels().copy(found.get(i), results.get(i));
    }
  }

  /// Walks back over what was recorded, gradients of its results being there already.
  void backward(Gradients gradients) {
    tape.walk(gradients);
  }

  @Override
  void record(Op op) {
    tape.add(op);
  }

  @Override
  Prepared forward(Parameter weight, boolean stacked) {
    return weight.forward(kernels(), stacked, Arithmetic.EXACT);
  }

  @Override
  boolean keepsForBackward() {
    return true;
  }

  /// Walks back from the losses: adds to the gradient of every trained parameter, and releases this
  /// pass's activations.
  ///
  /// @param gradients where gradients of activations live meanwhile; released at the end
  public void backward(Workspace gradients) {
    tape.backward(losses(), gradients);
  }
}
