package dev.minke.autograd;

import dev.minke.tensor.Tensor;

/// Rules of operations that work row by row.
final class RowRules {
  private RowRules() {}

  static void input(Op.Add op, Gradients to) {
    Tensor dOut = to.of(op.out());
    addOrCopy(dOut, op.a(), to);
    addOrCopy(dOut, op.b(), to);
  }

  static void input(Op.Concat op, Gradients to) {
    Tensor dOut = to.of(op.out());
    int split = op.left().shape().columns();
    addOrCopy(dOut.columns(0, split), op.left(), to);
    addOrCopy(dOut.columns(split, dOut.shape().columns()), op.right(), to);
  }

  private static void addOrCopy(Tensor dOut, Tensor x, Gradients to) {
    if (to.isFresh(x)) {
      to.kernels().copy(dOut, to.uninitialised(x));
    } else {
      Tensor dx = to.of(x);
      to.kernels().add(dx, dOut, dx);
    }
  }

  static void input(Op.RmsNorm op, Gradients to) {
    to.kernels()
        .rmsNormInputGradient(
            to.of(op.out()), op.x(), op.gain().value(), op.inverseRms(), to.of(op.x()));
  }

  static void weight(Op.RmsNorm op, Gradients to) {
    Tensor gradient = op.gain().gradient();
    if (gradient != null) {
      to.kernels().rmsNormGainGradient(to.of(op.out()), op.x(), op.inverseRms(), gradient);
    }
  }

  static void input(Op.SwiGlu op, Gradients to) {
    Tensor dOut = to.of(op.out());
    boolean fresh = to.isFresh(op.gateUp());
    Tensor dGateUp = fresh ? to.uninitialised(op.gateUp()) : to.of(op.gateUp());
    to.kernels().swiGluGradient(dOut, op.gateUp(), dGateUp, !fresh);
  }

  static void input(Op.SequenceSums op, Gradients to) {
    to.kernels()
        .sequenceSumsGradient(to.of(op.out()), op.weights(), op.sequences(), to.of(op.values()));
  }
}
