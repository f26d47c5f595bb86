package dev.minke.kernel;

/// How router logits become affinities.
public enum ScoreFunction {
  /// Softmax over all routed experts (DeepSeek-V2).
  SOFTMAX,
  /// Sigmoid of each logit by itself (DeepSeek-V3 §2.1.2).
  SIGMOID
}
