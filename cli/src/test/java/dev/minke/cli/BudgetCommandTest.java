package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `minke train --budget` as a whole.
class BudgetCommandTest {
  @TempDir Path temporary;

  private Run train(String... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "train",
                Golden.repository().resolve("recipes/tiny.yaml"),
                "--out",
                temporary.resolve("run"),
                "-o",
                "text=" + temporary.resolve("text.txt"),
                "-o",
                "tokenizer.vocab=300",
                "-o",
                "batch.rows=1",
                "-o",
                "batch.microRows=1",
                "-o",
                "validation.promptTokens=3"));
    arguments.addAll(List.of((Object[]) more));
    return Run.of(arguments.toArray());
  }

  @BeforeEach
  void write() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      text.append("Number %d comes after number %d.\n\n".formatted(i + 1, i));
    }
    Files.writeString(temporary.resolve("text.txt"), text);
  }

  @Test
  void tokensAreSpentSaidAndMoreThanTheText() {
    Run run = train("--budget", "20ktok");
    run.succeeded();
    assertThat(run.err())
        .containsPattern("budget +20,000 tokens at about \\d+ GFLOP/s: sizes chosen, .* steps, ")
        .containsPattern("epochs +the text has [0-9,]+ tokens, the run learns from ")
        .contains("stopped");
  }

  /// Whatever the machine's speed is the second time.
  @Test
  void aTimeGoesOnWithTheSizesThatItBeganWith() throws IOException {
    assertThat(train("--budget", "1s").err()).contains("plan       timing steps");
    String config = Files.readString(temporary.resolve("run/model/config.json"));
    Run again = train("--budget", "1s");
    again.succeeded();
    assertThat(again.err()).contains("going on after step");
    // Computing that made no model is paid for, too; a run that goes on does not plan again.
    assertThat(Run.of("cost", temporary.resolve("run")).succeeded()).containsPattern("plan +1 ");
    assertThat(Files.readString(temporary.resolve("run/model/config.json"))).isEqualTo(config);
    assertThat(train("--budget", "2s").failed(2))
        .contains("expected --budget 1s", "found 2s", "another directory");
  }

  @Test
  void aTimeIsRefusedForARunThatBeganWithoutOne() {
    train("-o", "length.steps=1").succeeded();
    assertThat(train("--budget", "1s").failed(2)).contains("go on without it");
  }
}
