package dev.minke.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

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
}
