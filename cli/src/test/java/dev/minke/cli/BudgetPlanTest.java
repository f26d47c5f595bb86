package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.minke.model.decoder.DecoderConfig;
import dev.minke.train.ScalingRule;
import dev.minke.train.TrainRecipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class BudgetPlanTest {
  private static final double SPEED = 5e10;

  private static Budget parse(String text) {
    return new Budget.Converter().convert(text);
  }

  private static RecipeDraft draft(Path recipe, String... overrides) throws IOException {
    return Recipes.draft(recipe.toString(), List.of(overrides), null);
  }

  private static Path shipped(String name) {
    return Golden.repository().resolve("recipes/" + name + ".yaml");
  }

  static List<Path> recipes() throws IOException {
    return RecipesTest.recipes();
  }

  private static List<TrainRecipe> phases(BudgetPlan plan) {
    List<TrainRecipe> phases = new ArrayList<>(List.of(plan.recipe().training()));
    plan.recipe().then().forEach(later -> phases.add(later.training()));
    return phases;
  }

  private static DecoderConfig config(TrainRecipe recipe) {
    return recipe.model().config(recipe.tokenizer().vocab());
  }

  @ParameterizedTest
  @CsvSource({"90s, 90", "20m, 1200", "2h, 7200", "1.5h, 5400"})
  void timesAreRead(String text, double seconds) {
    assertThat(parse(text)).isEqualTo(new Budget.Time(seconds));
  }

  @ParameterizedTest
  @CsvSource({"500ktok, 5e5", "5Mtok, 5e6", "1.5Gtok, 1.5e9"})
  void tokensAreRead(String text, double tokens) {
    assertThat(parse(text)).isEqualTo(new Budget.Tokens(tokens));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "20", "0m", "-3m", "m", "5M", "5mtok", "20 m", "1e3s", "2h30m"})
  void whatIsNeitherIsRefused(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage(
            "expected a time such as 20m or 2h, or tokens such as 500ktok or 5Mtok, found '%s'"
                .formatted(text));
  }

  @Test
  void aBadBudgetIsOneLine() {
    assertThat(Run.of("train", shipped("tiny"), "--budget", "20").failed(2))
        .contains("--budget", "expected a time such as 20m", "found '20'");
  }

  /// A larger budget buys no smaller size, and in the end larger ones.
  @ParameterizedTest
  @MethodSource("recipes")
  void sizesGrowWithTheBudget(Path recipe) throws IOException {
    RecipeDraft draft = draft(recipe);
    DecoderConfig before = null;
    double first = 0;
    for (double seconds = 10; seconds < 1e6; seconds *= 2.7) {
      BudgetPlan plan = BudgetPlan.choose(draft, new Budget.Time(seconds), SPEED);
      DecoderConfig config = config(plan.recipe().training());
      if (before == null) {
        first = plan.parameters();
      } else {
        assertThat(config.dim()).isGreaterThanOrEqualTo(before.dim());
        assertThat(config.layers()).isGreaterThanOrEqualTo(before.layers());
        assertThat(config.denseHidden()).isGreaterThanOrEqualTo(before.denseHidden());
        assertThat(config.vocab()).isGreaterThanOrEqualTo(before.vocab());
        assertThat(config.experts().count()).isGreaterThanOrEqualTo(before.experts().count());
        assertThat(config.experts().hidden()).isGreaterThanOrEqualTo(before.experts().hidden());
      }
      before = config;
    }
    assertThat(ScalingRule.parameters(before)).isGreaterThan(10 * first);
  }

  /// The steps of all phases cost what the plan says, but for half a step of each.
  @ParameterizedTest
  @MethodSource("recipes")
  void stepsComeToTheTokensAndOperationsOfTheBudget(Path recipe) throws IOException {
    double budget = 3e8;
    BudgetPlan plan = BudgetPlan.choose(draft(recipe), new Budget.Tokens(budget), SPEED);
    double tokens = 0;
    double operations = 0;
    double half = 0;
    double halfOperations = 0;
    for (TrainRecipe phase : phases(plan)) {
      TrainRecipe.Batch batch = phase.batch();
      double mean = batch.rows() * (1 - batch.rampShare() * (1 - batch.firstShare()) / 2);
      double perStep = mean * phase.data().rowTokens();
      double perToken = ScalingRule.flops(config(phase), phase.data().rowTokens());
      tokens += phase.length().steps() * perStep;
      operations += phase.length().steps() * perStep * perToken;
      half += perStep;
      halfOperations += perStep * perToken;
    }
    assertThat(tokens).isCloseTo(budget, within(half));
    assertThat(operations).isCloseTo(plan.operations(), within(halfOperations));
    assertThat(plan.tokens()).isCloseTo(budget, within(1e-6 * budget));
  }

  /// Within the grain of the dial, an eighth of a doubling of widths: N goes with its square and
  /// more.
  @ParameterizedTest
  @ValueSource(strings = {"tiny", "text", "v3", "v2-lite"})
  void tokensForAParameterAreThoseOfTheRule(String recipe) throws IOException {
    for (Budget budget : List.of(new Budget.Time(7200), new Budget.Tokens(2e8))) {
      BudgetPlan plan = BudgetPlan.choose(draft(shipped(recipe)), budget, SPEED);
      assertThat(plan.tokens() / plan.parameters())
          .isBetween(ScalingRule.TOKENS_PER_PARAMETER, 2 * ScalingRule.TOKENS_PER_PARAMETER);
      assertThat(plan.sizesChosen()).isTrue();
    }
  }

  @Test
  void aTimeIsTheTimeOfAllPhases() throws IOException {
    BudgetPlan plan = BudgetPlan.choose(draft(shipped("v3")), new Budget.Time(3600), SPEED);
    assertThat(phases(plan)).hasSizeGreaterThan(1);
    assertThat(phases(plan).stream().mapToDouble(phase -> phase.length().seconds()).sum())
        .isCloseTo(3600, within(1e-6));
    assertThat(plan.operations()).isCloseTo(3600 * SPEED, within(1.0));
  }

  @Test
  void whatIsSetByHandStays() throws IOException {
    Budget budget = new Budget.Tokens(1e8);
    BudgetPlan free = BudgetPlan.choose(draft(shipped("text")), budget, SPEED);
    BudgetPlan plan =
        BudgetPlan.choose(
            draft(
                shipped("text"),
                "model.dim=40",
                "model.layers=3",
                "tokenizer.vocab=700",
                "data.rowTokens=640",
                "batch.rows=3",
                "optimizer.rate=0.0017"),
            budget,
            SPEED);
    TrainRecipe training = plan.recipe().training();
    assertThat(training.model().dim()).isEqualTo(40);
    assertThat(training.model().layers()).isEqualTo(3);
    assertThat(training.tokenizer().vocab()).isEqualTo(700);
    assertThat(training.data().rowTokens()).isEqualTo(640);
    assertThat(training.batch().rows()).isEqualTo(3);
    assertThat(training.optimizer().rate()).isEqualTo(0.0017);
    assertThat(free.recipe().training().model().dim()).isNotEqualTo(40);
    assertThat(free.recipe().training().optimizer().rate()).isNotEqualTo(0.0017);
  }

  @Test
  void sizesThatWereNotSetFollowThoseThatWere() throws IOException {
    Budget tiny = new Budget.Tokens(1e4);
    TrainRecipe.Model dense =
        BudgetPlan.choose(draft(shipped("text"), "model.denseLayers=4"), tiny, SPEED)
            .recipe()
            .training()
            .model();
    assertThat(dense.denseLayers()).isEqualTo(4);
    assertThat(dense.layers()).isEqualTo(4);
  }

  @Test
  void stepsAndTheDialSetByHandStay() throws IOException {
    Budget budget = new Budget.Time(600);
    assertThat(
            BudgetPlan.choose(draft(shipped("text"), "length.steps=77"), budget, SPEED)
                .recipe()
                .training()
                .length())
        .isEqualTo(TrainRecipe.Length.ofSteps(77));
    RecipeDraft reduced = draft(shipped("v3"), "reduce=64");
    BudgetPlan plan = BudgetPlan.choose(reduced, budget, SPEED);
    assertThat(plan.sizesChosen()).isFalse();
    assertThat(plan.recipe().training().model()).isEqualTo(reduced.recipe().training().model());
  }

  /// What a run writes down is the recipe that it had.
  @ParameterizedTest
  @MethodSource("recipes")
  void theResolvedRecipeIsTheChosenOne(Path recipe) throws IOException {
    BudgetPlan plan = BudgetPlan.choose(draft(recipe), new Budget.Time(1000), SPEED);
    Path file = Files.createTempFile("resolved", ".yaml");
    Files.writeString(file, plan.recipe().resolved());
    assertThat(Recipes.read(file.toString(), List.of())).isEqualTo(plan.recipe());
    Files.delete(file);
  }
}
