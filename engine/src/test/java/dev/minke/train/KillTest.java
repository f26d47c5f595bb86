package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.tensor.RandomStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that is killed (SIGKILL) at a random moment loses nothing but time.
class KillTest {
  private static final int STEPS = 30;
  private static final int TRIALS = 10;

  @TempDir Path directory;

  @Test
  void aKilledRunThatGoesOnHasTheBitsOfAnUndisturbedOne() throws Exception {
    byte[] expected = finish(directory.resolve("undisturbed"));
    RandomStream random = RandomStream.named(1, "kill");
    int killed = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      Path run = directory.resolve("run" + trial);
      Process child = start(run);
      awaitSteps(child, run, random.below(STEPS - 10, trial));
      if (!child.waitFor(random.below(20_000, 100L + trial), TimeUnit.MICROSECONDS)) {
        killed++;
      }
      child.destroyForcibly().waitFor();
      assertThat(finish(run)).as("trial %d", trial).isEqualTo(expected);
    }
    assertThat(killed).as("runs that were alive when killed").isGreaterThan(TRIALS / 2);
  }

  /// Waits until the run has reported so many steps.
  private static void awaitSteps(Process child, Path run, int steps) throws Exception {
    Path metrics = run.resolve(MetricsLog.NAME);
    while (child.isAlive() && lines(metrics) < steps) {
      Thread.sleep(1);
    }
  }

  private static long lines(Path file) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    }
  }

  /// Goes on to the end in this process; the last checkpoint.
  private static byte[] finish(Path run) throws IOException {
    try (var kernels = new ReferenceKernels()) {
      var setup = new Trainer.Setup(run, kernels, 1e9, TrainListener.NONE);
      var recipe = TinyRun.recipe(TrainRecipe.Length.ofSteps(STEPS));
      try (Trainer trainer = Trainer.open(recipe, TinyRun.data(), setup)) {
        TrainSummary summary = trainer.run();
        assertThat(summary.reason()).isEqualTo(StopReason.COMPLETED);
      }
    }
    return Files.readAllBytes(
        run.resolve("checkpoints").resolve("step-%08d.safetensors".formatted(STEPS)));
  }

  private static Process start(Path run) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path", ""),
            TrainChild.class.getName(),
            run.toString(),
            Integer.toString(STEPS));
    return new ProcessBuilder(command).inheritIO().start();
  }
}
