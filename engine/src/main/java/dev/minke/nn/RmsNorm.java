package dev.minke.nn;

import dev.minke.autograd.Ops;
import dev.minke.autograd.Parameter;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;

/// Root-mean-square normalisation with a gain (arXiv:1910.07467).
///
/// @param gain `[dim]`
/// @param epsilon added to the mean square
public record RmsNorm(Parameter gain, float epsilon) {
  /// A layer whose gain starts at 1.
  public static RmsNorm of(ParameterSource source, String name, int dim, float epsilon) {
    return new RmsNorm(source.gain(name, Shape.of(dim)), epsilon);
  }

  /// @param x `[tokens, dim]`
  /// @return `[tokens, dim]`
  public Tensor forward(Ops ops, Tensor x) {
    return ops.rmsNorm(x, gain, epsilon);
  }
}
