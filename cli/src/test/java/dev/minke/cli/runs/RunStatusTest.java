package dev.minke.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.cli.runs.RunStatus.Phase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunStatusTest {
  private static final Instant BEGIN = Instant.parse("2026-03-01T10:00:00Z");

  @TempDir private Path directory;

  private RunFolder folder() {
    return new RunFolder(directory.resolve("run of mine"));
  }

  @Test
  void nothingThereIsARunThatHasNotBegun() throws IOException {
    Run run = folder().at(BEGIN);
    assertThat(run.status().phase()).isEqualTo(Phase.NOT_BEGUN);
    assertThat(run.step()).isZero();
  }

  /// The heartbeat comes a minute after the start.
  @ParameterizedTest
  @CsvSource({"65, RUNNING", "170, RUNNING", "200, CRASHED", "9000, CRASHED"})
  void silenceAfterTheLastHeartbeatIsACrash(int seconds, Phase expected) throws IOException {
    folder().steps(3).written(BEGIN).account("pretrain", BEGIN, "");
    assertThat(folder().at(BEGIN.plusSeconds(seconds)).status().phase()).isEqualTo(expected);
  }

  @Test
  void linesThatStillComeAreASignOfLifeToo() throws IOException {
    folder().steps(3).account("pretrain", BEGIN, "").written(BEGIN.plusSeconds(4000));
    RunStatus status = folder().at(BEGIN.plusSeconds(4060)).status();
    assertThat(status.phase()).isEqualTo(Phase.RUNNING);
    assertThat(status.lastSign()).isEqualTo(BEGIN.plusSeconds(4000));
  }

  @Test
  void aRunOfSlowStepsMayBeSilentForLonger() throws IOException {
    folder()
        .line("{\"step\":1,\"loss\":5,\"tokens\":9,\"seconds\":100}")
        .written(BEGIN)
        .account("pretrain", BEGIN, "");
    assertThat(folder().at(BEGIN.plusSeconds(500)).status().phase()).isEqualTo(Phase.RUNNING);
    assertThat(folder().at(BEGIN.plusSeconds(600)).status().phase()).isEqualTo(Phase.CRASHED);
  }

  @ParameterizedTest
  @CsvSource({"completed, FINISHED", "stopped, STOPPED", "failed, FAILED"})
  void anEndSaysHowItEnded(String outcome, Phase expected) throws IOException {
    folder().steps(3).account("pretrain", BEGIN, outcome);
    assertThat(folder().at(BEGIN.plusSeconds(90_000)).status().phase()).isEqualTo(expected);
  }

  @Test
  void whatComesBeforeAndAfterTheTrainingIsToldApart() throws IOException {
    folder().account("tokenizer", BEGIN, "");
    assertThat(folder().at(BEGIN.plusSeconds(600)).status())
        .returns(Phase.PREPARING, RunStatus::phase)
        .returns("tokenizer", RunStatus::stage);
    folder().account("pretrain", BEGIN.plusSeconds(700), "completed");
    folder().account("evaluate", BEGIN.plusSeconds(800), "");
    assertThat(folder().at(BEGIN.plusSeconds(900)).status().phase()).isEqualTo(Phase.FINISHED);
  }

  @Test
  void aStoppedRunThatGoesOnRunsAgain() throws IOException {
    folder().steps(3).written(BEGIN).account("pretrain", BEGIN, "stopped");
    folder().account("pretrain", BEGIN.plusSeconds(600), "");
    assertThat(folder().at(BEGIN.plusSeconds(670)).status().phase()).isEqualTo(Phase.RUNNING);
  }

  @Test
  void theQuickstartsTrainingIsFoundByBothNames() throws IOException {
    Path outer = directory.resolve("outer");
    new RunFolder(outer).account("pretrain", BEGIN, "completed");
    new RunFolder(outer.resolve("run")).steps(4);
    for (Path name : new Path[] {outer, outer.resolve("run")}) {
      Run run = new RunFolder(name).at(BEGIN.plusSeconds(90));
      assertThat(run.step()).as(name.toString()).isEqualTo(4);
      assertThat(run.status().phase()).as(name.toString()).isEqualTo(Phase.FINISHED);
    }
  }

  @Test
  void timeLeftIsThatOfTheStepsLeft() throws IOException {
    folder().steps(40).card(100).account("pretrain", BEGIN, "").written(BEGIN);
    Run run = folder().at(BEGIN.plusSeconds(61));
    assertThat(run.secondsLeft()).isEqualTo(60 * 0.5);
    assertThat(run.metrics().tokensPerSecond()).isEqualTo(2000 / 0.5);
    assertThat(run.metrics().peakShare()).isEqualTo(0.25);
    assertThat(run.card().facts())
        .containsEntry("processors", "2")
        .containsEntry("gitHash", "0123abc");
  }
}
