package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.cli.runs.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
  @TempDir private Path directory;

  private Path run(String name, String recipe, int steps) throws IOException {
    Path made = directory.resolve(name);
    new RunFolder(made)
        .steps(steps)
        .append("recipe.yaml", recipe)
        .account("pretrain", Instant.now(), "completed");
    return made;
  }

  private static String cells(String table, String row) {
    return table
        .lines()
        .filter(line -> line.startsWith(row))
        .findFirst()
        .orElseThrow()
        .replaceAll(" {2,}", "|");
  }

  @Test
  void differencesAreTheKeysThatDifferAndNoOthers() throws IOException {
    Path a = run("a", "seed: 1\noptimizer:\n  rate: 3.0e-3\n  decay: 0.1\n", 20);
    Path b = run("b", "optimizer:\n  rate: 0.001\n  decay: 1.0e-1\nseed: 1\nnew: [1, 2]\n", 40);
    String table = Run.of("compare", a, b).succeeded();
    assertThat(cells(table, "optimizer.rate")).isEqualTo("optimizer.rate|0.003|0.001");
    assertThat(cells(table, "new")).isEqualTo("new|–|[1,2]");
    assertThat(table).doesNotContain("seed", "optimizer.decay");
    assertThat(cells(table, "best held-out loss")).endsWith("|0.450|0.225");
    assertThat(cells(table, "steps")).isEqualTo("steps|20|40");
    assertThat(cells(table, "tokens/s")).endsWith("|4,000|4,000");
    assertThat(table).contains("training loss, smoothed", "held-out bits per byte", "│");
  }

  @Test
  void numbersAreTheSameHoweverTheyAreWrittenAndListsAreComparedPartByPart() throws IOException {
    Path a = run("a", "base: 10000\nrate: 0\nphases: [{share: 1, shape: COSINE}]\n", 20);
    Path b = run("b", "base: 1.0e4\nrate: 0.0\nphases: [{share: 1.0, shape: LINEAR}]\n", 20);
    String table = Run.of("compare", a, b).succeeded();
    assertThat(cells(table, "phases")).isEqualTo("phases.1.shape|COSINE|LINEAR");
    assertThat(table).doesNotContain("base", "rate", "phases.1.share", "10000");
  }

  @Test
  void aLongValueKeepsItsBeginningAndItsEnd() throws IOException {
    Path a = run("a", "text: /home/somebody/texts/of/many/authors/first.txt\n", 20);
    Path b = run("b", "text: short.txt\n", 20);
    Path page = directory.resolve("page.html");
    String table = Run.of("compare", a, b, "--html", page).succeeded();
    assertThat(cells(table, "text")).isEqualTo("text|/home/somebody/t…uthors/first.txt|short.txt");
    assertThat(Files.readString(page)).contains("/home/somebody/texts/of/many/authors/first.txt");
  }

  @Test
  void aRunThatDoesNotSayItsRecipeHidesNoDifferenceOfTheOthers() throws IOException {
    Path a = run("a", "seed: 1\nname: x\n", 20);
    Path b = run("b", "seed: 2\nname: x\n", 20);
    Path c = run("c", "", 20);
    String table = Run.of("compare", a, b, c).succeeded();
    assertThat(cells(table, "seed")).isEqualTo("seed|1|2|unknown");
    assertThat(table).doesNotContain("name").contains("a run without a recipe");
  }

  @Test
  void thePageNeedsNothingElse() throws IOException {
    Path a = run("a", "seed: 1\n", 20);
    Path b = run("<b>", "seed: 2\n", 20);
    Path page = directory.resolve("page.html");
    Run.of("compare", a, b, "--html", page).succeeded();
    assertThat(Files.readString(page))
        .contains("<path", "seed", "&lt;b&gt;")
        .doesNotContain("<script", "http://", "https://", "<b>");
  }

  @Test
  void oneRunOrNoRunIsRefused() throws IOException {
    Path a = run("a", "seed: 1\n", 20);
    Run.of("compare", a).failed(2);
    assertThat(Run.of("compare", a, directory.resolve("none")).failed(1))
        .contains("expected the directory of a run");
    assertThat(List.of(directory.toFile().list())).containsExactly("a");
  }
}
