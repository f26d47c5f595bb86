package dev.minke.kernel.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Slots for experts of all layers together: says what is resident, which slot a missing expert is
/// read into, and what is worth reading ahead.
///
/// A slot holds one expert of one layer; all are of one size. In turn:
///
/// 1. A router chose: [#decide] answers with the reads that the layer has to wait for. Until the
///    next decision none of the experts it wants leaves its slot.
/// 2. While the layer computes: [#ahead], as often as the disk is free, answers with the read most
///    worth doing next.
///
/// An expert is resident for the policy once its read is answered, so whoever reads keeps the order
/// of reads, waits for a read under way where a decision finds its expert resident, and before a
/// slot is overwritten ends the read into it. An expert read ahead stays until its layer has
/// decided, unless nothing else can go. Cost of a decision: that of [ExpertWorth] and of the
/// forecast, `activeExperts · experts` multiply-adds a token for each of three tables, and for a
/// miss as many comparisons as there are layers and experts in a layer.
///
/// Mutable, of one thread. The same decisions are answered in the same way.
public final class ExpertPolicy {
  private static final int NONE = -1;

  /// Above every worth: goes only where nothing else can.
  private static final float PINNED = Float.MAX_VALUE;

  /// What a layer further on counts less: its experts can still be read later, by a better
  /// forecast.
  private static final float FURTHER = 0.6f;

  private final int layers;
  private final int experts;
  private final int active;
  private final int capacity;
  private final ExpertWorth worth;
  private final ExpertForecast forecast;

  /// `[layers · experts]`: the slot of each expert, or [#NONE].
  private final int[] slots;

  /// `[layers · experts]`: read ahead, not yet wanted.
  private final boolean[] unused;

  /// `[layers · experts]`: read ahead, layer not yet come.
  private final boolean[] pinned;

  /// The least worthy expert of each layer that may go, or [#NONE], and its worth.
  private final int[] leastExpert;

  private final float[] leastWorth;

  /// What the last decision wanted: it was of layer `wantingLayer`.
  private final boolean[] wanted;

  private int wantingLayer;
  private int filled;
  private long hits;
  private long misses;
  private long ahead;
  private long aheadUsed;
  private long wasted;

  /// An empty cache that has seen nothing.
  ///
  /// @param layers that have experts
  /// @param experts of a layer
  /// @param activeExperts chosen for a token
  /// @param capacity slots, enough for what one decision may want
  /// @param worth what goes first
  public ExpertPolicy(int layers, int experts, int activeExperts, int capacity, ExpertWorth worth) {
    if (layers < 1 || activeExperts < 1 || activeExperts > experts || capacity < activeExperts) {
      throw new IllegalArgumentException(
          "expert cache: expected a layer and slots for the experts of a token, found %d layers, %d of %d experts, %d slots"
              .formatted(layers, activeExperts, experts, capacity));
    }
    this.layers = layers;
    this.experts = experts;
    this.active = activeExperts;
    this.capacity = capacity;
    this.worth = worth;
    forecast = new ExpertForecast(layers, experts, activeExperts);
    slots = new int[layers * experts];
    Arrays.fill(slots, NONE);
    unused = new boolean[layers * experts];
    pinned = new boolean[layers * experts];
    leastExpert = new int[layers];
    Arrays.fill(leastExpert, NONE);
    leastWorth = new float[layers];
    wanted = new boolean[experts];
  }

  /// A cache that keeps what [LearnedWorth] says.
  public static ExpertPolicy learning(int layers, int experts, int activeExperts, int capacity) {
    return new ExpertPolicy(
        layers, experts, activeExperts, capacity, new LearnedWorth(layers, experts, activeExperts));
  }

  /// A router's choice for a batch.
  ///
  /// @param layer among the layers with experts, from 0
  /// @param chosen `[tokens, activeExperts]`, each row without repetition
  /// @param tokens at least 1
  /// @return reads to be done before the layer computes, in the order in which tokens list their
  ///   experts; all other chosen experts are in their slots
  public List<ExpertRead> decide(int layer, int[] chosen, int tokens) {
    int distinct = mark(layer, chosen, tokens);
    worth.routed(layer, chosen, tokens);
    forecast.routed(layer, chosen, tokens);
    Arrays.fill(pinned, layer * experts, (layer + 1) * experts, false);
    for (int e = 0; e < experts; e++) {
      int at = layer * experts + e;
      if (wanted[e] && unused[at]) {
        unused[at] = false;
        aheadUsed++;
      }
    }
    refresh(layer);
    List<ExpertRead> reads = new ArrayList<>(active);
    for (int i = 0; i < tokens * active; i++) {
      if (slots[layer * experts + chosen[i]] == NONE) {
        reads.add(place(layer, chosen[i]));
      }
    }
    hits += distinct - reads.size();
    misses += reads.size();
    return reads;
  }

