package dev.minke.nn;

import dev.minke.autograd.Ops;
import dev.minke.autograd.Parameter;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// `y = x Wᵀ + b`.
///
/// @param weight `[out, in]`
/// @param bias `[out]`; null for none
public record Linear(Parameter weight, @Nullable Parameter bias) {
  /// A layer without bias whose weight is drawn from a normal distribution.
  public static Linear of(ParameterSource source, String name, int in, int out) {
    return new Linear(source.weight(name, Shape.of(out, in)), null);
  }

  /// A layer with a bias of zeros.
  public static Linear biased(ParameterSource source, String name, int in, int out) {
    return new Linear(
        source.weight(name, Shape.of(out, in)), source.bias(name + ".bias", Shape.of(out)));
  }

  /// @param x `[tokens, in]`
  /// @return `[tokens, out]`
  public Tensor forward(Ops ops, Tensor x) {
    Tensor out = ops.matmul(x, weight);
    if (bias != null) {
      ops.addBias(out, bias);
    }
    return out;
  }
}
