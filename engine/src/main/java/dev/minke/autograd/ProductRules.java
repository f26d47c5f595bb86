package dev.minke.autograd;

import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.tensor.Tensor;

/// Rules of matrix products and of the embedding.
final class ProductRules {
  private ProductRules() {}

  /// `dx += dout W`.
  static void input(Op.MatMul op, Gradients to) {
    Tensor dOut = to.of(op.out());
    Gradients.Target dx = to.target(op.x());
    Prepared matrix = op.weight().matrix(to.kernels(), Orientation.BACKWARD);
    to.kernels().matmul(dOut, matrix, dx.gradient(), dx.accumulate());
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
    Gradients.Target dx = to.target(op.x());
    Prepared stack = op.weight().stack(to.kernels(), Orientation.BACKWARD);
    to.kernels().groupedMatmul(dOut, stack, op.offsets(), dx.gradient(), dx.accumulate());
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
