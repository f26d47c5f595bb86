package dev.minke.nn;

import dev.minke.autograd.Ops;
import dev.minke.autograd.Parameter;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;

/// `y = x Wᵀ`, without bias.
///
/// @param weight `[out, in]`
public record Linear(Parameter weight) {
  /// A layer whose weight is drawn from a normal distribution.
  public static Linear of(ParameterSource source, String name, int in, int out) {
    return new Linear(source.weight(name, Shape.of(out, in)));
  }

  /// @param x `[tokens, in]`
  /// @return `[tokens, out]`
  public Tensor forward(Ops ops, Tensor x) {
    return ops.matmul(x, weight);
  }
}
