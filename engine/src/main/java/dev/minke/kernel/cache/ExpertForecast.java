package dev.minke.kernel.cache;

import java.util.Arrays;

/// What the next layers will choose for the tokens under way, from what the last layers chose.
///
/// Tables of which experts of one layer are followed by which of the next and of the one after
/// that, learned on the fly; a layer's forecast is the mean of what both say. After the last layer
/// comes the first one of the next token. Memory: `8 · layers · experts²` bytes.
final class ExpertForecast {
  /// Layers looked ahead. Twice as many foretell a little more, at twice the memory.
  static final int REACH = 2;

  private static final float EMPHASIS = 2;

  private final int layers;
  private final int active;

  /// `[REACH][layers]`: what follows each layer, 1 and more layers later.
  private final FollowTable[][] tables;

  private final float[][] likely;

  /// What each layer chose last, and in which decision.
  private final int[][] last;

  private final int[] lastTokens;
  private final long[] lastDecision;
  private long decision;

  ExpertForecast(int layers, int experts, int activeExperts) {
    this.layers = layers;
    active = activeExperts;
    tables = new FollowTable[REACH][layers];
    for (FollowTable[] distance : tables) {
      Arrays.setAll(distance, _ -> new FollowTable(experts, activeExperts, EMPHASIS));
    }
    likely = new float[layers][experts];
    last = new int[layers][activeExperts];
    lastTokens = new int[layers];
    lastDecision = new long[layers];
  }

  /// Learns from a layer's decision and looks ahead from it.
  void routed(int layer, int[] chosen, int tokens) {
    decision++;
    for (int distance = 1; distance <= REACH; distance++) {
      int before = Math.floorMod(layer - distance, layers);
      if (lastDecision[before] == decision - distance && lastTokens[before] == tokens) {
        learn(tables[distance - 1][before], last[before], chosen, tokens);
      }
    }
    if (last[layer].length < tokens * active) {
      last[layer] = new int[tokens * active];
    }
    System.arraycopy(chosen, 0, last[layer], 0, tokens * active);
    lastTokens[layer] = tokens;
    lastDecision[layer] = decision;
    for (int distance = REACH; distance >= 1; distance--) {
      float[] target = likely[(layer + distance) % layers];
      // The farthest layer is looked at for the first time; nearer ones were, from other layers.
      float kept = distance == REACH ? 0 : 1 - 1f / (REACH - distance + 1);
      for (int e = 0; e < target.length; e++) {
        target[e] *= kept;
      }
      for (int row = 0; row < tokens; row++) {
        tables[distance - 1][layer].expect(chosen, row, 1 - kept, target);
      }
    }
  }

  private void learn(FollowTable table, int[] before, int[] after, int tokens) {
    for (int row = 0; row < tokens; row++) {
      for (int i = row * active; i < (row + 1) * active; i++) {
        table.follow(before[i], 1, after, row);
      }
      table.began(before, row);
      table.arrived(after, row);
    }
  }

  /// How many of the tokens under way will want an expert of one of the next [#REACH] layers.
  float likely(int layer, int expert) {
    return likely[layer][expert];
  }
}
