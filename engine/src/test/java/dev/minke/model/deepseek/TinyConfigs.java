package dev.minke.model.deepseek;

import dev.minke.kernel.Rotation;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The smallest models that have every part of V2-Lite, V2 and V3.
final class TinyConfigs {
  private TinyConfigs() {}

  /// V1, V2-Lite, V2 and V3, each in the form its release has.
  static List<DeepSeekConfig> all() {
    return List.of(v1(), v2Lite(), v2(), v3());
  }

  /// Four query heads on two heads of keys and values.
  static DeepSeekConfig v1() {
    RouterRule rule = new RouterRule(ScoreFunction.SOFTMAX, 2, 1, 1, false, false, 1);
    return config(DeepSeekConfig.Generation.V1, new DeepSeekConfig.Grouped(4, 2, 6), null, rule, 0);
  }

  /// No query compression, greedy choice, YaRN.
  static DeepSeekConfig v2Lite() {
    RouterRule rule = new RouterRule(ScoreFunction.SOFTMAX, 2, 1, 1, false, false, 1);
    return config(
        DeepSeekConfig.Generation.V2,
        latent(0),
        new Rotation.Yarn(4, 64, 32, 1, 0.707, 0.707),
        rule,
        0);
  }

  /// Query compression, choice limited to groups by their best.
  static DeepSeekConfig v2() {
    RouterRule rule = new RouterRule(ScoreFunction.SOFTMAX, 2, 3, 2, false, false, 2.5f);
    return config(
        DeepSeekConfig.Generation.V2, latent(5), new Rotation.Yarn(4, 64, 32, 1, 1, 0.5), rule, 0);
  }

  /// Sigmoid scores, groups by their best two, weights that sum to one, a predictor.
  static DeepSeekConfig v3() {
    RouterRule rule = new RouterRule(ScoreFunction.SIGMOID, 2, 3, 2, true, true, 2.5f);
    return config(DeepSeekConfig.Generation.V3, latent(5), null, rule, 1);
  }

  private static DeepSeekConfig.Latent latent(int queryRank) {
    return new DeepSeekConfig.Latent(2, queryRank, 6, 4, 4, 3);
  }

  private static DeepSeekConfig config(
      DeepSeekConfig.Generation generation,
      DeepSeekConfig.Attention attention,
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
        attention,
        new DeepSeekConfig.Positions(256, 10_000, yarn),
        new DeepSeekConfig.Experts(6, 1, 5, rule),
        predictors,
        1e-6f);
  }
}
