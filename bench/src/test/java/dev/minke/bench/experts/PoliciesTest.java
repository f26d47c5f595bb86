package dev.minke.bench.experts;

import static dev.minke.bench.experts.RouterDecisions.ACTIVE;
import static dev.minke.bench.experts.RouterDecisions.EXPERTS;
import static dev.minke.bench.experts.RouterDecisions.LAYERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.minke.bench.experts.Simulation.Disk;
import dev.minke.bench.experts.Simulation.Outcome;
import dev.minke.kernel.cache.ExpertPolicy;
import dev.minke.kernel.cache.ExpertWorth;
import dev.minke.kernel.cache.LearnedWorth;
import dev.minke.tensor.RandomStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The policies that others are measured by, beside obvious ones, on decisions at random.
class PoliciesTest {
  private static final Disk DEMAND_ONLY = new Disk(0.5, 1).demandOnly();

  /// Some experts are chosen much more often than others.
  private static RouterDecisions random(int tokens) {
    RandomStream random = RandomStream.named(1, "decisions");
    byte[][] chosen = new byte[LAYERS][tokens * ACTIVE];
    for (int layer = 0; layer < LAYERS; layer++) {
      for (int token = 0; token < tokens; token++) {
        long at = 100L * (layer * tokens + token);
        TreeSet<Integer> experts = new TreeSet<>();
        for (int draw = 0; experts.size() < ACTIVE; draw++) {
          double uniform = random.uniform(at + draw);
          experts.add((int) (EXPERTS * uniform * uniform));
        }
        int i = token * ACTIVE;
        // Descending, so that the lowest number is listed last: the first to go among equals.
        for (int expert : experts.descendingSet()) {
          chosen[layer][i++] = (byte) expert;
        }
      }
    }
    return new RouterDecisions(new int[] {tokens}, chosen);
  }

  private static Outcome run(RouterDecisions routing, int capacity, ExpertWorth worth) {
    ExpertPolicy policy = new ExpertPolicy(LAYERS, EXPERTS, ACTIVE, capacity, worth);
    return new Simulation(policy, capacity, DEMAND_ONLY).run(routing, routing.passes(1));
  }

  /// Misses of a cache whose experts lie in order of use; of one decision, the last listed is
  /// oldest.
  ///
  /// @param shared one cache for all layers, or a part of it for each
  private static long obvious(RouterDecisions routing, int capacity, boolean shared) {
    long misses = 0;
    List<LinkedHashSet<Integer>> caches = new ArrayList<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      caches.add(shared && layer > 0 ? caches.getFirst() : new LinkedHashSet<>());
    }
    for (int token = 0; token < routing.tokens(); token++) {
      for (int layer = 0; layer < LAYERS; layer++) {
        LinkedHashSet<Integer> cache = caches.get(layer);
        List<Integer> wanted = new ArrayList<>();
        for (int i = ACTIVE - 1; i >= 0; i--) {
          wanted.add(layer * EXPERTS + routing.chosen()[layer][token * ACTIVE + i]);
        }
        misses += wanted.stream().filter(expert -> !cache.contains(expert)).count();
        wanted.forEach(cache::remove);
        cache.addAll(wanted);
        while (cache.size() > (shared ? capacity : capacity / LAYERS)) {
          cache.removeFirst();
        }
      }
    }
    return misses;
  }

  @ParameterizedTest
  @ValueSource(ints = {26 * 10, 26 * 25, 26 * 40})
  void leastRecentMissWhatObviousOnesMiss(int capacity) {
    RouterDecisions routing = random(300);
    assertThat(run(routing, capacity, new LeastRecent(LAYERS, EXPERTS, ACTIVE)).counts().misses())
        .isEqualTo(obvious(routing, capacity, true));
    // As long as slots are empty, a layer may have more than its part.
    ExpertWorth ofLayer = new LeastRecentOfLayer(LAYERS, EXPERTS, ACTIVE);
    assertThat(run(routing, capacity, ofLayer).counts().misses())
        .isCloseTo(obvious(routing, capacity, false), withinPercentage(1));
  }

  @ParameterizedTest
  @ValueSource(ints = {26 * 10, 26 * 25, 26 * 40})
  void nobodyMissesLessThanWhoKnowsTheFuture(int capacity) {
    RouterDecisions routing = random(300);
    long least =
        run(routing, capacity, new Foreknown(routing, routing.passes(1))).counts().misses();
    for (ExpertWorth worth :
        List.of(
            new LeastRecent(LAYERS, EXPERTS, ACTIVE),
            new LeastRecentOfLayer(LAYERS, EXPERTS, ACTIVE),
            new LeastFrequent(LAYERS, EXPERTS, ACTIVE, 1),
            new LearnedWorth(LAYERS, EXPERTS, ACTIVE))) {
      assertThat(run(routing, capacity, worth).counts().misses()).isGreaterThan(least);
    }
  }

  @Test
  void withoutReadsAheadALayerWaitsForItsMisses() {
    Outcome outcome = run(random(100), 400, new LeastRecent(LAYERS, EXPERTS, ACTIVE));
    assertThat(outcome.waitedPerToken()).isCloseTo(0.5 * outcome.readsPerToken(), within(1e-9));
  }

  @Test
  void sequencesGoSideBySide() {
    RouterDecisions routing =
        new RouterDecisions(new int[] {2, 1, 2}, new byte[LAYERS][5 * ACTIVE]);
    assertThat(routing.passes(2))
        .containsExactly(new int[] {0, 2}, new int[] {1, 3}, new int[] {4});
    assertThat(routing.passes(1)).hasSize(5);
  }
}
