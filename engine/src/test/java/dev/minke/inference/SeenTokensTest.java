package dev.minke.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SeenTokensTest {
  private static final LogitRules REPETITION = new LogitRules(2, 0, 0, 0, Map.of());

  private static float[] applied(SeenTokens seen, float... logits) {
    seen.apply(logits);
    return logits;
  }

  @Test
  void repetitionCountsThePromptToo() {
    SeenTokens seen = new SeenTokens(REPETITION, 4, new int[] {0, 0});
    seen.accept(1);
    assertThat(applied(seen, 4, -4, 4, -4)).containsExactly(2, -8, 4, -4);
  }

  @Test
  void frequencyAndPresenceCountWhatWasGenerated() {
    SeenTokens seen =
        new SeenTokens(new LogitRules(1, 0, 0.5, 0.25, Map.of()), 4, new int[] {3, 3});
    seen.accept(1);
    seen.accept(2);
    seen.accept(1);
    assertThat(applied(seen, 1, 1, 1, 1)).containsExactly(1, -0.25f, 0.25f, 1);
  }

  @Test
  void aWindowForgets() {
    SeenTokens seen = new SeenTokens(new LogitRules(2, 2, 0, 0, Map.of()), 4, new int[] {0, 1, 1});
    assertThat(applied(seen, 1, 1, 1, 1)).containsExactly(1, 0.5f, 1, 1);
    seen.accept(2);
    assertThat(applied(seen, 1, 1, 1, 1)).containsExactly(1, 0.5f, 0.5f, 1);
    seen.accept(3);
    assertThat(applied(seen, 1, 1, 1, 1)).containsExactly(1, 1, 0.5f, 0.5f);
  }

  @Test
  void biasIsAddedBeforeAll() {
    LogitRules rules = new LogitRules(2, 0, 0, 1, Map.of(0, 3.0, 2, -100.0));
    SeenTokens seen = new SeenTokens(rules, 4, new int[0]);
    seen.accept(0);
    assertThat(applied(seen, 2, 1, 1, 1)).containsExactly(2, 1, -99, 1);
  }

  @Test
  void whatIsExcludedStaysExcluded() {
    SeenTokens seen =
        new SeenTokens(new LogitRules(0.5, 0, -2, -2, Map.of(0, 100.0)), 1, new int[] {0});
    seen.accept(0);
    assertThat(applied(seen, Float.NEGATIVE_INFINITY)).containsExactly(Float.NEGATIVE_INFINITY);
  }

  @Test
  void aCopyGoesOnByItself() {
    SeenTokens seen = new SeenTokens(REPETITION, 3, new int[] {0});
    SeenTokens copy = seen.copy();
    copy.accept(1);
    seen.accept(2);
    assertThat(applied(seen, 1, 1, 1)).containsExactly(0.5f, 1, 0.5f);
    assertThat(applied(copy, 1, 1, 1)).containsExactly(0.5f, 0.5f, 1);
  }

  /// Beside rules that look at the whole sequence each time.
  @Test
  void countingGivesWhatLookingBackGives() {
    SplittableRandom random = new SplittableRandom(9);
    for (int i = 0; i < 300; i++) {
      int vocab = random.nextInt(1, 3000);
      int[] windows = {0, 1, 7, 16, 17, 200};
      LogitRules rules =
          new LogitRules(
              random.nextInt(3) == 0 ? 1 : random.nextDouble(0.5, 2),
              windows[random.nextInt(windows.length)],
              random.nextInt(3) == 0 ? 0 : random.nextDouble(-2, 2),
              random.nextInt(3) == 0 ? 0 : random.nextDouble(-2, 2),
              Map.of(random.nextInt(vocab), random.nextDouble(-100, 100)));
      int[] prompt = random.ints(random.nextInt(100), 0, vocab).toArray();
      int[] answer = random.ints(random.nextInt(400), 0, vocab).toArray();
      SeenTokens seen = new SeenTokens(rules, vocab, prompt);
      for (int id : answer) {
        seen.accept(id);
      }
      float[] logits = new float[vocab];
      for (int id = 0; id < vocab; id++) {
        logits[id] = (float) random.nextGaussian();
      }
      float[] expected = lookingBack(rules, prompt, answer, logits);
      seen.apply(logits);
      assertThat(logits).as(rules.toString()).isEqualTo(expected);
    }
  }

  private static float[] lookingBack(LogitRules rules, int[] prompt, int[] answer, float[] logits) {
    List<Integer> all = new ArrayList<>();
    for (int id : prompt) {
      all.add(id);
    }
    int[] counts = new int[logits.length];
    for (int id : answer) {
      all.add(id);
      counts[id]++;
    }
    int first = rules.window() == 0 ? 0 : Math.max(0, all.size() - rules.window());
    List<Integer> looked = all.subList(first, all.size());
    float[] changed = new float[logits.length];
    for (int id = 0; id < logits.length; id++) {
      double logit = logits[id] + rules.bias().getOrDefault(id, 0.0).floatValue();
      logit = (float) logit;
      if (counts[id] > 0) {
        logit -= counts[id] * rules.frequencyPenalty() + rules.presencePenalty();
      }
      if (looked.contains(id)) {
        logit = logit > 0 ? logit / rules.repetitionPenalty() : logit * rules.repetitionPenalty();
      }
      changed[id] = (float) logit;
    }
    return changed;
  }

  @Test
  void settingsThatCannotBeAreRefusedByName() {
    assertThatThrownBy(() -> new LogitRules(0, 0, 0, 0, Map.of()))
        .hasMessageContaining("repetition-penalty: expected a number above 0");
    assertThatThrownBy(() -> new LogitRules(1, -1, 0, 0, Map.of())).hasMessageContaining("window");
    assertThatThrownBy(() -> new LogitRules(1, 0, Double.NaN, 0, Map.of()))
        .hasMessageContaining("frequency");
    assertThatThrownBy(() -> new LogitRules(1, 0, 0, 1 / 0., Map.of()))
        .hasMessageContaining("presence");
    assertThatThrownBy(() -> new LogitRules(1, 0, 0, 0, Map.of(7, 101.0)))
        .hasMessageContaining("token 7");
    assertThatThrownBy(() -> new LogitRules(1, 0, 0, 0, Map.of(-7, 1.0)))
        .hasMessageContaining("-7");
    LogitRules outside = new LogitRules(1, 0, 0, 0, Map.of(9, 1.0));
    assertThatThrownBy(() -> new SeenTokens(outside, 9, new int[0]))
        .hasMessageContaining("bias: expected ids below 9");
  }
}
