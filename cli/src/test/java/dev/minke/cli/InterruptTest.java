package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.checkpoint.TrainingCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Signals to a real process that trains.
class InterruptTest {
  private static final int SIGINT = 128 + 2;
  private static final int SIGTERM = 128 + 15;

  @TempDir private Path temporary;
  private Path run;

  @BeforeEach
  void writeText() throws IOException {
    run = temporary.resolve("run");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      text.append("Document %d counts to %d.\n\n".formatted(i, i + i));
    }
    Files.writeString(temporary.resolve("input.txt"), text);
  }

  /// A run that saves after every step.
  ///
  /// @param rows of a step: many make one that takes long
  private Child train(String script, int rows) throws IOException {
    return Child.minke(
        script,
        "train",
        Golden.repository().resolve("recipes/tiny.yaml"),
        "--out",
        run,
        "-o",
        "text=" + temporary.resolve("input.txt"),
        "-o",
        "tokenizer.vocab=300",
        "-o",
        "checkpoint.everySeconds=0",
        "-o",
        "length.steps=10000",
        "-o",
        "batch.rows=" + rows);
  }

  @Test
  void theFirstSavesAndTheSecondEndsAtOnceWithTheLastCheckpointWhole() throws Exception {
    int manyRows = 48;
    try (Child child = train("exec \"$@\"", manyRows)) {
      child.await("saved      step 1").signal("INT");
      child.await("again to stop at once").signal("INT");
      assertThat(child.code()).isEqualTo(SIGINT);
      assertThat(child.output()).doesNotContain("the same command goes on", "written");
    }
    Path checkpoints = run.resolve("checkpoints");
    assertThat(TrainingCheckpoint.latest(checkpoints).orElseThrow().step()).isEqualTo(1);

    try (Child child = train("exec \"$@\"", manyRows)) {
      child.await("going on after step 1").signal("INT");
      assertThat(child.code()).isEqualTo(SIGINT);
      assertThat(child.output()).contains("stopped    saved; the same command goes on");
    }
    assertThat(TrainingCheckpoint.latest(checkpoints).orElseThrow().step()).isPositive();
  }

  @Test
  void killSavesAndAnIgnoredSignalStaysIgnored() throws Exception {
    try (Child child = train("trap '' HUP; exec \"$@\"", 8)) {
      child.await("saved      step 1").signal("HUP");
      child.await("saved      step 3");
      assertThat(child.output()).doesNotContain("interrupt");
      child.signal("TERM");
      assertThat(child.code()).isEqualTo(SIGTERM);
      assertThat(child.output()).contains("stopped    saved; the same command goes on");
    }
    assertThat(run.resolve("model/config.json")).exists();
  }
}
