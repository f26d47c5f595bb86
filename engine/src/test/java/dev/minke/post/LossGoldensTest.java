package dev.minke.post;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.minke.Shared;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Values and gradients as PyTorch and TRL compute them in double (`../shared/golden/post`).
class LossGoldensTest {
  private static final double CLOSE = 1e-12;

  private static JsonNode golden(String name) {
    return JsonMapper.shared().readTree(Shared.shared("golden/post/" + name + ".json").toFile());
  }

  private static Stream<JsonNode> cases(String name) {
    return StreamSupport.stream(golden(name).path("cases").spliterator(), false);
  }

  private static double[] numbers(JsonNode node) {
    double[] numbers = new double[node.size()];
    Arrays.setAll(numbers, i -> node.get(i).doubleValue());
    return numbers;
  }

  /// The numbers of a row that its mask keeps: a beginning of it.
  private static double[] kept(JsonNode row, JsonNode mask) {
    int count = 0;
    while (count < mask.size() && mask.get(count).doubleValue() == 1) {
      count++;
    }
    for (int i = count; i < mask.size(); i++) {
      assertThat(mask.get(i).doubleValue()).as("behind the answer").isZero();
    }
    return Arrays.copyOf(numbers(row), count);
  }

  // ---- preferences

  static Stream<JsonNode> preferences() {
    return cases("dpo");
  }

  private static PreferenceLoss preferenceLoss(JsonNode one) {
    double beta = one.path("beta").doubleValue();
    return switch (one.path("loss_type").asString()) {
      case "sigmoid" -> PreferenceLoss.dpo(beta);
      case "ipo" -> PreferenceLoss.ipo(beta);
      case "hinge" -> new PreferenceLoss(PreferenceLoss.Kind.HINGE, beta, 0);
      case "conservative" -> new PreferenceLoss(PreferenceLoss.Kind.DPO, beta, 0.1);
      default -> throw new AssertionError("a case that is not known: " + one);
    };
  }

