package dev.minke.kernel;

/// Over which axis of a weight `[out, in]` a product sums.
public enum Orientation {
  /// `y = x Wᵀ`: sums over `in`; the product of a forward pass.
  FORWARD,
  /// `dx = dy W`: sums over `out`; the product for the gradient of the input.
  BACKWARD
}
