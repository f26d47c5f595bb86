package dev.minke.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

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

class LinesTest {
  private static final Instant BEGIN = Instant.parse("2026-03-01T10:00:00Z");

  @TempDir private Path directory;

  private final StringWriter text = new StringWriter();
  private final Lines lines = new Lines(new PrintWriter(text), Duration.ofSeconds(10));

  private List<String> tell(RunFolder folder, int seconds) throws IOException {
    text.getBuffer().setLength(0);
    lines.tell(folder.at(BEGIN.plusSeconds(seconds)));
    return text.toString().lines().toList();
  }

  @Test
  void theNextPhaseBeginsAnew() throws IOException {
    RunFolder folder = new RunFolder(directory.resolve("two"));
    folder.append("run.json", "{\"name\":\"first\",\"later\":[\"32k\"]}");
    folder.steps(20).written(BEGIN).account("pretrain", BEGIN, "");
    assertThat(tell(folder, 65))
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("run        first runs"),
            line -> assertThat(line).startsWith("held-out   after step 10"),
            line -> assertThat(line).startsWith("held-out   after step 20"),
            line -> assertThat(line).startsWith("step       20"));
    assertThat(tell(folder, 70)).isEmpty();

    RunFolder second = new RunFolder(directory.resolve("two").resolve("32k"));
    second.append("run.json", "{\"name\":\"32k\"}");
    second.steps(10).written(BEGIN.plusSeconds(75));
    folder.account("pretrain", BEGIN.plusSeconds(60), "");
    assertThat(tell(folder, 125))
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("run        32k runs"),
            line -> assertThat(line).startsWith("held-out   after step 10"),
            line -> assertThat(line).startsWith("step       10"));
  }

  @Test
  void stepsThatACrashUndidAreToldAgain() throws IOException {
    RunFolder folder = new RunFolder(directory.resolve("one"));
    folder.steps(20).written(BEGIN).account("pretrain", BEGIN, "");
    tell(folder, 65);
    folder.step(15, 0.5).written(BEGIN.plusSeconds(80));
    assertThat(tell(folder, 90))
        .first()
        .isEqualTo("again      from step 15, which a crash had undone");
  }
}
