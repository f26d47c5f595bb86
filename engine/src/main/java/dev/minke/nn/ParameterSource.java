package dev.minke.nn;

import dev.minke.autograd.Parameter;
import dev.minke.tensor.Shape;

/// Where a model gets its parameters from while it is built. A source may hold back what a partial
/// model does not need.
public interface ParameterSource {
  /// A matrix or stack of matrices, drawn from a normal distribution unless loaded.
  Parameter weight(String name, Shape shape);

  /// A gain, 1 unless loaded.
  Parameter gain(String name, Shape shape);

  /// A bias, 0 unless loaded.
  Parameter bias(String name, Shape shape);

  /// Numbers that are saved with the model but never reached by a gradient, 0 unless loaded.
  Parameter buffer(String name, Shape shape);
}
