package dev.minke.bench.experts;

import dev.minke.kernel.cache.ExpertWorth;

/// LRU with as many slots for every layer: the expert goes that most others of its layer were
/// wanted after.
final class LeastRecentOfLayer implements ExpertWorth {
  private final int experts;
  private final int active;

  /// `[layers][experts]`: the last wanted first.
  private final int[][] order;

  /// `[layers][experts]`: the place of each expert in its order.
  private final int[][] places;

  LeastRecentOfLayer(int layers, int experts, int activeExperts) {
    this.experts = experts;
    active = activeExperts;
    order = new int[layers][experts];
    places = new int[layers][experts];
    for (int layer = 0; layer < layers; layer++) {
      for (int e = 0; e < experts; e++) {
        order[layer][e] = e;
        places[layer][e] = e;
      }
    }
  }

  @Override
  public void routed(int layer, int[] chosen, int tokens) {
    int[] first = order[layer];
    for (int i = tokens * active - 1; i >= 0; i--) {
      System.arraycopy(first, 0, first, 1, places[layer][chosen[i]]);
      first[0] = chosen[i];
      for (int place = 0; place < experts; place++) {
        places[layer][first[place]] = place;
      }
    }
  }

  @Override
  public float worth(int layer, int expert) {
    return -places[layer][expert];
  }
}
