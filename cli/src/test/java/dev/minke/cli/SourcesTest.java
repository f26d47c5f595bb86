package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.data.DataManifest;
import dev.minke.data.TokenFolder;
import dev.minke.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Recipes with several sources, and what becomes of a run whose files change under it.
class SourcesTest {
  private static final String LIST =
      """
      sources:
        - {path: plays.txt, format: TEXT, field: text, weight: 3, epochs: 0, licence: CC0}
        - {path: pages.jsonl, format: JSONL, field: body, weight: 1, epochs: 0, licence: unknown}
      """;

  @TempDir private Path temporary;
  private Path run;

  @BeforeEach
  void writeText() throws IOException {
    run = temporary.resolve("run");
    StringBuilder plays = new StringBuilder();
    StringBuilder pages = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      plays.append("Number %d comes after number %d.\n\n".formatted(i + 1, i));
      pages.append("{\"body\": \"Page %d of a book.\"}\n".formatted(i));
    }
    Files.writeString(temporary.resolve("plays.txt"), plays);
    Files.writeString(temporary.resolve("pages.jsonl"), pages);
  }

  private Run train(String sources, String... overrides) throws IOException {
    String tiny = Files.readString(Golden.repository().resolve("recipes/tiny.yaml"));
    Path recipe = temporary.resolve("recipe.yaml");
    Files.writeString(recipe, tiny.replaceAll("(?m)^text: .*\n", sources));
    List<Object> arguments = new ArrayList<>(List.of("train", recipe, "--out", run));
    List<String> all =
        new ArrayList<>(
            List.of("length.steps=2", "batch.rows=1", "batch.microRows=1", "tokenizer.vocab=300"));
    all.addAll(List.of(overrides));
    for (String override : all) {
      arguments.addAll(List.of("-o", override));
    }
    return Run.of(arguments.toArray());
  }

  @Test
  void sourcesAreMixedAsTheRecipeSays() throws IOException {
    Run trained = train(LIST, "data.fillInTheMiddleRate=0.5");
    trained.succeeded();
    assertThat(trained.err())
        .contains("plays.txt: 200 documents", "75.0 % of what is learned")
        .contains("pages.jsonl: 200 documents", "25.0 % of what is learned")
        .contains("overlap");
    DataManifest manifest = TokenFolder.open(run.resolve("data")).manifest();
    assertThat(manifest.sources().getFirst().licence()).isEqualTo("CC0");
    assertThat(manifest.making().fillInTheMiddle()).isNotNull();
    Tokenizer tokenizer = Tokenizer.read(run.resolve("tokenizer.json"));
    assertThat(tokenizer.isSpecial(tokenizer.id("<｜fim▁hole｜>").orElseThrow())).isTrue();
    assertThat(tokenizer.identity()).isEqualTo(manifest.making().tokenizer());
  }

  @Test
  void aRunWhoseTextChangedOrVanishedSaysSoAndGoesOnWithItsTokens() throws IOException {
    train(LIST).succeeded();
    assertThat(train(LIST).err()).doesNotContain("changed", "vanished");
    Files.writeString(temporary.resolve("plays.txt"), "Something else.\n");
    Files.delete(temporary.resolve("pages.jsonl"));
    Run again = train(LIST);
    again.succeeded();
    assertThat(again.err())
        .contains("plays.txt: changed since its tokens were made")
        .contains("pages.jsonl: vanished since its tokens were made")
        .contains("goes on with the tokens that it began with");
  }

  @Test
  void aRunIsNotLedAwayFromItsText() throws IOException {
    train(LIST).succeeded();
    String manifest = Files.readString(run.resolve("data/manifest.json"));
    String line = train(LIST.replace("weight: 3", "weight: 2")).failedWithLast(1);
    assertThat(line).contains("holds a run on other text");
    assertThat(Files.readString(run.resolve("data/manifest.json"))).isEqualTo(manifest);
  }

  @Test
  void sourcesThatCannotBeMeantAreRefusedByName() throws IOException {
    assertThat(train(LIST + "text: plays.txt\n").failed(2)).contains("'text'", "'sources'");
    assertThat(train("").failed(2)).contains("'text'", "'sources'");
    assertThat(train(LIST.replace("weight: 3", "wait: 3")).failed(2))
        .contains("'sources.wait'; did you mean 'sources.weight'");
    assertThat(train(LIST.replace("weight: 3", "weight: 0")).failed(2))
        .contains("plays.txt", "expected a weight above 0, or epochs above 0");
    assertThat(train(LIST.replace("weight: 3, epochs: 0", "weight: 0, epochs: 2")).failed(2))
        .contains("weights for all or epochs for all");
    assertThat(train(LIST.replace("JSONL", "JASON")).failed(2)).contains("JSONL", "JASON");
    assertThat(train(LIST.replace("plays.txt", "none.txt")).failed(1)).contains("none.txt");
    assertThat(train("sources: []\n").failed(2)).contains("found none");
  }
}
