package dev.minke.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.cli.runs.Run;
import dev.minke.cli.runs.RunFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DashboardTest {
  private static final Instant BEGIN = Instant.parse("2026-03-01T10:00:00Z");

  @TempDir private Path directory;

  private RunFolder running() throws IOException {
    RunFolder folder = new RunFolder(directory.resolve("r")).steps(40).card(100);
    return folder
        .line(
            "{\"step\":41,\"loss\":0.2,\"tokens\":2000,\"seconds\":0.5,\"peakShare\":0.25,\"expertLoad\":[[0.5,1.5],[1,1]],\"maxViolation\":0.5,\"residentBytes\":536870912}")
        .account("pretrain", BEGIN, "")
        .written(BEGIN);
  }

  private static String plain(String line) {
    return line.replaceAll("\u001B\\[[0-9;]*m", "");
  }

  @Test
  void fitsIntoEveryTerminal() throws IOException {
    Run run = running().at(BEGIN.plusSeconds(61));
    for (int columns : List.of(12, 20, 40, 71, 72, 80, 133, 300)) {
      for (int rows : List.of(1, 2, 5, 10, 24, 25, 60)) {
        List<String> lines = new Dashboard(columns, rows, true).draw(run);
        assertThat(lines).as(columns + " x " + rows).hasSize(rows);
        assertThat(lines).allMatch(line -> plain(line).length() <= columns, columns + " x " + rows);
      }
    }
  }

  @Test
  void showsEverythingThatIsKnown() throws IOException {
    List<String> lines = new Dashboard(120, 40, false).draw(running().at(BEGIN.plusSeconds(61)));
    assertThat(String.join("\n", lines))
        .contains("made up runs", "step 41 of 100", "41 %", "4,000 tokens/s", "25 % of peak")
        .contains("512 MiB", "30 s left", "most loaded expert 1.50", "loss, nats a token")
        .contains("held-out bits per byte", "gradient norm", "learning rate", "load of the experts")
        .contains("loss not smoothed");
  }

  @Test
  void saysHowALongRunIsSmoothed() throws IOException {
    Run run = new RunFolder(directory.resolve("long")).steps(300).at(BEGIN);
    assertThat(new Dashboard(80, 24, false).draw(run).getLast())
        .contains("smoothed: geometric mean over about 5 steps");
  }

  @Test
  void saysWhatHasBecomeOfARunThatIsNotRunning() throws IOException {
    RunFolder none = new RunFolder(directory.resolve("none"));
    assertThat(new Dashboard(80, 24, false).draw(none.at(BEGIN)).getFirst())
        .isEqualTo("none has not begun");
    assertThat(new Dashboard(120, 24, false).draw(running().at(BEGIN.plusSeconds(3660))).getFirst())
        .contains("crashed in stage pretrain", "no sign of life for 1 h 00 min");
    RunFolder done = running().account("pretrain", BEGIN.plusSeconds(100), "completed");
    assertThat(new Dashboard(80, 24, false).draw(done.at(BEGIN.plusSeconds(9000))).getFirst())
        .contains("finished");
  }

  @Test
  void aPipeGetsEachValidationOnceAndStepsNowAndThen() throws IOException {
    StringWriter out = new StringWriter();
    Lines lines = new Lines(new PrintWriter(out), Duration.ofSeconds(10));
    RunFolder folder = running();
    lines.tell(folder.at(BEGIN.plusSeconds(61)));
    folder.step(42, 0.19).written(BEGIN);
    lines.tell(folder.at(BEGIN.plusSeconds(62)));
    assertThat(out.toString().lines())
        .extracting(line -> line.split(" +", 3)[0])
        .containsExactly("run", "held-out", "held-out", "held-out", "held-out", "step");
    folder.step(43, 0.19).written(BEGIN);
    lines.tell(folder.at(BEGIN.plusSeconds(72)));
    assertThat(out.toString().lines()).hasSize(7).last().asString().contains("43/100");
    folder.account("pretrain", BEGIN, "completed");
    lines.tell(folder.at(BEGIN.plusSeconds(73)));
    assertThat(out.toString().lines()).hasSize(8).last().asString().contains("made up finished");
  }
}
