package dev.minke.bench.experts;

import dev.minke.kernel.cache.ExpertWorth;

/// LRU: the expert goes that was not wanted for the longest time.
final class LeastRecent implements ExpertWorth {
  private final int experts;
  private final int active;
  private final float[] lastUse;

  /// Counts decisions; a float counts them exactly to 16 million.
  private float clock;

  LeastRecent(int layers, int experts, int activeExperts) {
    this.experts = experts;
    active = activeExperts;
    lastUse = new float[layers * experts];
  }

  @Override
  public void routed(int layer, int[] chosen, int tokens) {
    clock++;
    for (int i = 0; i < tokens * active; i++) {
      lastUse[layer * experts + chosen[i]] = clock;
    }
  }

  @Override
  public float worth(int layer, int expert) {
    return lastUse[layer * experts + expert];
  }
}
