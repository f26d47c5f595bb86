package dev.minke.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.minke.Shared;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SamplerTest {
  private static final Set<String> OURS = Set.of("temperature", "top_k", "top_p");

  @TestFactory
  List<DynamicTest> keepsAndWeighsTokensAsTransformersDoes() {
    JsonNode golden =
        JsonMapper.shared().readTree(Shared.shared("golden/sampling/processors.json").toFile());
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode one : golden.path("cases")) {
      JsonNode settings = one.path("settings");
      if (settings.properties().stream().allMatch(entry -> OURS.contains(entry.getKey()))) {
        String row = one.path("logits").asString();
        tests.add(
            DynamicTest.dynamicTest(
                row + " " + settings, () -> check(logits(golden.path("rows").path(row)), one)));
      }
    }
    assertThat(tests).hasSizeGreaterThan(40);
    return tests;
  }

  /// Where logits tie, the library's sort decides which of the equals stay: their probabilities are
  /// compared as a set.
  private static void check(float[] logits, JsonNode expected) {
    JsonNode settings = expected.path("settings");
    Sampler sampler =
        new Sampler(
            settings.path("temperature").asDouble(1),
            settings.path("top_k").asInt(0),
            settings.path("top_p").asDouble(1),
            1);
    double[] found = new double[logits.length];
    for (Sampler.Candidate candidate : sampler.candidates(logits)) {
      found[candidate.id()] = candidate.probability();
    }
    double[] wanted = new double[logits.length];
    for (int id = 0; id < wanted.length; id++) {
      wanted[id] = expected.path("probabilities").get(id).doubleValue();
    }
    if (expected.path("logits").asString().equals("ties")) {
      Arrays.sort(found);
      Arrays.sort(wanted);
    }
    assertThat(found).containsExactly(wanted, within(1e-6));
  }

  private static float[] logits(JsonNode row) {
    float[] logits = new float[row.size()];
    for (int id = 0; id < logits.length; id++) {
      JsonNode logit = row.get(id);
      logits[id] = logit.isNumber() ? logit.floatValue() : Float.NEGATIVE_INFINITY;
    }
    return logits;
  }

  @Test
  void temperatureZeroTakesTheBestAndTiesGoToTheLowestId() {
    assertThat(Sampler.GREEDY.sample(new float[] {1, 3, 3, 2}, 5)).isEqualTo(1);
  }

  @Test
  void drawsFollowTheProbabilities() {
    float[] logits = {0, (float) Math.log(2), (float) Math.log(5)};
    Sampler sampler = new Sampler(1, 0, 1, 7);
    int[] counts = new int[3];
    int draws = 40_000;
    for (int position = 0; position < draws; position++) {
      counts[sampler.sample(logits, position)]++;
    }
    double fiveSigma = 5 * Math.sqrt(0.25 * draws);
    assertThat((double) counts[0]).isCloseTo(draws / 8.0, within(fiveSigma));
    assertThat((double) counts[1]).isCloseTo(draws / 4.0, within(fiveSigma));
    assertThat((double) counts[2]).isCloseTo(draws * 0.625, within(fiveSigma));
  }

  @Test
  void aDrawIsAFunctionOfSeedAndPosition() {
    float[] logits = new float[64];
    Sampler sampler = new Sampler(1, 0, 1, 3);
    assertThat(sampler.sample(logits, 9)).isEqualTo(new Sampler(1, 0, 1, 3).sample(logits, 9));
    int[] ofSeed3 = new int[20];
    int[] ofSeed4 = new int[20];
    Arrays.setAll(ofSeed3, position -> sampler.sample(logits, position));
    Arrays.setAll(ofSeed4, position -> new Sampler(1, 0, 1, 4).sample(logits, position));
    assertThat(ofSeed3).isNotEqualTo(ofSeed4);
  }

  @Test
  void settingsOutOfRangeAreRefusedByName() {
    assertThatThrownBy(() -> new Sampler(-1, 0, 1, 0)).hasMessageContaining("temperature");
    assertThatThrownBy(() -> new Sampler(Double.NaN, 0, 1, 0)).hasMessageContaining("temperature");
    assertThatThrownBy(() -> new Sampler(1, -1, 1, 0)).hasMessageContaining("top-k");
    assertThatThrownBy(() -> new Sampler(1, 0, 0, 0)).hasMessageContaining("top-p");
  }
}
