package dev.minke.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.minke.Shared;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Rules and sampler together, beside the logits processors of transformers.
class ProcessorsTest {
  /// What we do not have: locally typical sampling, and the ban of n-grams that were there.
  private static final Set<String> NOT_OURS = Set.of("typical_p", "no_repeat_ngram");

  @TestFactory
  List<DynamicTest> theTokensThatStayAndTheirProbabilitiesAreTransformers() {
    JsonNode golden =
        JsonMapper.shared().readTree(Shared.shared("golden/sampling/processors.json").toFile());
    int[] history = new int[golden.path("history").size()];
    Arrays.setAll(history, i -> golden.path("history").get(i).intValue());
    List<DynamicTest> tests = new ArrayList<>();
    int others = 0;
    for (JsonNode one : golden.path("cases")) {
      JsonNode settings = one.path("settings");
      if (settings.properties().stream().anyMatch(entry -> NOT_OURS.contains(entry.getKey()))) {
        others++;
      } else {
        String row = one.path("logits").asString();
        tests.add(
            DynamicTest.dynamicTest(
                row + " " + settings,
                () -> check(logits(golden.path("rows").path(row)), history, one)));
      }
    }
    assertThat(tests).hasSize(108);
    assertThat(others).isEqualTo(12);
    return tests;
  }

  /// The golden's penalties all count the whole history. Ours divide it: what is generated counts
  /// for all of them, the prompt for one alone.
  private static void check(float[] logits, int[] history, JsonNode expected) {
    JsonNode settings = expected.path("settings");
    LogitRules rules =
        new LogitRules(
            settings.path("repetition_penalty").asDouble(1),
            0,
            settings.path("frequency_penalty").asDouble(0),
            settings.path("presence_penalty").asDouble(0),
            Map.of());
    int prompted = settings.has("repetition_penalty") ? history.length / 2 : 0;
    SeenTokens seen = new SeenTokens(rules, logits.length, Arrays.copyOf(history, prompted));
    for (int i = prompted; i < history.length; i++) {
      seen.accept(history[i]);
    }
    seen.apply(logits);
    Sampler sampler =
        new Sampler(
            settings.path("temperature").asDouble(1),
            settings.path("top_k").asInt(0),
            settings.path("top_p").asDouble(1),
            settings.path("min_p").asDouble(0),
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
      // The library's sort decides which of the equals stay.
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
}
