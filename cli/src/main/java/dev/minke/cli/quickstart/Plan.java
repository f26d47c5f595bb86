package dev.minke.cli.quickstart;

import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.model.deepseek.DeepSeekConfig;
import dev.minke.train.TrainRecipe;
import java.time.Duration;

/// How large a run a budget buys. A fixed table, so that the same seed and budget give the same
/// bits on every machine, slow or quick.
///
/// @param steps of training
/// @param budget time that it may take
record Plan(int steps, Duration budget) {
  static final Duration FULL_BUDGET = Duration.ofMinutes(6);

  private static final int FULL_STEPS = 400;

  /// Time for everything but training: tokenizer, questions, writing.
  private static final Duration AROUND = Duration.ofSeconds(15);

  /// The full run for six minutes or more, else a share of its steps.
  static Plan of(Duration budget) {
    Duration spent = budget.compareTo(FULL_BUDGET) < 0 ? budget : FULL_BUDGET;
    long training = Math.max(0, spent.minus(AROUND).toMillis());
    long full = FULL_BUDGET.minus(AROUND).toMillis();
    return new Plan((int) Math.max(2, FULL_STEPS * training / full), spent);
  }

  /// Whether it is the run that the promises are made for.
  boolean isFull() {
    return steps == FULL_STEPS;
  }

  /// A DeepSeek-V3 model with everything that makes it one, as small as the facts allow.
  TrainRecipe recipe(long seed) {
    return new TrainRecipe(
        "quickstart",
        model(),
        new TrainRecipe.Tokenizer(1536, false),
        new TrainRecipe.Data(256, true, true, 0.01),
        new TrainRecipe.Optimizer(3e-3, 0.9, 0.95, 1e-8, 0.1, 1),
        new TrainRecipe.Schedule(0.05, 0.6, 0.1),
        new TrainRecipe.Losses(0.3f, 1e-4f, 1e-3),
        new TrainRecipe.Batch(8, 8),
        TrainRecipe.Length.ofSteps(steps),
        new TrainRecipe.Validation(50, 1000),
        new TrainRecipe.Checkpoint(30, 2),
        new TrainRecipe.Guard(3, 50),
        seed);
  }

  private static TrainRecipe.Model model() {
    var rule = new RouterRule(ScoreFunction.SIGMOID, 2, 1, 1, true, true, 2.5f);
    return new TrainRecipe.Model(
        DeepSeekConfig.Generation.V3,
        128,
        3,
        1,
        384,
        new DeepSeekConfig.Attention(4, 64, 32, 24, 8, 32),
        256,
        10000,
        new DeepSeekConfig.Experts(8, 1, 96, rule),
        1,
        1e-6f,
        0.02);
  }
}
