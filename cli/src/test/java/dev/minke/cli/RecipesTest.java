package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.train.TrainRecipe;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void everyKeyIsInTheRecipeThatShips() throws IOException {
    TrainRecipe read = Recipes.read(recipe.toString(), List.of()).training();
    assertThat(read.name()).isEqualTo("tiny");
    for (RecordComponent component : TrainRecipe.class.getRecordComponents()) {
      assertThat(text).containsPattern("(?m)^" + component.getName() + ":");
    }
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
    assertThat(refused("rate: 3.0e-3", "rate: fast")).contains("rate");
    assertThat(refused("rate: 3.0e-3", "rate: -1")).contains("optimizer rate", "-1");
    assertThat(refused("generation: V3", "generation: V9")).contains("V9");
    assertThat(refused("seed: 1", "seed: [1")).contains("YAML");
    assertThat(refused("seed: 1", "")).contains("seed");
  }

  @Test
  void textThatIsNotThereIsNamed() throws IOException {
    Files.delete(temporary.resolve("input.txt"));
    assertThat(Run.of("train", recipe).failed(1)).contains("input.txt");
    assertThat(Run.of("train", "no-such-recipe").failed(2)).contains("no-such-recipe");
  }

  @Test
  void editDistanceCountsInsertionsDeletionsAndReplacements() {
    assertThat(RecipeKeys.edits("", "abc")).isEqualTo(3);
    assertThat(RecipeKeys.edits("kitten", "sitting")).isEqualTo(3);
    assertThat(RecipeKeys.edits("rate", "rate")).isZero();
  }
}
