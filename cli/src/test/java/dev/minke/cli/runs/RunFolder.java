package dev.minke.cli.runs;

import dev.minke.ledger.Ledger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

/// Writes what a run would.
///
/// @param directory of the run
public record RunFolder(Path directory) {
  /// Steps 1 to `steps` with the loss `8 / step`, and a validation after every tenth.
  public RunFolder steps(int steps) throws IOException {
    for (int step = 1; step <= steps; step++) {
      step(step, 8.0 / step);
      if (step % 10 == 0) {
        line(
            "{\"step\":%d,\"validationLoss\":%s,\"bitsPerByte\":%s,\"seconds\":1}"
                .formatted(step, 9.0 / step, 3.0 / step));
      }
    }
    return this;
  }

  public RunFolder step(int step, double loss) throws IOException {
    return line(
        "{\"step\":%d,\"loss\":%s,\"gradientNorm\":2.5,\"rate\":0.003,\"tokens\":2000,\"maxViolation\":0.9,\"seconds\":0.5,\"peakShare\":0.25,\"aFieldOfTomorrow\":[1]}"
            .formatted(step, loss));
  }

  public RunFolder line(String text) throws IOException {
    return append("metrics.jsonl", text + "\n");
  }

  public RunFolder append(String file, String text) throws IOException {
    Files.createDirectories(directory);
    Files.write(
        directory.resolve(file),
        text.getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    return this;
  }

  public RunFolder card(int steps) throws IOException {
    return append(
        "run.json",
        "{\"name\":\"made up\",\"recipe\":\"name: made up\\nseed: 1\\n\",\"gitHash\":\"0123abc\",\"steps\":%d,\"machine\":{\"processors\":2},\"backend\":\"vector: 512 bits\"}"
            .formatted(steps));
  }

  /// A training that began at a time, said something a minute later, and ended if an outcome is
  /// given.
  public RunFolder account(String stage, Instant begin, String outcome) throws IOException {
    try (Ledger ledger = Ledger.open(directory, () -> begin)) {
      ledger.start(stage, "made up");
    }
    Ledger.Contents contents = Ledger.read(directory);
    String run = contents.entries().getLast().run();
    Instant later = begin.plusSeconds(60);
    String usage =
        "\"tokens\":1000,\"flops\":2e9,\"cpuSeconds\":3,\"wallSeconds\":60,\"peakBytes\":4000";
    String entry =
        outcome.isEmpty() ? "\"heartbeat\"" : "\"end\",\"outcome\":\"%s\"".formatted(outcome);
    return append(
        Ledger.NAME,
        "{\"version\":1,\"run\":\"%s\",\"time\":\"%s\",\"entry\":%s,%s}\n"
            .formatted(run, later, entry, usage));
  }

  public RunFolder written(Instant time) throws IOException {
    Files.setLastModifiedTime(directory.resolve("metrics.jsonl"), FileTime.from(time));
    return this;
  }

  /// The run at a time.
  public Run at(Instant now) throws IOException {
    return new Run.Observed(directory, () -> now).look();
  }
}
