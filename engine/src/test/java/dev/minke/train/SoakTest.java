package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minke.ChildJvm;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.vector.VectorKernels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A run that has found its pace takes no more memory. It trains, validates and saves in a process
/// of its own, as the launcher would start it, for ten minutes after a minute of warming up; the
/// system property `minke.soakSeconds` makes that shorter for a trial.
@Tag("long")
class SoakTest {
  private static final double MOST_BYTES_A_MINUTE = 1 << 20;
  private static final double WARM_UP_SECONDS = 60;
  private static final String SAMPLES = "samples";

  @TempDir Path directory;

  @Test
  void residentSizeDoesNotGrow() throws Exception {
    assumeTrue(ResidentSize.bytes() > 0, "this system does not tell the size of a process");
    double seconds = Double.parseDouble(System.getProperty("minke.soakSeconds", "600"));
    List<String> command =
        ChildJvm.command(
            SoakTest.class,
            List.of(),
            directory.toString(),
            Double.toString(WARM_UP_SECONDS + seconds));
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    List<Sample> samples = new ArrayList<>();
    for (String line : Files.readAllLines(directory.resolve(SAMPLES))) {
      String[] parts = line.split(" ");
      Sample sample = new Sample(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]));
      if (sample.seconds >= WARM_UP_SECONDS) {
        samples.add(sample);
      }
    }
    assertThat(samples).hasSizeGreaterThan((int) (seconds / 2));
    double bytesAMinute = 60 * slope(samples);
    System.out.printf("resident size grows %.0f bytes a minute%n", bytesAMinute);
    assertThat(bytesAMinute).as("bytes a minute").isLessThan(MOST_BYTES_A_MINUTE);
  }

  private record Sample(double seconds, double bytes) {}

  /// Bytes a second of the line with the least squares.
  private static double slope(List<Sample> samples) {
    double time = samples.stream().mapToDouble(Sample::seconds).average().orElseThrow();
    double size = samples.stream().mapToDouble(Sample::bytes).average().orElseThrow();
    double product = 0;
    double square = 0;
    for (Sample sample : samples) {
      product += (sample.seconds - time) * (sample.bytes - size);
      square += (sample.seconds - time) * (sample.seconds - time);
    }
    return product / square;
  }

  /// Trains in a directory for some seconds and leaves there a line a second: seconds since the
  /// start, and resident bytes.
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    Gauge gauge = new Gauge(Double.parseDouble(arguments[1]));
    var setup = new Trainer.Setup(directory.resolve("run"), new VectorKernels(2), 1e9, gauge);
    try (Kernels _ = setup.kernels();
        Trainer trainer = Trainer.open(recipe(), TinyRun.data(), setup)) {
      gauge.trainer = trainer;
      assertThat(trainer.run().reason()).isEqualTo(StopReason.REQUESTED);
    }
    Files.write(directory.resolve(SAMPLES), gauge.lines);
  }

  /// Reads the resident size once a second, between steps.
  private static final class Gauge implements TrainListener {
    private final List<String> lines = new ArrayList<>();
    private final long begin = System.nanoTime();
    private final double seconds;
    private Trainer trainer;

    Gauge(double seconds) {
      this.seconds = seconds;
    }

    @Override
    public void step(StepMetrics metrics) {
      double now = (System.nanoTime() - begin) * 1e-9;
      if (now >= lines.size()) {
        lines.add(now + " " + metrics.residentBytes());
      }
      if (now >= seconds) {
        trainer.requestStop();
      }
    }
  }

  /// The tiny run, without an end, saved every second.
  private static TrainRecipe recipe() {
    TrainRecipe tiny = TinyRun.recipe(TrainRecipe.Length.ofSteps(10_000_000));
    return new TrainRecipe(
        "soak",
        tiny.model(),
        tiny.tokenizer(),
        tiny.data(),
        tiny.optimizer(),
        tiny.schedule(),
        tiny.losses(),
        tiny.batch(),
        tiny.memory(),
        tiny.length(),
        TrainRecipe.Validation.of(200, 200),
        TrainRecipe.Checkpoint.every(1, 2),
        new TrainRecipe.Guard(1e6, 1_000_000),
        tiny.seed());
  }
}