  @ParameterizedTest
  @MethodSource("preferences")
  void preferences(JsonNode one) {
    JsonNode all = golden("dpo");
    int count = all.path("mask").size() / 2;
    List<PreferenceLoss.Answer> answers = new ArrayList<>();
    for (int i = 0; i < 2 * count; i++) {
      JsonNode mask = all.path("mask").get(i);
      double[] policy = kept(all.path("policy_logps").get(i), mask);
      double[] reference = kept(all.path("ref_logps").get(i), mask);
      answers.add(
          new PreferenceLoss.Answer(
              Arrays.stream(policy).sum(), Arrays.stream(reference).sum(), policy.length));
    }
    List<PreferenceLoss.Pair> pairs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pairs.add(new PreferenceLoss.Pair(answers.get(i), answers.get(count + i)));
    }
    PreferenceLoss.Found found = preferenceLoss(one).of(pairs);
    assertThat(found.loss()).isCloseTo(one.path("loss").doubleValue(), within(CLOSE));
    assertThat(found.accuracy()).isEqualTo(one.path("accuracy").doubleValue());
    for (int i = 0; i < count; i++) {
      PreferenceLoss.PairFound pair = found.pairs().get(i);
      assertThat(pair.loss()).isCloseTo(number(one, "per_pair", i), within(CLOSE));
      assertThat(pair.chosenReward()).isCloseTo(number(one, "reward_chosen", i), within(CLOSE));
      assertThat(pair.rejectedReward()).isCloseTo(number(one, "reward_rejected", i), within(CLOSE));
      requireGradient(one, all, i, pair.chosenGradient());
      requireGradient(one, all, count + i, pair.rejectedGradient());
    }
  }

  private static double number(JsonNode one, String name, int index) {
    return one.path(name).get(index).doubleValue();
  }

  /// Each token of an answer has the same gradient.
  private static void requireGradient(JsonNode one, JsonNode all, int answer, double found) {
    JsonNode row = one.path("grad_policy_logps").get(answer);
    for (double expected : kept(row, all.path("mask").get(answer))) {
      assertThat(found).isCloseTo(expected, within(CLOSE));
    }
  }

  // ---- rewards

  static Stream<JsonNode> rewards() {
    return cases("reward_model");
  }

  @ParameterizedTest
  @MethodSource("rewards")
  void rewards(JsonNode one) {
    JsonNode all = golden("reward_model");
    double[] chosen = numbers(all.path("chosen"));
    double[] rejected = numbers(all.path("rejected"));
    boolean margin = one.path("name").asString().equals("with-margin");
    double[] margins = margin ? numbers(all.path("margin")) : new double[chosen.length];
    RewardLoss.Found found =
        new RewardLoss(one.path("center_coefficient").asDouble(0)).of(chosen, rejected, margins);
    assertThat(found.loss()).isCloseTo(one.path("loss").doubleValue(), within(CLOSE));
    assertThat(found.chosenGradient())
        .containsExactly(numbers(one.path("grad_chosen")), within(CLOSE));
    assertThat(found.rejectedGradient())
        .containsExactly(numbers(one.path("grad_rejected")), within(CLOSE));
  }

  // ---- policies

  static Stream<JsonNode> policies() {
    return cases("grpo");
  }

  private static PolicyLoss policyLoss(JsonNode one) {
    String name = one.path("name").asString();
    PolicyLoss.Mean mean =
        switch (name) {
          case "dapo", "bnpo" -> PolicyLoss.Mean.TOKENS;
          case "dr_grpo" -> PolicyLoss.Mean.CONSTANT;
          default -> PolicyLoss.Mean.ANSWERS;
        };
    return new PolicyLoss(
        one.path("clip_low").doubleValue(),
        one.path("clip_high").doubleValue(),
        one.path("beta").doubleValue(),
        name.contains("unbiased") ? PolicyLoss.Divergence.UNBIASED : PolicyLoss.Divergence.K3,
        mean,
        one.path("max_completion_length").asInt(0));
  }

  @ParameterizedTest
  @MethodSource("policies")
  void policies(JsonNode one) {
    JsonNode all = golden("grpo");
    List<PolicyLoss.Answer> answers = new ArrayList<>();
    for (int i = 0; i < all.path("mask").size(); i++) {
      JsonNode mask = all.path("mask").get(i);
      answers.add(
          new PolicyLoss.Answer(
              kept(all.path("policy_logps").get(i), mask),
              kept(all.path("old_logps").get(i), mask),
              kept(all.path("ref_logps").get(i), mask),
              number(one, "advantages", i)));
    }
    PolicyLoss.Found found = policyLoss(one).of(answers);
    assertThat(found.loss()).isCloseTo(one.path("loss").doubleValue(), within(CLOSE));
    assertThat(found.divergence())
        .isCloseTo(one.path("kl_mean_per_token").doubleValue(), within(CLOSE));
    assertThat(found.clipped())
        .isCloseTo(one.path("clipped_fraction").doubleValue(), within(CLOSE));
    for (int i = 0; i < answers.size(); i++) {
      JsonNode row = one.path("grad_policy_logps").get(i);
      assertThat(found.gradient()[i])
          .containsExactly(kept(row, all.path("mask").get(i)), within(CLOSE));
    }
  }

  @Test
  void advantages() {
    JsonNode all = golden("grpo");
    requireAdvantages(Advantages.POPULATION, all, "advantages_population_std");
    requireAdvantages(Advantages.SAMPLE, all, "advantages_sample_std_plus_1e-4");
    requireAdvantages(Advantages.CENTRED, all, "advantages_centred_only");
  }

  private static void requireAdvantages(Advantages advantages, JsonNode all, String name) {
    double[] found =
        StreamSupport.stream(all.path("rewards").spliterator(), false)
            .flatMapToDouble(group -> Arrays.stream(advantages.of(numbers(group))))
            .toArray();
    assertThat(found).containsExactly(numbers(all.path(name)), within(CLOSE));
  }

  // ---- what has no golden

  /// However sure either side is.
  @Test
  void extremesStayFinite() {
    for (double far : new double[] {-1e6, -800, 0, 800, 1e6}) {
      PreferenceLoss.Answer sure = new PreferenceLoss.Answer(far, 0, 3);
      PreferenceLoss.Answer other = new PreferenceLoss.Answer(0, 0, 3);
      for (PreferenceLoss loss : List.of(PreferenceLoss.dpo(1), PreferenceLoss.ipo(1))) {
        PreferenceLoss.Found found = loss.of(List.of(new PreferenceLoss.Pair(sure, other)));
        assertThat(found.loss()).isFinite();
        assertThat(found.pairs().getFirst().chosenGradient()).isFinite();
      }
      RewardLoss.Found found = RewardLoss.BRADLEY_TERRY.of(new double[] {far}, new double[] {0});
      assertThat(found.loss()).isFinite();
      assertThat(found.chosenGradient()[0]).isFinite();
    }
  }

  /// Of equal rewards even where their mean is another number by rounding.
  @Test
  void aGroupThatSaysNothingHasNoAdvantages() {
    double[] equal = new double[7];
    Arrays.fill(equal, 0.1);
    for (Advantages advantages : Advantages.values()) {
      assertThat(advantages.of(equal)).containsOnly(0);
    }
    assertThat(Advantages.isConstant(equal)).isTrue();
    assertThat(Advantages.isConstant(new double[] {0, 1})).isFalse();
  }

  @Test
  void aDivergenceNeedsAReference() {
    double[] one = {-1};
    var answer = new PolicyLoss.Answer(one, one, new double[0], 1);
    assertThatThrownBy(() -> PolicyLoss.grpo(0.2, 0.04).of(List.of(answer)))
        .hasMessageContaining("expected a reference");
    assertThat(PolicyLoss.dapo(0.2, 0.28).of(List.of(answer)).divergence()).isNaN();
  }

  @Test
  void optionsThatMeanNothingAreRefused() {
    assertThatThrownBy(() -> PreferenceLoss.dpo(0)).hasMessageContaining("beta");
    assertThatThrownBy(() -> new PreferenceLoss(PreferenceLoss.Kind.IPO, 1, 0.1))
        .hasMessageContaining("label smoothing");
    assertThatThrownBy(() -> PolicyLoss.grpo(-1, 0)).hasMessageContaining("clips");
    assertThatThrownBy(() -> PolicyLoss.drGrpo(0.2, 0)).hasMessageContaining("constant length");
    assertThatThrownBy(() -> new RewardLoss(-1)).hasMessageContaining("centring");
  }
}
