package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.checkpoint.TrainingCheckpoint;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.train.TrainRecipe;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecipesTest {
  @TempDir private Path temporary;
  private Path recipe;
  private String text;

  @BeforeEach
  void copyRecipe() throws IOException {
    text = Files.readString(Golden.repository().resolve("recipes/tiny.yaml"));
    recipe = Files.writeString(temporary.resolve("recipe.yaml"), text);
    Files.writeString(temporary.resolve("input.txt"), "One.\n\nTwo.\n");
  }

  private String refused(String from, String to) throws IOException {
    assertThat(text).contains(from);
    Files.writeString(recipe, text.replace(from, to));
    return trained();
  }

  private String trained(Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("train", recipe));
    arguments.addAll(List.of("--out", temporary.resolve("run")));
    arguments.addAll(List.of(more));
    String line = Run.of(arguments.toArray()).failed(2);
    assertThat(Files.exists(temporary.resolve("run"))).isFalse();
    return line;
  }

  /// The recipes that ship.
  static List<Path> recipes() throws IOException {
    try (Stream<Path> files = Files.list(Golden.repository().resolve("recipes"))) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void everyRecipeIsNamedAsItsFileAndExplained(Path shipped) throws IOException {
    TrainRecipe read = Recipes.read(shipped.toString(), List.of()).training();
    assertThat(shipped).hasFileName(read.name() + ".yaml");
    String all = Files.readString(shipped);
    assertThat(all).startsWith("# ").contains("./minke train " + read.name());
    for (RecordComponent component : TrainRecipe.class.getRecordComponents()) {
      assertThat(all).containsPattern("(?m)^" + component.getName() + ":");
    }
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void everyRecipeTrainsAndItsModelAnswers(Path shipped) throws IOException {
    Path text = temporary.resolve("many.txt");
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      many.append("Number %d comes after number %d.\n\n".formatted(i + 1, i));
    }
    Files.writeString(text, many);
    Path run = temporary.resolve("run");
    String[] smaller = {
      "length.steps=2", "batch.rows=1", "batch.microRows=1", "tokenizer.vocab=300"
    };
    List<Object> arguments = new ArrayList<>(List.of("train", shipped, "--out", run));
    arguments.addAll(List.of("-o", "text=" + text));
    for (String override : smaller) {
      arguments.addAll(List.of("-o", override));
    }
    if (Files.readString(shipped).contains("\nreduce: ")) {
      arguments.addAll(List.of("-o", "reduce=1024"));
    }
    Run.of(arguments.toArray()).succeeded();
    assertThat(Run.of("predict", run.resolve("model"), "Number", "-k", 3).succeeded().lines())
        .hasSize(3);
    assertThat(Run.of("cost", run).succeeded())
        .contains("tokenizer", "encode", "probe", "pretrain");
  }

  /// A checkpoint names its recipe by a hash of all that decides bits.
  @Test
  void theQuickstartsRecipeIsWhatTheQuickstartRuns() {
    Path quickstart = temporary.resolve("quickstart");
    Run.of("quickstart", "--budget", "1s", "--out", quickstart).succeeded();
    Path file = Golden.repository().resolve("recipes/quickstart.yaml");
    Path corpus = quickstart.resolve("corpus.txt");
    Path run = temporary.resolve("run");
    Run.of("train", file, "--out", run, "-o", "text=" + corpus, "-o", "length.steps=2").succeeded();
    assertThat(recipeOf(run)).isEqualTo(recipeOf(quickstart.resolve("run")));
  }

  private static String recipeOf(Path run) {
    return TrainingCheckpoint.latest(run.resolve("checkpoints"))
        .orElseThrow()
        .metadata()
        .get("run.recipe");
  }

  @Test
  void overridesReachTheirKey() throws IOException {
    TrainRecipe read =
        Recipes.read(recipe.toString(), List.of("optimizer.rate=3e-4", "length.steps=7"))
            .training();
    assertThat(read.optimizer().rate()).isEqualTo(3e-4);
    assertThat(read.length().steps()).isEqualTo(7);
  }

  @Test
  void theKeysOfAttentionSayItsKind() throws IOException {
    String grouped = "model.attention={heads: 4, keyHeads: 2, headDim: 32}";
    List<String> first =
        List.of(
            grouped,
            "model.architecture=DEEPSEEK",
            "model.experts.rule.score=SOFTMAX",
            "losses.biasRate=0");
    TrainRecipe read = Recipes.read(recipe.toString(), first).training();
    assertThat(read.model().attention()).isEqualTo(new DecoderConfig.Grouped(4, 2, 32));
    String typo = "model.attention={heads: 4, keyHead: 2, headDim: 32}";
    assertThatThrownBy(() -> Recipes.read(recipe.toString(), List.of(typo)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("'model.attention.keyHead'; did you mean 'model.attention.keyHeads'");
    assertThat(trained("-o", grouped))
        .contains("files of deepseek_v3: expected attention of LATENT");
  }

  @Test
  void anUnknownKeyIsNamedWithTheNearestKnownOne() throws IOException {
    assertThat(refused("clipNorm:", "clipNrm:")).contains("clipNrm", "'optimizer.clipNorm'");
    assertThat(refused("optimizer:", "optimiser:")).contains("optimiser", "'optimizer'");
    assertThat(refused("latentDim:", "latenDim:"))
        .contains("latenDim", "'model.attention.latentDim'");
  }

  @Test
  void anUnknownKeyOfAnOverrideIsNamedWithTheNearestKnownOne() {
    assertThat(trained("-o", "optimizer.rat=1")).contains("'optimizer.rat'", "'optimizer.rate'");
    assertThat(trained("-o", "sed=1")).contains("'seed'");
    assertThat(trained("-o", "seed")).contains("key=value");
  }

  @Test
  void aValueThatDoesNotFitIsNamed() throws IOException {
    assertThat(refused("rate: 3.0e-3", "rate: fast"))
        .contains("'optimizer.rate': expected a number, found 'fast'");
    assertThat(refused("rate: 3.0e-3", "rate: -1")).contains("optimizer rate", "-1");
    assertThat(refused("architecture: DEEPSEEK_V3", "architecture: V9"))
        .contains("'model.architecture': expected LLAMA or QWEN2");
    assertThat(refused("groupTopTwo: true", "groupTopTwo: 7x")).contains("true or false", "7x");
    assertThat(refused("seed: 1", "seed: [1")).contains("YAML");
    assertThat(refused("seed: 1", "")).contains("seed");
  }

  @Test
  void textThatIsNotThereIsNamed() throws IOException {
    Files.delete(temporary.resolve("input.txt"));
    assertThat(Run.of("train", recipe).failed(1)).contains("input.txt");
    assertThat(Run.of("train", "no-such-recipe").failed(2)).contains("no-such-recipe");
  }
}
