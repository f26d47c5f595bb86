package dev.minke.autograd;

import dev.minke.tensor.Tensor;

/// Sees what happens inside a forward pass: the way out for hidden states and expert choices, as
/// layers keep nothing.
///
/// Tensors belong to the pass; an observer copies what it wants to keep.
public interface Observer {
  /// Sees nothing.
  Observer NONE = new Observer() {};

  /// A named intermediate result, such as `layers.3.output`.
  default void hidden(String name, Tensor value) {}

  /// The choice of experts in a layer.
  ///
  /// @param layer index of the layer
  /// @param logits `[tokens, experts]`
  /// @param chosen I32 `[tokens, activeExperts]`
  /// @param weights `[tokens, activeExperts]`
  default void routed(int layer, Tensor logits, Tensor chosen, Tensor weights) {}
}
