package dev.minke.autograd;

import dev.minke.kernel.Orientation;
import dev.minke.tensor.Tensor;

/// Rules of matrix products and of the embedding.
final class ProductRules {
  private ProductRules() {}

  /// `dx += dout W`.
  static void input(Op.MatMul op, Gradients to) {
    Tensor dOut = to.of(op.out());
    boolean fresh = to.isFresh(op.x());
    Tensor dx = fresh ? to.uninitialised(op.x()) : to.of(op.x());
    to.kernels().matmul(dOut, op.weight().matrix(to.kernels(), Orientation.BACKWARD), dx, !fresh);
  }

  /// `dW += doutᵀ x`.
  static void weight(Op.MatMul op, Gradients to) {
    Tensor gradient = op.weight().gradient();
    if (gradient != null) {
      Tensor matrix =
          gradient.reshape(Math.toIntExact(gradient.shape().rows()), gradient.shape().columns());
      to.kernels().weightGradient(to.of(op.out()), op.x(), matrix);
    }
  }

  static void input(Op.GroupedMatMul op, Gradients to) {
    Tensor dOut = to.of(op.out());
    boolean fresh = to.isFresh(op.x());
    Tensor dx = fresh ? to.uninitialised(op.x()) : to.of(op.x());
    to.kernels()
        .groupedMatmul(
            dOut, op.weight().stack(to.kernels(), Orientation.BACKWARD), op.offsets(), dx, !fresh);
  }

  static void weight(Op.GroupedMatMul op, Gradients to) {
    Tensor gradient = op.weight().gradient();
    if (gradient != null) {
      to.kernels().groupedWeightGradient(to.of(op.out()), op.x(), op.offsets(), gradient);
    }
  }

  static void weight(Op.Embedding op, Gradients to) {
    Tensor gradient = op.table().gradient();
    if (gradient != null) {
      to.kernels().embeddingGradient(to.of(op.out()), op.ids(), gradient);
    }
  }
}
