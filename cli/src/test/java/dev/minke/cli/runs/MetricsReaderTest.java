package dev.minke.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.train.ExpertLoad;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsReaderTest {
  @TempDir private Path directory;

  private RunFolder folder() {
    return new RunFolder(directory);
  }

  @Test
  void readsOnAsTheFileGrowsAndWaitsForATornLine() throws IOException {
    MetricsReader reader = new MetricsReader(directory);
    assertThat(reader.read().last()).isNull();
    folder().steps(3);
    assertThat(reader.read().steps()).hasSize(3);
    folder().append("metrics.jsonl", "{\"step\":4,\"lo");
    assertThat(reader.read().steps()).hasSize(3);
    assertThat(reader.read().ignored()).isZero();
    folder().line("ss\":2.0}").step(5, 1.5);
    Metrics metrics = reader.read();
    assertThat(metrics.steps()).extracting(StepPoint::step).containsExactly(1, 2, 3, 4, 5);
    assertThat(metrics.steps().get(3).loss()).isEqualTo(2.0);
    assertThat(metrics.steps().get(3).rate()).isNaN();
  }

  @Test
  void growingReadingEqualsReadingAtOnceWhereverItIsCut() throws IOException {
    folder().steps(12).line("no json").line("{\"step\":3,\"loss\":7.0}").step(4, 6.5);
    byte[] all = Files.readAllBytes(directory.resolve("metrics.jsonl"));
    Metrics whole = new MetricsReader(directory).read();
    assertThat(whole.steps()).extracting(StepPoint::loss).containsExactly(8.0, 4.0, 7.0, 6.5);
    assertThat(whole.ignored()).isEqualTo(1);
    for (int cut = 1; cut < all.length; cut += 37) {
      Path part = Files.createDirectories(directory.resolve("cut-" + cut));
      Path file = part.resolve("metrics.jsonl");
      Files.write(file, java.util.Arrays.copyOf(all, cut));
      MetricsReader reader = new MetricsReader(part);
      reader.read();
      new RunFolder(part)
          .append(
              "metrics.jsonl",
              new String(all, cut, all.length - cut, java.nio.charset.StandardCharsets.UTF_8));
      assertThat(reader.read()).isEqualTo(whole);
    }
  }

  @Test
  void aRunThatGoesOnTakesBackWhatWasAfterItsCheckpoint() throws IOException {
    folder().steps(20).step(12, 100);
    Metrics metrics = new MetricsReader(directory).read();
    assertThat(metrics.steps()).hasSize(12);
    assertThat(metrics.steps().getLast().loss()).isEqualTo(100);
    assertThat(metrics.validations()).extracting(ValidationPoint::step).containsExactly(10);
  }

  @Test
  void aFileThatWasReplacedIsReadFromItsBeginning() throws IOException {
    folder().steps(5);
    MetricsReader reader = new MetricsReader(directory);
    assertThat(reader.read().steps()).hasSize(5);
    Path other = directory.resolve("other");
    new RunFolder(other).steps(9);
    Files.move(
        other.resolve("metrics.jsonl"),
        directory.resolve("metrics.jsonl"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(reader.read().steps()).hasSize(9);
    Files.delete(directory.resolve("metrics.jsonl"));
    assertThat(reader.read().steps()).isEmpty();
  }

  @Test
  void expertLoadsAreThinnedButReachFromTheFirstStepToTheLast() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int step = 1; step <= 5000; step++) {
      lines.append(
          "{\"step\":%d,\"loss\":1,\"expertLayers\":[1,3],\"expertLoad\":[[0.5,1.5],[1,1]],\"maxViolation\":0.5}\n"
              .formatted(step));
    }
    folder().append("metrics.jsonl", lines.toString());
    Metrics metrics = new MetricsReader(directory).read();
    List<StepLoads> loads = metrics.loads();
    assertThat(loads).hasSizeBetween(200, 600).isSortedAccordingTo((a, b) -> a.step() - b.step());
    assertThat(loads.getFirst().step()).isEqualTo(1);
    assertThat(loads.getLast())
        .isEqualTo(
            new StepLoads(
                5000,
                List.of(
                    new ExpertLoad(1, List.of(0.5, 1.5)), new ExpertLoad(3, List.of(1.0, 1.0)))));
    assertThat(metrics.steps().getLast().worstLoad()).isEqualTo(1.5);
  }
}
