package dev.minke.autograd;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import org.jspecify.annotations.Nullable;

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
    Gradients.Target target = op.weight().target();
    if (target != null) {
      Shape shape = target.gradient().shape();
      Tensor matrix = target.gradient().reshape(Math.toIntExact(shape.rows()), shape.columns());
      to.kernels().weightGradient(to.of(op.out()), op.x(), matrix, target.accumulate());
    }
  }

  /// The gradient of the gates takes their place, for the weights' half.
  static void input(Op.FeedForward op, Gradients to) {
    Kernels kernels = to.kernels();
    Tensor dOut = to.of(op.out());
    Gradients.Target dx = to.target(op.x());
    kernels.feedForwardGradient(
        dOut,
        op.prepared(op.gateUp(), kernels, Orientation.BACKWARD),
        op.prepared(op.down(), kernels, Orientation.BACKWARD),
        op.offsets(),
        op.gates(),
        dx.gradient(),
        dx.accumulate());
  }

  static void weight(Op.FeedForward op, Gradients to) {
    weight(to.of(op.out()), op.activated(), op.offsets(), op.down(), to);
    weight(op.gates(), op.x(), op.offsets(), op.gateUp(), to);
  }

  private static void weight(
      Tensor dOut, Tensor x, @Nullable Tensor offsets, Parameter weight, Gradients to) {
    Gradients.Target target = weight.target();
    if (target == null) {
      return;
    }
    Tensor gradient = target.gradient();
    if (offsets == null) {
      to.kernels().weightGradient(dOut, x, gradient, target.accumulate());
    } else {
      to.kernels().groupedWeightGradient(dOut, x, offsets, gradient, target.accumulate());
    }
  }

  static void weight(Op.Embedding op, Gradients to) {
    Tensor gradient = op.table().sum(to.kernels());
    if (gradient != null) {
      to.kernels().embeddingGradient(to.of(op.out()), op.ids(), gradient);
    }
  }
}
