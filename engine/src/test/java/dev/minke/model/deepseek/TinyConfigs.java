package dev.minke.model.deepseek;

import dev.minke.kernel.Rotation;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The smallest models that have every part of V2-Lite, V2 and V3.
final class TinyConfigs {
  private TinyConfigs() {}

  /// V2-Lite, V2 and V3, each in the form its release has.
  static List<DeepSeekConfig> all() {
    return List.of(v2Lite(), v2(), v3());
  }

  /// No query compression, greedy choice, YaRN.
  static DeepSeekConfig v2Lite() {
    RouterRule rule = new RouterRule(ScoreFunction.SOFTMAX, 2, 1, 1, false, false, 1);
    return config(
        DeepSeekConfig.Generation.V2, 0, new Rotation.Yarn(4, 64, 32, 1, 0.707, 0.707), rule, 0);
  }

  /// Query compression, choice limited to groups by their best.
  static DeepSeekConfig v2() {
    RouterRule rule = new RouterRule(ScoreFunction.SOFTMAX, 2, 3, 2, false, false, 2.5f);
    return config(
        DeepSeekConfig.Generation.V2, 5, new Rotation.Yarn(4, 64, 32, 1, 1, 0.5), rule, 0);
  }

  /// Sigmoid scores, groups by their best two, weights that sum to one, a predictor.
  static DeepSeekConfig v3() {
    RouterRule rule = new RouterRule(ScoreFunction.SIGMOID, 2, 3, 2, true, true, 2.5f);
    return config(DeepSeekConfig.Generation.V3, 5, null, rule, 1);
  }

  private static DeepSeekConfig config(
      DeepSeekConfig.Generation generation,
      int queryRank,
      Rotation.@Nullable Yarn yarn,
      RouterRule rule,
      int predictors) {
    return new DeepSeekConfig(
        generation,
        19,
        10,
        12,
        2,
        1,
        new DeepSeekConfig.Attention(2, queryRank, 6, 4, 4, 3),
        new DeepSeekConfig.Positions(256, 10_000, yarn),
        new DeepSeekConfig.Experts(6, 1, 5, rule),
        predictors,
        1e-6f);
  }
}