  /// Notes what is wanted in place of what was; refuses what does not fit.
  private int mark(int layer, int[] chosen, int tokens) {
    if (layer < 0 || layer >= layers || tokens < 1 || chosen.length < tokens * active) {
      throw new IllegalArgumentException(
          "expert cache: expected a layer below %d and %d experts a token, found layer %d, %d tokens, %d experts"
              .formatted(layers, active, layer, tokens, chosen.length));
    }
    int before = wantingLayer;
    Arrays.fill(wanted, false);
    wantingLayer = layer;
    refresh(before);
    int distinct = 0;
    for (int i = 0; i < tokens * active; i++) {
      if (!wanted[chosen[i]]) {
        wanted[chosen[i]] = true;
        distinct++;
      }
    }
    if (distinct > capacity) {
      throw new IllegalArgumentException(
          "expert cache: %d tokens want %d experts of layer %d, found %d slots; decide for fewer tokens at a time"
              .formatted(tokens, distinct, layer, capacity));
    }
    return distinct;
  }

  /// The read most worth doing while the last decision's layer computes: of the next layers'
  /// experts that are in no slot, the one that most tokens are expected to want.
  ///
  /// @param atLeast tokens expected to want it, for one token the probability. Where a read takes
  ///   less than a layer, a wrong one costs little, and 0.15 is good; where it takes two, 0.4.
  /// @return null where no expert is expected by as many, or no slot may be overwritten for it
  public @Nullable ExpertRead ahead(float atLeast) {
    int best = NONE;
    float most = atLeast;
    float counting = 1;
    for (int distance = 1; distance <= Math.min(ExpertForecast.REACH, layers - 1); distance++) {
      int layer = (wantingLayer + distance) % layers;
      for (int e = 0; e < experts; e++) {
        float likely = counting * forecast.likely(layer, e);
        if (slots[layer * experts + e] == NONE
            && (likely > most || best == NONE && likely == most)) {
          best = layer * experts + e;
          most = likely;
        }
      }
      counting *= FURTHER;
    }
    if (best == NONE || !roomAhead()) {
      return null;
    }
    unused[best] = true;
    pinned[best] = true;
    ahead++;
    return place(best / experts, best % experts);
  }

  /// The slot of an expert, or -1.
  public int slot(int layer, int expert) {
    return slots[layer * experts + expert];
  }

  /// What happened so far.
  public CacheCounts counts() {
    return new CacheCounts(hits, misses, ahead, aheadUsed, wasted);
  }

  /// Whether a slot is empty, or what is in it may go for what is only expected.
  private boolean roomAhead() {
    if (filled < capacity) {
      return true;
    }
    int layer = leastLayer();
    return layer != NONE && leastWorth[layer] < PINNED;
  }

  private ExpertRead place(int layer, int expert) {
    int slot = filled < capacity ? filled++ : freed();
    slots[layer * experts + expert] = slot;
    refresh(layer);
    return new ExpertRead(layer, expert, slot);
  }

  /// The slot of the least worthy expert, which leaves it.
  private int freed() {
    int layer = leastLayer();
    int at = layer * experts + leastExpert[layer];
    int slot = slots[at];
    slots[at] = NONE;
    pinned[at] = false;
    if (unused[at]) {
      unused[at] = false;
      wasted++;
    }
    refresh(layer);
    return slot;
  }

  private int leastLayer() {
    int least = NONE;
    for (int layer = 0; layer < layers; layer++) {
      if (leastExpert[layer] != NONE && (least == NONE || leastWorth[layer] < leastWorth[least])) {
        least = layer;
      }
    }
    return least;
  }

  /// Finds a layer's least worthy expert anew.
  private void refresh(int layer) {
    leastExpert[layer] = NONE;
    for (int e = 0; e < experts; e++) {
      int at = layer * experts + e;
      if (slots[at] == NONE || layer == wantingLayer && wanted[e]) {
        continue;
      }
      float value = pinned[at] ? PINNED : worth.worth(layer, e);
      if (leastExpert[layer] == NONE || value < leastWorth[layer]) {
        leastExpert[layer] = e;
        leastWorth[layer] = value;
      }
    }
  }
}
