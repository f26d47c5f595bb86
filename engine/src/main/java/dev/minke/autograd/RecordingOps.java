package dev.minke.autograd;

import dev.minke.kernel.Kernels;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;

/// Runs operations and records them on a tape: training.
public final class RecordingOps extends Ops {
  private final Tape tape;
  private final boolean recomputes;

  public RecordingOps(Kernels kernels, Workspace workspace, Observer observer) {
    this(kernels, workspace, observer, false);
  }

  private RecordingOps(
      Kernels kernels, Workspace workspace, Observer observer, boolean recomputes) {
    super(kernels, workspace, observer);
    this.tape = new Tape(kernels, workspace);
    this.recomputes = recomputes;
  }

  /// A recording that keeps the results of segments alone and computes their insides again in
  /// backward: a third more work, a fraction of the memory (arXiv:1604.06174).
  public static RecordingOps recomputing(Kernels kernels, Workspace workspace, Observer observer) {
    return new RecordingOps(kernels, workspace, observer, true);
  }

  @Override
  public List<Tensor> recomputable(DType dtype, List<Shape> shapes, Segment segment) {
    if (!recomputes) {
      return segment.run(this);
    }
    List<Tensor> kept = new ArrayList<>();
    for (Shape shape : shapes) {
      kept.add(workspace().allocate(dtype, shape));
    }
    Workspace.Mark mark = workspace().mark();
    List<Tensor> results = segment.run(new EagerOps(kernels(), workspace(), observer()));
    for (int i = 0; i < results.size(); i++) {
      kernels().copy(results.get(i), kept.get(i));
    }
    workspace().release(mark);
    record(new Op.Recomputed(segment, List.copyOf(kept)));
    return kept;
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
