package dev.minke.train;

import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderSize;

/// How many tokens a model of a size deserves: C = 6 N D and D = r N, where C is the operations of
/// a training, N the weights that a token meets, D the tokens (Hoffmann et al., arXiv:2203.15556).
///
/// N counts the products of a token in forward: experts as far as they are active, the head, not
/// the table of tokens, which costs nothing. Scores of attention and a predictor come on top of 6
/// N, so [#flops] is what a token costs, and the rule is asked with it.
public final class ScalingRule {
  /// r: tokens of training for each weight that a token meets, measured with `bench/run scaling`:
  /// 9, 10 and 11 at budgets of 6e11, 1.8e12 and 3.6e12 operations (`docs/experiments/scaling.md`).
  /// Hoffmann et al. found 20 for dense models of 70 million parameters and more.
  public static final double TOKENS_PER_PARAMETER = 10;

  private ScalingRule() {}

  /// N of a model.
  public static double parameters(DecoderConfig config) {
    return new DecoderSize(config).forwardFlops(0) / 2;
  }

  /// Operations of a token in training, forward and backward, the mean over a row.
  ///
  /// @param rowTokens tokens of a row that see each other
  public static double flops(DecoderConfig config, int rowTokens) {
    double first = forward(config, 0);
    double perPosition = forward(config, 1) - first;
    return 3 * (first + perPosition * (rowTokens + 1) / 2.0);
  }

  private static double forward(DecoderConfig config, int context) {
    DecoderSize size = new DecoderSize(config);
    return size.forwardFlops(context) + size.predictorFlops(context);
  }
}
