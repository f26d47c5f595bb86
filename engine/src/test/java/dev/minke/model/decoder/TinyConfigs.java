package dev.minke.model.decoder;

import dev.minke.kernel.Rotation;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The smallest models that have every part of V2-Lite, V2 and V3.
public final class TinyConfigs {
  private TinyConfigs() {}

  /// V1, V2-Lite, V2 and V3, each in the form its release has.
  public static List<DecoderConfig> all() {
    return List.of(v1(), v2Lite(), v2(), v3(), qwen2(), qwen3(), qwen3Mixture());
  }

  /// Four query heads on two heads of keys and values.
  static DecoderConfig v1() {
    RouterRule rule = new RouterRule(ScoreFunction.SOFTMAX, 2, 1, 1, false, false, 1);
    return config(Architecture.DEEPSEEK, new DecoderConfig.Grouped(4, 2, 6), null, rule, 0);
  }

  /// No query compression, greedy choice, YaRN.
  static DecoderConfig v2Lite() {
    RouterRule rule = new RouterRule(ScoreFunction.SOFTMAX, 2, 1, 1, false, false, 1);
    return config(
        Architecture.DEEPSEEK_V2,
        latent(0),
        new Rotation.Yarn(4, 64, 32, 1, 0.707, 0.707),
        rule,
        0);
  }

  /// Query compression, choice limited to groups by their best.
  static DecoderConfig v2() {
    RouterRule rule = new RouterRule(ScoreFunction.SOFTMAX, 2, 3, 2, false, false, 2.5f);
    return config(
        Architecture.DEEPSEEK_V2, latent(5), new Rotation.Yarn(4, 64, 32, 1, 1, 0.5), rule, 0);
  }

  /// Sigmoid scores, groups by their best two, weights that sum to one, a predictor.
  static DecoderConfig v3() {
    RouterRule rule = new RouterRule(ScoreFunction.SIGMOID, 2, 3, 2, true, true, 2.5f);
    return config(Architecture.DEEPSEEK_V3, latent(5), null, rule, 1);
  }

  /// Biases, stretched as Llama 3 is.
  static DecoderConfig qwen2() {
    return dense(Architecture.QWEN2, new Rotation.Llama3(8, 64, 1, 4), false);
  }

  /// Norms of heads, a tied head.
  static DecoderConfig qwen3() {
    return dense(Architecture.QWEN3, null, true);
  }

  /// Norms of heads, experts that are chosen by softmax with weights that sum to one.
  static DecoderConfig qwen3Mixture() {
    RouterRule rule = new RouterRule(ScoreFunction.SOFTMAX, 2, 1, 1, false, true, 1);
    return new DecoderConfig(
        Architecture.QWEN3_MOE,
        19,
        10,
        12,
        2,
        0,
        new DecoderConfig.Grouped(4, 2, 6),
        new DecoderConfig.Positions(256, 10_000, null),
        new DecoderConfig.Experts(6, 0, 5, rule),
        0,
        1e-6f,
        false);
  }

  private static DecoderConfig dense(
      Architecture architecture, Rotation.@Nullable Scaling scaling, boolean tiedHead) {
    RouterRule none = new RouterRule(ScoreFunction.SOFTMAX, 1, 1, 1, false, false, 1);
    return new DecoderConfig(
        architecture,
        19,
        10,
        12,
        2,
        2,
        new DecoderConfig.Grouped(4, 2, 6),
        new DecoderConfig.Positions(256, 10_000, scaling),
        new DecoderConfig.Experts(0, 0, 0, none),
        0,
        1e-6f,
        tiedHead);
  }

  private static DecoderConfig.Latent latent(int queryRank) {
    return new DecoderConfig.Latent(2, queryRank, 6, 4, 4, 3);
  }

  private static DecoderConfig config(
      Architecture architecture,
      DecoderConfig.Attention attention,
      Rotation.@Nullable Scaling scaling,
      RouterRule rule,
      int predictors) {
    return new DecoderConfig(
        architecture,
        19,
        10,
        12,
        2,
        1,
        attention,
        new DecoderConfig.Positions(256, 10_000, scaling),
        new DecoderConfig.Experts(6, 1, 5, rule),
        predictors,
        1e-6f,
        false);
  }
}
