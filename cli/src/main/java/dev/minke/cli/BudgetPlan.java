package dev.minke.cli;

import dev.minke.cli.console.Progress;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.train.ScalingRule;
import dev.minke.train.TrainRecipe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a budget buys by [ScalingRule]: the largest sizes, in the recipe's proportions, that still
/// get as many tokens as the rule asks for. A time is left to the trainer to be turned into steps,
/// which times real ones; until then their number is an estimate.
///
/// @param recipe with sizes and lengths
/// @param parameters weights that a token meets
/// @param tokens of all phases
/// @param operations of all phases
/// @param steps of all phases
/// @param sizesChosen whether the sizes were chosen, instead of standing
record BudgetPlan(
    Recipes.Recipe recipe,
    double parameters,
    double tokens,
    double operations,
    long steps,
    boolean sizesChosen) {
  /// Steps of the dial to a factor of 2.
  private static final int GRAIN = 8;

  /// The dial from 1/64 to 4096, in steps.
  private static final int LARGEST = -6 * GRAIN;

  private static final int SMALLEST = 12 * GRAIN;

  /// Chooses.
  ///
  /// @param speed operations a second that a training is expected to reach
  static BudgetPlan choose(RecipeDraft draft, Budget budget, double speed) throws IOException {
    if (draft.sizesStand()) {
      return at(draft, draft.hasModel() ? 1 : draft.written(), budget, speed);
    }
    int enough = SMALLEST;
    int tooLarge = LARGEST - 1;
    while (enough - tooLarge > 1) {
      int middle = Math.floorDiv(enough + tooLarge, 2);
      BudgetPlan plan = at(draft, Math.pow(2, (double) middle / GRAIN), budget, speed);
      double wanted = ScalingRule.TOKENS_PER_PARAMETER * plan.parameters;
      if (bought(plan, budget, speed) >= wanted) {
        enough = middle;
      } else {
        tooLarge = middle;
      }
    }
    return at(draft, Math.pow(2, (double) enough / GRAIN), budget, speed);
  }

  /// Tokens for the budget, whatever length was set by hand.
  private static double bought(BudgetPlan plan, Budget budget, double speed) {
    return switch (budget) {
      case Budget.Tokens(double number) -> number;
      case Budget.Time(double seconds) -> seconds * speed * plan.tokens / plan.operations;
    };
  }

  private static BudgetPlan at(RecipeDraft draft, double factor, Budget budget, double speed)
      throws IOException {
    ObjectNode tree = draft.turned(factor);
    Recipes.Recipe before = Recipes.build(tree, draft.file());
    List<TrainRecipe> phases = new ArrayList<>(List.of(before.training()));
    before.then().forEach(later -> phases.add(later.training()));
    double steps = phases.stream().mapToDouble(BudgetPlan::steps).sum();
    double tokens = phases.stream().mapToDouble(BudgetPlan::tokens).sum();
    double operations = phases.stream().mapToDouble(BudgetPlan::operations).sum();
    double share =
        switch (budget) {
          case Budget.Tokens(double number) -> number / tokens;
          case Budget.Time(double seconds) -> seconds * speed / operations;
        };
    if (draft.isByHand("length.steps") || draft.isByHand("length.seconds")) {
      share = 1;
    } else {
      setLength(tree, phases.getFirst(), budget, share, operations);
      for (int i = 1; i < phases.size(); i++) {
        setLength(tree.path(Recipes.THEN).get(i - 1), phases.get(i), budget, share, operations);
      }
    }
    return new BudgetPlan(
        Recipes.build(tree, draft.file()),
        ScalingRule.parameters(config(before.training())),
        share * tokens,
        share * operations,
        Math.max(1, Math.round(share * steps)),
        !draft.sizesStand());
  }

  /// @param share of the phase's own steps that the budget buys
  /// @param operations of all phases with their own steps
  private static void setLength(
      JsonNode phase, TrainRecipe training, Budget budget, double share, double operations) {
    if (phase instanceof ObjectNode tree) {
      ObjectNode length = tree.putObject("length");
      int steps = (int) Math.clamp(Math.round(share * steps(training)), 1, Integer.MAX_VALUE);
      switch (budget) {
        case Budget.Tokens _ -> length.put("steps", steps).put("seconds", 0);
        case Budget.Time(double seconds) ->
            length.put("steps", 0).put("seconds", seconds * operations(training) / operations);
      }
    }
  }

  /// What was chosen and why, in one line.
  String words(Budget budget, double speed) {
    return String.format(
        Locale.ROOT,
        "%s at about %.0f GFLOP/s: %s, %s parameters met by a token; %s tokens, %.3g for each (%.3g"
            + " are best, docs/experiments/scaling.md); about %,d steps, %s",
        budget,
        speed / 1e9,
        sizesChosen ? "sizes chosen" : "sizes stand as they were set",
        number(parameters),
        number(tokens),
        tokens / parameters,
        ScalingRule.TOKENS_PER_PARAMETER,
        steps,
        Progress.duration(operations / speed));
  }

  private static String number(double value) {
    return value < 1e6
        ? String.format(Locale.ROOT, "%.0f k", value / 1e3)
        : String.format(Locale.ROOT, "%.1f M", value / 1e6);
  }

  private static DecoderConfig config(TrainRecipe training) {
    return training.model().config(training.tokenizer().vocab());
  }

  /// As the recipe has them; one where it has a time, which says nothing of them.
  private static int steps(TrainRecipe training) {
    return Math.max(1, training.length().steps());
  }

  private static double tokensPerStep(TrainRecipe training) {
    TrainRecipe.Batch batch = training.batch();
    double growing = batch.rampShare() * (1 - batch.firstShare()) / 2;
    return batch.rows() * (1 - growing) * training.data().rowTokens();
  }

  private static double tokens(TrainRecipe training) {
    return steps(training) * tokensPerStep(training);
  }

  private static double operations(TrainRecipe training) {
    return tokens(training) * ScalingRule.flops(config(training), training.data().rowTokens());
  }
}
