package dev.minke.kernel.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.tensor.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Decisions at random, and a disk that does exactly what it is told.
class ExpertPolicyTest {
  private static final int LAYERS = 5;
  private static final int EXPERTS = 12;
  private static final int ACTIVE = 3;

  /// What a backend's slots hold if it does what it is told, and what it was told.
  private static final class Slots {
    private final int[] held;
    private final ExpertPolicy policy;
    private long wanted;
    private long misses;
    private long ahead;

    Slots(int capacity) {
      policy = ExpertPolicy.learning(LAYERS, EXPERTS, ACTIVE, capacity);
      held = new int[capacity];
      Arrays.fill(held, -1);
    }

    void decide(int layer, int[] chosen, int tokens) {
      wanted += IntStream.of(chosen).distinct().count();
      for (ExpertRead read : policy.decide(layer, chosen, tokens)) {
        assertThat(read.layer()).isEqualTo(layer);
        assertThat(held).doesNotContain(id(read));
        held[read.slot()] = id(read);
        misses++;
      }
      assertHeld(layer, chosen);
    }

    void readAhead(int layer, int[] chosen, float atLeast, int reads) {
      for (int i = 0; i < reads; i++) {
        ExpertRead read = policy.ahead(atLeast);
        if (read == null) {
          return;
        }
        assertThat(held).doesNotContain(id(read));
        held[read.slot()] = id(read);
        ahead++;
        assertHeld(layer, chosen);
      }
    }

    private void assertHeld(int layer, int[] chosen) {
      for (int expert : chosen) {
        assertThat(held[policy.slot(layer, expert)]).isEqualTo(layer * EXPERTS + expert);
      }
    }

    /// Every expert that has a slot is the one that lies there, and no other has.
    void assertConsistent() {
      for (int at = 0; at < LAYERS * EXPERTS; at++) {
        int slot = policy.slot(at / EXPERTS, at % EXPERTS);
        int expert = at;
        if (slot < 0) {
          assertThat(held).doesNotContain(expert);
        } else {
          assertThat(held[slot]).isEqualTo(expert);
        }
      }
    }

    private static int id(ExpertRead read) {
      return read.layer() * EXPERTS + read.expert();
    }
  }

  /// The same few choices come again and again, so that there is something to learn.
  private static int[] chosen(RandomStream random, int pass, int layer, int tokens) {
    int[] chosen = new int[tokens * ACTIVE];
    for (int row = 0; row < tokens; row++) {
      int kind = random.below(4, 1000L * pass + row);
      int first = (kind * 5 + layer) % EXPERTS;
      int odd = random.below(EXPERTS - ACTIVE + 1, 1000L * pass + 100 + 20 * layer + row);
      chosen[row * ACTIVE] = first;
      chosen[row * ACTIVE + 1] = (first + 1) % EXPERTS;
      chosen[row * ACTIVE + 2] = (first + 2 + odd) % EXPERTS;
    }
    return chosen;
  }

  @ParameterizedTest
  @CsvSource({"3, 1, 1", "4, 1, 2", "12, 1, 3", "12, 5, 4", "20, 3, 5", "40, 40, 6", "60, 4, 7"})
  void slotsHoldWhatTheDecisionWantsWhateverIsReadAhead(int capacity, int most, int seed) {
    RandomStream random = RandomStream.named(seed, "experts");
    Slots slots = new Slots(capacity);
    for (int pass = 0; pass < 400; pass++) {
      int tokens = 1 + random.below(most, -1 - pass);
      for (int layer = 0; layer < LAYERS; layer++) {
        int[] chosen = chosen(random, pass, layer, tokens);
        slots.decide(layer, chosen, tokens);
        slots.readAhead(layer, chosen, pass % 3 == 0 ? 0 : 0.3f, pass % 5);
      }
    }
    slots.assertConsistent();
    CacheCounts counts = slots.policy.counts();
    assertThat(counts.hits() + counts.misses()).isEqualTo(slots.wanted);
    assertThat(counts.misses()).isEqualTo(slots.misses);
    assertThat(counts.ahead()).isEqualTo(slots.ahead);
    assertThat(counts.reads()).isEqualTo(slots.misses + slots.ahead);
    assertThat(counts.ahead() - counts.aheadUsed() - counts.wasted())
        .isBetween(0L, (long) capacity);
  }

  @Test
  void sameDecisionsAreAnsweredAlike() {
    List<ExpertRead> first = answers();
    assertThat(answers()).isEqualTo(first).hasSizeGreaterThan(1000);
  }

