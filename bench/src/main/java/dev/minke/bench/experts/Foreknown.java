package dev.minke.bench.experts;

import dev.minke.kernel.cache.ExpertWorth;
import java.util.List;
import java.util.stream.IntStream;

/// Belady's policy: the expert goes that will not be wanted for the longest time. Needs the future,
/// and is the best there is without reading ahead.
final class Foreknown implements ExpertWorth {
  private static final float NEVER = -1e9f;

  /// Of each expert the decisions that want it, ascending.
  private final int[][] uses;

  private final int[] next;
  private int decision;

  Foreknown(RouterDecisions routing, List<int[]> passes) {
    List<IntStream.Builder> wanting =
        IntStream.range(0, RouterDecisions.LAYERS * RouterDecisions.EXPERTS)
            .mapToObj(_ -> IntStream.builder())
            .toList();
    int now = 0;
    for (int[] pass : passes) {
      int[] chosen = new int[pass.length * RouterDecisions.ACTIVE];
      for (int layer = 0; layer < RouterDecisions.LAYERS; layer++) {
        routing.copy(layer, pass, chosen);
        now++;
        for (int expert : IntStream.of(chosen).distinct().toArray()) {
          wanting.get(layer * RouterDecisions.EXPERTS + expert).add(now);
        }
      }
    }
    uses = wanting.stream().map(use -> use.build().toArray()).toArray(int[][]::new);
    next = new int[uses.length];
  }

  @Override
  public void routed(int layer, int[] chosen, int tokens) {
    decision++;
    int first = layer * RouterDecisions.EXPERTS;
    for (int at = first; at < first + RouterDecisions.EXPERTS; at++) {
      while (next[at] < uses[at].length && uses[at][next[at]] <= decision) {
        next[at]++;
      }
    }
  }

  @Override
  public float worth(int layer, int expert) {
    int at = layer * RouterDecisions.EXPERTS + expert;
    return next[at] < uses[at].length ? -uses[at][next[at]] : NEVER;
  }
}
