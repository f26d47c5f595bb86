package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is no text is never trained on: counted and named below the recipe's share, refused above.
class BadTextTest {
  @TempDir private Path temporary;

  private Run train(Path text, String... overrides) {
    String[] fixed = {"text=" + text, "length.steps=2", "batch.rows=1", "tokenizer.vocab=300"};
    Object[] arguments = new Object[4 + 2 * (fixed.length + overrides.length)];
    arguments[0] = "train";
    arguments[1] = Golden.repository().resolve("recipes/tiny.yaml");
    arguments[2] = "--out";
    arguments[3] = temporary.resolve("run");
    for (int i = 0; i < fixed.length + overrides.length; i++) {
      arguments[4 + 2 * i] = "-o";
      arguments[5 + 2 * i] = i < fixed.length ? fixed[i] : overrides[i - fixed.length];
    }
    return Run.of(arguments);
  }

  private Path lines(int good, String bad) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < good; i++) {
      String line = "{\"text\": \"Number %d comes after number %d.\"}\n".formatted(i + 1, i);
      all.write(line.getBytes(StandardCharsets.UTF_8));
    }
    all.write(bad.getBytes(StandardCharsets.ISO_8859_1));
    return Files.write(temporary.resolve("pages.jsonl"), all.toByteArray());
  }

  @Test
  void belowTheShareItIsCountedAndNamed() throws IOException {
    Run run = train(lines(300, "{\"text\": \"caf\u00e9\"}\n{\"text\": \"\"}\n"));
    run.succeeded();
    assertThat(run.err())
        .contains("1 left out, not UTF-8: ", "pages.jsonl, line 301", "byte 0xE9")
        .contains("1 left out, empty: ", "pages.jsonl, line 302");
  }

  @Test
  void aboveTheShareNothingIsTrained() throws IOException {
    Path text = lines(99, "{\n{\n");
    Run run = train(text);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("at most 1 %", "found 1.98 % (2 of 101)", "line 100");
    assertThat(temporary.resolve("run/tokenizer.json")).doesNotExist();
    train(text, "maxBadShare=0.02").succeeded();
  }

  @Test
  void theShareIsAShare() throws IOException {
    assertThat(train(lines(1, ""), "maxBadShare=2").failed(2)).contains("maxBadShare", "2");
  }
}
