package dev.minke.bench.experts;

import dev.minke.kernel.cache.ExpertWorth;

/// LFU: the expert goes that was wanted least often, where a use counts less with every token.
final class LeastFrequent implements ExpertWorth {
  private final int experts;
  private final int active;
  private final float kept;
  private final float[] uses;

  /// @param kept what is left of a use after a token; 1 forgets nothing
  LeastFrequent(int layers, int experts, int activeExperts, double kept) {
    this.experts = experts;
    active = activeExperts;
    this.kept = (float) kept;
    uses = new float[layers * experts];
  }

  @Override
  public void routed(int layer, int[] chosen, int tokens) {
    for (int row = 0; row < tokens; row++) {
      for (int e = 0; e < experts; e++) {
        uses[layer * experts + e] *= kept;
      }
      for (int i = row * active; i < (row + 1) * active; i++) {
        uses[layer * experts + chosen[i]]++;
      }
    }
  }

  @Override
  public float worth(int layer, int expert) {
    return uses[layer * experts + expert];
  }
}
