package dev.minke.bench.experiment;

import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.train.ScalingRule;
import dev.minke.train.TrainRecipe;

/// One way to train: a model, how its experts are balanced, and what updates its matrices.
///
/// @param name in tables
/// @param attention its kind and sizes
/// @param experts routed ones; 0 for a dense model
/// @param hidden width of an expert, or of the dense feed-forward
/// @param predictors 0 or 1
/// @param balance α of the sequence-wise balance loss
/// @param biasRate γ of balancing by biases
/// @param matrices what updates hidden matrices
/// @param rate of learning, at its peak
record Arm(
    String name,
    DecoderConfig.Attention attention,
    int experts,
    int hidden,
    int predictors,
    float balance,
    double biasRate,
    TrainRecipe.MatrixRule matrices,
    double rate) {
  static final int DIM = 192;
  private static final int LAYERS = 4;
  private static final int DENSE_HIDDEN = 512;
  private static final int ACTIVE = 2;
  private static final int ROWS = 16;

  /// Of learning, where nothing else is said.
  static final double RATE = 2e-3;

  private static final float PREDICTION = 0.3f;

  static final DecoderConfig.Latent LATENT = new DecoderConfig.Latent(6, 96, 64, 32, 16, 32);

  /// What all others are compared with: latent attention, 8 experts of which a token has two, and a
  /// shared one, balanced by biases; AdamW.
  static final Arm BASE =
      new Arm("base", LATENT, 8, 128, 0, 0, 1e-3, TrainRecipe.MatrixRule.ADAMW, RATE);

  DecoderConfig config(int vocab) {
    return model().config(vocab);
  }

  private TrainRecipe.Model model() {
    RouterRule rule = new RouterRule(ScoreFunction.SIGMOID, ACTIVE, 1, 1, true, true, 2.5f);
    boolean dense = experts == 0;
    return new TrainRecipe.Model(
        Architecture.DEEPSEEK_V3,
        DIM,
        LAYERS,
        dense ? LAYERS : 1,
        dense ? hidden : DENSE_HIDDEN,
        attention,
        Books.ROW_TOKENS,
        10_000,
        new DecoderConfig.Experts(experts, 1, dense ? 0 : hidden, rule),
        predictors,
        1e-6f,
        0.02);
  }

  /// Operations of a token in training.
  double flops(int vocab) {
    return ScalingRule.flops(config(vocab), Books.ROW_TOKENS);
  }

  /// As many steps as cost what `steps` of the base cost.
  int steps(int steps, int vocab) {
    return (int) Math.round(steps * BASE.flops(vocab) / flops(vocab));
  }

  TrainRecipe recipe(int steps, int vocab, long seed) {
    return TrialRecipe.of(
        name,
        model(),
        vocab,
        matrices,
        rate,
        TrainRecipe.Losses.constant(PREDICTION, balance, biasRate),
        ROWS,
        steps,
        seed);
  }
}
