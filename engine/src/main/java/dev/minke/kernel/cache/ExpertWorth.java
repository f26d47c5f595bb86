package dev.minke.kernel.cache;

/// What experts are worth keeping for: of those that may go, the least worthy goes first.
///
/// Mutable, owned by one [ExpertPolicy].
public interface ExpertWorth {
  /// A layer's decision. Only worths of experts of this layer may change by it.
  ///
  /// @param layer among the layers with experts, from 0
  /// @param chosen `[tokens, activeExperts]`, as routers list them
  /// @param tokens at least 1
  void routed(int layer, int[] chosen, int tokens);

  /// The worth of an expert, finite; comparable over all layers.
  float worth(int layer, int expert);
}
