package dev.minke.autograd;

import dev.minke.tensor.Tensor;

/// Rules of operations that work row by row.
final class RowRules {
  private RowRules() {}

  static void input(Op.Add op, Gradients to) {
    to.add(op.out(), op.a());
    to.add(op.out(), op.b());
  }

  static void input(Op.Concat op, Gradients to) {
    Tensor dOut = to.of(op.out());
    int split = op.left().shape().columns();
    addOrCopy(dOut.columns(0, split), op.left(), to);
    addOrCopy(dOut.columns(split, dOut.shape().columns()), op.right(), to);
  }

  private static void addOrCopy(Tensor dOut, Tensor x, Gradients to) {
    Gradients.Target dx = to.target(x);
    if (dx.accumulate()) {
      to.kernels().add(dx.gradient(), dOut, dx.gradient());
    } else {
      to.kernels().copy(dOut, dx.gradient());
    }
  }

  static void input(Op.RmsNorm op, Gradients to) {
    to.kernels()
        .rmsNormInputGradient(
            to.of(op.out()), op.x(), op.gain().value(), op.inverseRms(), to.sum(op.x()));
  }

  static void weight(Op.RmsNorm op, Gradients to) {
    Tensor gradient = op.gain().sum(to.kernels());
    if (gradient != null) {
      to.kernels().rmsNormGainGradient(to.of(op.out()), op.x(), op.inverseRms(), gradient);
    }
  }

  static void weight(Op.AddBias op, Gradients to) {
    Tensor gradient = op.bias().sum(to.kernels());
    if (gradient != null) {
      to.kernels().addRowGradient(to.of(op.x()), gradient);
    }
  }

  static void input(Op.SequenceSums op, Gradients to) {
    to.kernels()
        .sequenceSumsGradient(to.of(op.out()), op.weights(), op.sequences(), to.sum(op.values()));
  }
}
