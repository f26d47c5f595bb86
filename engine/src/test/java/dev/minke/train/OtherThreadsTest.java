package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A run that goes on with another number of threads than it began with. Its operations are large
/// enough that threads share them.
class OtherThreadsTest {
  private static final int STEPS = 9;

  @TempDir Path directory;

  @Test
  void aRunThatGoesOnWithOtherThreadsHasTheBitsOfAnUndisturbedOne() throws IOException {
    byte[] undisturbed = train(directory.resolve("undisturbed"), 1, STEPS);
    Path run = directory.resolve("run");
    train(run, 1, 3);
    train(run, 3, 6);
    assertThat(train(run, 2, STEPS)).isEqualTo(undisturbed);
  }

  /// @param stop step after which it is saved and left
  /// @return the newest checkpoint: weights, moments, positions
  private static byte[] train(Path run, int threads, int stop) throws IOException {
    try (Kernels kernels = new VectorKernels(threads)) {
      TrainSummary summary = TinyRun.runUntil(stop, recipe(), run, kernels);
      assertThat(summary.step()).isEqualTo(stop);
      Path checkpoint = summary.checkpoint();
      assertThat(checkpoint).isNotNull();
      return Files.readAllBytes(checkpoint);
    }
  }

  private static TrainRecipe recipe() {
    TrainRecipe tiny = TinyRun.recipe(TrainRecipe.Length.ofSteps(STEPS));
    var rule = new RouterRule(ScoreFunction.SIGMOID, 2, 1, 1, true, true, 2.5f);
    var model =
        new TrainRecipe.Model(
            Architecture.DEEPSEEK_V3,
            96,
            2,
            1,
            256,
            new DecoderConfig.Latent(4, 48, 32, 24, 8, 24),
            128,
            10_000,
            new DecoderConfig.Experts(8, 1, 96, rule),
            1,
            1e-6f,
            0.02);
    return new TrainRecipe(
        "threads",
        model,
        tiny.tokenizer(),
        new TrainRecipe.Data(128, true, true, 0.1),
        tiny.optimizer(),
        tiny.schedule(),
        tiny.losses(),
        TrainRecipe.Batch.constant(8, 4),
        TrainRecipe.Memory.KEEP,
        tiny.length(),
        TrainRecipe.Validation.of(0, 10),
        TrainRecipe.Checkpoint.every(1000, 2),
        tiny.guard(),
        tiny.seed());
  }
}
