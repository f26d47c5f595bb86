package dev.minke.autograd;

import dev.minke.kernel.Kernels;
import dev.minke.tensor.Workspace;

/// Runs operations and records them on a tape: training.
public final class RecordingOps extends Ops {
  private final Tape tape;

  public RecordingOps(Kernels kernels, Workspace workspace, Observer observer) {
    super(kernels, workspace, observer);
    this.tape = new Tape(kernels, workspace);
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