  private static List<ExpertRead> answers() {
    RandomStream random = RandomStream.named(3, "experts");
    ExpertPolicy policy = ExpertPolicy.learning(LAYERS, EXPERTS, ACTIVE, 20);
    List<ExpertRead> answers = new ArrayList<>();
    for (int pass = 0; pass < 200; pass++) {
      for (int layer = 0; layer < LAYERS; layer++) {
        answers.addAll(policy.decide(layer, chosen(random, pass, layer, 2), 2));
        ExpertRead ahead = policy.ahead(0.5f);
        if (ahead != null) {
          answers.add(ahead);
        }
      }
    }
    return answers;
  }

  @Test
  void whatFitsIsReadOnce() {
    RandomStream random = RandomStream.named(4, "experts");
    ExpertPolicy policy = ExpertPolicy.learning(LAYERS, EXPERTS, ACTIVE, LAYERS * EXPERTS);
    for (int pass = 0; pass < 300; pass++) {
      for (int layer = 0; layer < LAYERS; layer++) {
        policy.decide(layer, chosen(random, pass, layer, 1), 1);
      }
    }
    assertThat(policy.counts().misses()).isEqualTo(LAYERS * EXPERTS);
  }

  /// Two tokens in turn, each with its own experts: after a few of them the next layer's are known
  /// from this one's.
  @Test
  void whatAlwaysFollowsIsReadAhead() {
    ExpertPolicy policy = ExpertPolicy.learning(LAYERS, EXPERTS, ACTIVE, 2 * ACTIVE);
    CacheCounts learned = policy.counts();
    for (int pass = 0; pass < 60; pass++) {
      if (pass == 40) {
        learned = policy.counts();
      }
      for (int layer = 0; layer < LAYERS; layer++) {
        int first = pass % 2 * ACTIVE;
        policy.decide(layer, new int[] {first, first + 1, first + 2}, 1);
        for (int i = 0; i < ACTIVE; i++) {
          policy.ahead(0.5f);
        }
      }
    }
    CacheCounts late = policy.counts().since(learned);
    assertThat(late.hitRate()).isGreaterThan(0.9);
    assertThat(late.wasted()).isZero();
  }

  /// Four tokens in a circle, each with its own experts.
  @Test
  void whatComesSoonerIsWorthMore() {
    LearnedWorth worth = new LearnedWorth(1, EXPERTS, ACTIVE);
    for (int pass = 0; pass <= 400; pass++) {
      int first = pass % 4 * ACTIVE;
      worth.routed(0, new int[] {first, first + 1, first + 2}, 1);
    }
    assertThat(worth.worth(0, ACTIVE)).isGreaterThan(worth.worth(0, 2 * ACTIVE));
    assertThat(worth.worth(0, 2 * ACTIVE)).isGreaterThan(worth.worth(0, 3 * ACTIVE));
    assertThat(worth.worth(0, 2 * ACTIVE)).isGreaterThan(worth.worth(0, 0));
  }

  @Test
  void unusedReadsAheadAreCountedOnceTheyAreOverwritten() {
    ExpertPolicy policy =
        new ExpertPolicy(
            2,
            EXPERTS,
            1,
            2,
            new ExpertWorth() {
              @Override
              public void routed(int layer, int[] chosen, int tokens) {}

              @Override
              public float worth(int layer, int expert) {
                return 0;
              }
            });
    for (int pass = 0; pass < 10; pass++) {
      policy.decide(0, new int[] {0}, 1);
      policy.decide(1, new int[] {0}, 1);
    }
    policy.decide(0, new int[] {0}, 1);
    CacheCounts before = policy.counts();
    policy.decide(1, new int[] {5}, 1);
    policy.decide(0, new int[] {0}, 1);
    ExpertRead ahead = policy.ahead(0.5f);
    assertThat(ahead).isEqualTo(new ExpertRead(1, 0, policy.slot(1, 0)));
    policy.decide(1, new int[] {7}, 1);
    policy.decide(0, new int[] {3}, 1);
    policy.decide(0, new int[] {4}, 1);
    assertThat(policy.counts().since(before).ahead()).isEqualTo(1);
    assertThat(policy.counts().since(before).aheadUsed()).isZero();
    assertThat(policy.counts().since(before).wasted()).isEqualTo(1);
  }

  @Test
  void moreThanFitsIsRefused() {
    ExpertPolicy policy = ExpertPolicy.learning(LAYERS, EXPERTS, ACTIVE, 4);
    assertThatThrownBy(() -> policy.decide(2, new int[] {0, 1, 2, 3, 4, 5}, 2))
        .hasMessage(
            "expert cache: 2 tokens want 6 experts of layer 2, found 4 slots; decide for fewer"
                + " tokens at a time");
    assertThatThrownBy(() -> policy.decide(5, new int[] {0, 1, 2}, 1))
        .hasMessageContaining("found layer 5");
    assertThatThrownBy(() -> ExpertPolicy.learning(LAYERS, EXPERTS, ACTIVE, 2))
        .hasMessageContaining("2 slots");
  }
}
