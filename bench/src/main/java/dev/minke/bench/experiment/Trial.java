package dev.minke.bench.experiment;

import dev.minke.kernel.Kernels;
import dev.minke.train.RunFacts;
import dev.minke.train.StepMetrics;
import dev.minke.train.StopReason;
import dev.minke.train.TrainListener;
import dev.minke.train.TrainRecipe;
import dev.minke.train.TrainSummary;
import dev.minke.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One arm with one seed, and what came of it.
///
/// @param arm its name
/// @param seed of initial weights and of the order of rows
/// @param steps that it took
/// @param flops operations in all, from the sizes
/// @param parameters trained numbers
/// @param trainLoss mean over the last tenth of the steps, in nats
/// @param bitsPerByte of the held-out texts, by name
/// @param maxViolation mean of MaxVio over the last half of the steps, worst layer; 0 without
///   experts
/// @param seconds of the training
record Trial(
    String arm,
    long seed,
    int steps,
    double flops,
    long parameters,
    double trainLoss,
    Map<String, Double> bitsPerByte,
    double maxViolation,
    double seconds) {
  Trial {
    bitsPerByte = new LinkedHashMap<>(bitsPerByte);
  }

  /// What a training says while it goes on.
  private static final class Heard implements TrainListener {
    private final List<Double> losses = new ArrayList<>();
    private final List<Double> violations = new ArrayList<>();
    private long parameters;

    @Override
    public void started(RunFacts facts) {
      parameters = facts.parameters();
    }

    @Override
    public void step(StepMetrics metrics) {
      losses.add(metrics.loss());
      violations.add(metrics.maxViolation());
      if (metrics.step() % 100 == 0) {
        System.err.printf(
            "  step %d of %d: loss %.3f, %.0f s left%n",
            metrics.step(), metrics.steps(), metrics.loss(), metrics.secondsLeft());
      }
    }

    private static double mean(List<Double> values, double lastShare) {
      int from = (int) (values.size() * (1 - lastShare));
      return values.subList(from, values.size()).stream()
          .mapToDouble(value -> value)
          .average()
          .orElse(Double.NaN);
    }
  }

  /// Trains and judges.
  static Trial run(Arm arm, long seed, int baseSteps, Books books, Kernels kernels)
      throws IOException {
    int vocab = books.tokenizer().vocab();
    return run(arm.recipe(arm.steps(baseSteps, vocab), vocab, seed), books, kernels);
  }

  /// Trains and judges what a recipe says.
  static Trial run(TrainRecipe recipe, Books books, Kernels kernels) throws IOException {
    Heard heard = new Heard();
    Path directory = Files.createTempDirectory("minke-experiment");
    try (Trainer trainer =
        Trainer.open(recipe, books.data(), new Trainer.Setup(directory, kernels, 1e12, heard))) {
      TrainSummary summary = trainer.run();
      if (summary.reason() != StopReason.COMPLETED) {
        throw new IllegalStateException(
            "%s, seed %d: expected all steps, found %s"
                .formatted(recipe.name(), recipe.seed(), summary));
      }
      Judging judging = new Judging(trainer.model(), kernels);
      Map<String, Double> found = new LinkedHashMap<>();
      books.judges().forEach((name, judge) -> found.put(name, judging.bitsPerByte(judge)));
      return new Trial(
          recipe.name(),
          recipe.seed(),
          summary.steps(),
          summary.flops(),
          heard.parameters,
          Heard.mean(heard.losses, 0.1),
          found,
          Heard.mean(heard.violations, 0.5),
          summary.seconds());
    } finally {
      Trials.delete(directory);
    }
  }
}
