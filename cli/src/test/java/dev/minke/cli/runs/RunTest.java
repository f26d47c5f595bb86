package dev.minke.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.cli.runs.RunStatus.Phase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path directory;

  @Test
  void whoeverWatchesSeesThePhaseThatIsWritten() throws Exception {
    var observed = new Run.Observed(directory, InstantSource.fixed(NOW));
    new RunFolder(directory).steps(30);
    assertThat(observed.look().metrics().steps()).hasSize(30);

    Path phase = directory.resolve("32k");
    new RunFolder(phase).steps(5);
    Files.setLastModifiedTime(directory.resolve("metrics.jsonl"), FileTime.from(NOW));
    assertThat(observed.look().metrics().steps()).hasSize(5);
    assertThat(Run.of(directory).metrics().steps()).hasSize(30);
  }

  @Test
  void aTrainingInPhasesIsOverWithTheLast() throws Exception {
    RunFolder folder = new RunFolder(directory);
    folder.append("run.json", "{\"name\":\"three\",\"later\":[\"32k\",\"128k\"]}");
    folder.steps(30).written(NOW).account("pretrain", NOW, "completed");
    assertThat(status(folder, 90))
        .isEqualTo(new RunStatus(Phase.PREPARING, "next phase", NOW.plusSeconds(60)));
    assertThat(status(folder, 300).phase()).isEqualTo(Phase.CRASHED);
    assertThat(Run.of(directory).status().phase()).isEqualTo(Phase.FINISHED);

    folder.account("encode", NOW.plusSeconds(100), "");
    assertThat(status(folder, 1000).phase()).isEqualTo(Phase.PREPARING);
    folder.account("pretrain", NOW.plusSeconds(1200), "");
    assertThat(status(folder, 1300).phase()).isEqualTo(Phase.RUNNING);

    RunFolder second = new RunFolder(directory.resolve("32k"));
    second.steps(3).written(NOW.plusSeconds(1250));
    folder.account("pretrain", NOW.plusSeconds(1200), "completed");
    assertThat(status(folder, 1300).phase()).isEqualTo(Phase.PREPARING);

    RunFolder third = new RunFolder(directory.resolve("128k"));
    third.steps(3).written(NOW.plusSeconds(1500));
    folder.account("pretrain", NOW.plusSeconds(1450), "completed");
    assertThat(status(folder, 1600).phase()).isEqualTo(Phase.FINISHED);
  }

  private static RunStatus status(RunFolder folder, int seconds) throws Exception {
    return folder.at(NOW.plusSeconds(seconds)).status();
  }
}
