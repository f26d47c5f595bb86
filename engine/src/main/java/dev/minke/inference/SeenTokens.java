package dev.minke.inference;

import java.util.Arrays;

/// The tokens of one sequence, counted, and what [LogitRules] make of them. What a step costs grows
/// with the distinct tokens that were counted, not with the vocabulary; rules that count nothing
/// cost nothing. Belongs to one sequence.
final class SeenTokens {
  private static final int EMPTY = -1;
  private static final int SMALLEST = 16;

  private final LogitRules rules;
  private final int[] biased;
  private final double[] addends;

  /// An open hash table, at most half full: ids, and beside each how often it was generated and how
  /// often it is in the window of the repetition penalty.
  private int[] ids = empty(SMALLEST);

  private int[] generated = new int[SMALLEST];
  private int[] inWindow = new int[SMALLEST];
  private int distinct;

  /// The window's tokens, in a circle once it is full; none if it has no end.
  private int[] window = new int[SMALLEST];

  private long looked;

  /// @param vocab ids are below it
  /// @param prompt tokens that are there already
  SeenTokens(LogitRules rules, int vocab, int[] prompt) {
    this.rules = rules;
    this.biased = rules.bias().keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
    this.addends = Arrays.stream(biased).mapToDouble(id -> bias(rules, id)).toArray();
    if (biased.length > 0 && biased[biased.length - 1] >= vocab) {
      throw new IllegalArgumentException(
          "bias: expected ids below %d, the model's vocabulary, found %d"
              .formatted(vocab, biased[biased.length - 1]));
    }
    for (int id : prompt) {
      look(id);
    }
  }

  private SeenTokens(SeenTokens other) {
    this.rules = other.rules;
    this.biased = other.biased;
    this.addends = other.addends;
    this.ids = other.ids.clone();
    this.generated = other.generated.clone();
    this.inWindow = other.inWindow.clone();
    this.distinct = other.distinct;
    this.window = other.window.clone();
    this.looked = other.looked;
  }

  private static double bias(LogitRules rules, int id) {
    Double addend = rules.bias().get(id);
    return addend == null ? 0 : addend;
  }

  /// One that goes on from here by itself.
  SeenTokens copy() {
    return new SeenTokens(this);
  }

  /// A token was generated.
  void accept(int id) {
    if (rules.countsGenerated()) {
      int slot = slot(id);
      generated[slot]++;
    }
    look(id);
  }

  /// A token comes into the window; the one that is as far behind as the window is long leaves it.
  private void look(int id) {
    if (!rules.countsAll()) {
      return;
    }
    int slot = slot(id);
    inWindow[slot]++;
    if (rules.window() > 0) {
      int at = (int) (looked % rules.window());
      if (looked >= rules.window()) {
        inWindow[find(window[at])]--;
      } else if (at == window.length) {
        window = Arrays.copyOf(window, (int) Math.min(rules.window(), 2L * at));
      }
      window[at] = id;
      looked++;
    }
  }

  /// Where an id is in the table; it is put there if it is not.
  private int slot(int id) {
    int slot = find(id);
    if (ids[slot] == id) {
      return slot;
    }
    if (2 * (distinct + 1) > ids.length) {
      grow();
      slot = find(id);
    }
    ids[slot] = id;
    distinct++;
    return slot;
  }

  /// Where an id is or could be. Ids that follow one another are spread by a multiplication.
  private int find(int id) {
    int mask = ids.length - 1;
    int hash = id * 0x9E3779B9;
    int slot = (hash ^ hash >>> Short.SIZE) & mask;
    while (ids[slot] != EMPTY && ids[slot] != id) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    int[] oldIds = ids;
    int[] oldGenerated = generated;
    int[] oldInWindow = inWindow;
    ids = empty(2 * oldIds.length);
    generated = new int[ids.length];
    inWindow = new int[ids.length];
    for (int old = 0; old < oldIds.length; old++) {
      if (oldIds[old] != EMPTY) {
        int slot = find(oldIds[old]);
        ids[slot] = oldIds[old];
        generated[slot] = oldGenerated[old];
        inWindow[slot] = oldInWindow[old];
      }
    }
  }

  private static int[] empty(int slots) {
    int[] ids = new int[slots];
    Arrays.fill(ids, EMPTY);
    return ids;
  }

  /// Changes the logits of the next token.
  ///
  /// @param logits `[vocab]`, in place
  void apply(float[] logits) {
    for (int i = 0; i < biased.length; i++) {
      logits[biased[i]] += (float) addends[i];
    }
    if (distinct == 0) {
      return;
    }
    for (int slot = 0; slot < ids.length; slot++) {
      if (ids[slot] != EMPTY) {
        logits[ids[slot]] = (float) penalized(logits[ids[slot]], slot);
      }
    }
  }

  private double penalized(double logit, int slot) {
    double left = logit;
    if (generated[slot] > 0) {
      left -= generated[slot] * rules.frequencyPenalty() + rules.presencePenalty();
    }
    if (inWindow[slot] > 0) {
      left = left > 0 ? left / rules.repetitionPenalty() : left * rules.repetitionPenalty();
    }
    return left;
  }
}
