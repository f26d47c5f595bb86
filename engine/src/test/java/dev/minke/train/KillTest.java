package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;

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
  private static final int STEPS = 150;
  private static final int TRIALS = 10;

  @TempDir Path directory;

  @Test
  void aKilledRunThatGoesOnHasTheBitsOfAnUndisturbedOne() throws Exception {
    Path undisturbed = directory.resolve("undisturbed");
    long begin = System.nanoTime();
    finish(undisturbed);
    long millis = (System.nanoTime() - begin) / 1_000_000;
    byte[] expected = lastCheckpoint(undisturbed);
    RandomStream random = RandomStream.named(1, "kill");
    int killed = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      Path run = directory.resolve("run" + trial);
      Process child = start(run);
      long moment = (long) (millis * (0.2 + 0.75 * random.uniform(trial)));
      if (!child.waitFor(moment, TimeUnit.MILLISECONDS)) {
        killed++;
      }
      child.destroyForcibly().waitFor();
      finish(run);
      assertThat(lastCheckpoint(run))
          .as("trial %d, killed after %d ms", trial, moment)
          .isEqualTo(expected);
    }
    assertThat(killed).as("runs that were alive when killed").isGreaterThan(TRIALS / 2);
  }

  private static void finish(Path run) throws IOException, InterruptedException {
    Process child = start(run);
    assertThat(child.waitFor()).isZero();
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

  private static byte[] lastCheckpoint(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
      return Files.readAllBytes(
          files
              .filter(file -> file.getFileName().toString().contains("%08d".formatted(STEPS)))
              .findFirst()
              .orElseThrow());
    }
  }
}
