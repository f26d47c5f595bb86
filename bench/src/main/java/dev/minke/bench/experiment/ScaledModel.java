package dev.minke.bench.experiment;

import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.train.ScalingRule;
import dev.minke.train.TrainRecipe;
import java.util.Locale;

/// The base of [Arm] at another width, in the proportions of the dial `reduce` of recipes: hidden
/// layers and ranks go with the width; heads, their width, layers and experts with its root. The
/// learning rate goes with one over that root.
///
/// @param dim width of the residual stream
record ScaledModel(int dim) {
  private static final int WIDTH_STEP = 8;
  private static final int ACTIVE = 2;

  /// A quarter of an ablation's: small budgets are few tokens, which have to be enough steps.
  private static final int ROWS = 4;

  DecoderConfig config(int vocab) {
    return model().config(vocab);
  }

  private TrainRecipe.Model model() {
    RouterRule rule = new RouterRule(ScoreFunction.SIGMOID, ACTIVE, 1, 1, true, true, 2.5f);
    int layers = Math.max(2, rooted(4, 1));
    return new TrainRecipe.Model(
        Architecture.DEEPSEEK_V3,
        dim,
        layers,
        1,
        scaled(512),
        new DecoderConfig.Latent(
            Math.max(2, rooted(6, 1)),
            scaled(96),
            scaled(64),
            rooted(32, WIDTH_STEP),
            rooted(16, WIDTH_STEP),
            rooted(32, WIDTH_STEP)),
        Books.ROW_TOKENS,
        10_000,
        new DecoderConfig.Experts(Math.max(ACTIVE, rooted(8, 1)), 1, scaled(128), rule),
        0,
        1e-6f,
        0.02);
  }

  private int scaled(int base) {
    return nearest(base * (double) dim / Arm.DIM, WIDTH_STEP);
  }

  private int rooted(int base, int step) {
    return nearest(base * root(), step);
  }

  private double root() {
    return Math.sqrt((double) dim / Arm.DIM);
  }

  private static int nearest(double value, int step) {
    return Math.max(1, (int) Math.round(value / step)) * step;
  }

  /// As many steps as a budget of operations buys.
  int steps(double budget, int vocab) {
    double perStep = ScalingRule.flops(config(vocab), Books.ROW_TOKENS) * ROWS * Books.ROW_TOKENS;
    return (int) Math.max(1, Math.round(budget / perStep));
  }

  double tokens(double budget, int vocab) {
    return (double) steps(budget, vocab) * ROWS * Books.ROW_TOKENS;
  }

  String name(double budget) {
    return String.format(Locale.ROOT, "%.1e operations, width %d", budget, dim);
  }

  TrainRecipe recipe(double budget, int vocab, long seed) {
    return TrialRecipe.of(
        name(budget),
        model(),
        vocab,
        TrainRecipe.MatrixRule.ADAMW,
        Arm.RATE / root(),
        TrainRecipe.Losses.constant(0, 0, 1e-3),
        ROWS,
        steps(budget, vocab),
        seed);
  }
}
