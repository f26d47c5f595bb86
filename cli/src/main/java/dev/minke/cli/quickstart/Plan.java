package dev.minke.cli.quickstart;

import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.tensor.DType;
import dev.minke.train.TrainRecipe;
import java.time.Duration;
import java.util.List;

/// How large a run a budget buys. A fixed table, so that the same seed and budget give the same
/// bits on every machine, slow or quick.
///
/// @param steps of training
/// @param budget time that it may take
record Plan(int steps, Duration budget) {
  /// What is given where nobody says otherwise: a slow machine needs it, too.
  static final Duration USUAL_BUDGET = Duration.ofMinutes(6);

  private static final int FULL_STEPS = 400;

  /// Time for everything but training: tokenizer, questions, writing.
  private static final Duration AROUND = Duration.ofSeconds(15);

  /// Half of what two cores with AVX2 do when nothing else runs there (docs/log.md).
  private static final double STEPS_PER_SECOND = 2.5;

  /// As many steps as the time allows, up to the full run.
  static Plan of(Duration budget) {
    double training = Math.max(0, budget.minus(AROUND).toMillis() * 1e-3);
    int steps = (int) Math.clamp(Math.round(STEPS_PER_SECOND * training), 2, FULL_STEPS);
    return new Plan(steps, budget);
  }

  /// The smallest budget, in whole minutes, that buys the full run.
  static Duration fullBudget() {
    Duration exact = AROUND.plusSeconds((long) Math.ceil(FULL_STEPS / STEPS_PER_SECOND));
    return Duration.ofMinutes(exact.plusSeconds(59).toMinutes());
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
        new TrainRecipe.Optimizer(
            TrainRecipe.MatrixRule.ADAMW,
            3e-3,
            0.9,
            0.95,
            1e-8,
            0.95,
            0.1,
            1,
            DType.F32,
            0,
            List.of()),
        TrainRecipe.Schedule.cosine(0.05, 0.6, 0.1),
        TrainRecipe.Losses.constant(0.3f, 1e-4f, 1e-3),
        TrainRecipe.Batch.constant(8, 8),
        TrainRecipe.Memory.KEEP,
        TrainRecipe.Length.ofSteps(steps),
        TrainRecipe.Validation.of(100, 1000),
        TrainRecipe.Checkpoint.every(30, 2),
        new TrainRecipe.Guard(3, 50),
        seed);
  }

  private static TrainRecipe.Model model() {
    var rule = new RouterRule(ScoreFunction.SIGMOID, 2, 1, 1, true, true, 2.5f);
    return new TrainRecipe.Model(
        Architecture.DEEPSEEK_V3,
        128,
        3,
        1,
        384,
        new DecoderConfig.Latent(4, 64, 32, 24, 8, 32),
        256,
        10000,
        new DecoderConfig.Experts(8, 1, 96, rule),
        1,
        1e-6f,
        0.02);
  }
}
