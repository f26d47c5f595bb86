package dev.minke.kernel.cache;

/// Which experts were followed by which, between two places of a model: counts, and what they make
/// one expect.
///
/// An expectation begins with how often an expert is wanted at all, and moves away from it as far
/// as the given experts were followed otherwise, times `emphasis`. Above 1, because experts chosen
/// together are evidence together, which their mean understates. Counts of the past are halved now
/// and then, so old habits fade.
final class FollowTable {
  /// Occurrences by which an expert's own successors begin to outweigh the general frequency.
  private static final float PRIOR = 2;

  /// Occurrences of an expert at which its row is halved. Never halving gains a thousandth on one
  /// text and loses a tenth of all hits where the text becomes another; 20 are too few to learn.
  private static final int ROW_HALVED_AT = 128;

  private static final int TOKENS_HALVED_AT = 1024;

  private final int experts;
  private final int active;
  private final float emphasis;

  /// `[experts, experts]`: how much of row expert's following went to column expert.
  private final float[] followed;

  private final float[] occurrences;
  private final float[] wanted;
  private float tokens;

  FollowTable(int experts, int active, float emphasis) {
    this.experts = experts;
    this.active = active;
    this.emphasis = emphasis;
    followed = new float[experts * experts];
    occurrences = new float[experts];
    wanted = new float[experts];
  }

  /// The experts of one token were followed by those of another row.
  ///
  /// @param weight what this following counts
  void follow(int expert, float weight, int[] after, int afterRow) {
    for (int i = afterRow * active; i < (afterRow + 1) * active; i++) {
      followed[expert * experts + after[i]] += weight;
    }
  }

  /// A token stood at the place that is followed.
  void began(int[] chosen, int row) {
    for (int i = row * active; i < (row + 1) * active; i++) {
      int expert = chosen[i];
      if (++occurrences[expert] >= ROW_HALVED_AT) {
        occurrences[expert] /= 2;
        halve(followed, expert * experts, (expert + 1) * experts);
      }
    }
  }

  /// A token stood at the place that follows.
  void arrived(int[] chosen, int row) {
    for (int i = row * active; i < (row + 1) * active; i++) {
      wanted[chosen[i]]++;
    }
    if (++tokens >= TOKENS_HALVED_AT) {
      tokens /= 2;
      halve(wanted, 0, experts);
    }
  }

  private static void halve(float[] values, int from, int to) {
    for (int i = from; i < to; i++) {
      values[i] /= 2;
    }
  }

  /// Adds to `sum` what the experts of a row make one expect, an expert an element.
  void expect(int[] chosen, int row, float share, float[] sum) {
    if (tokens == 0) {
      return;
    }
    float general = 1 / tokens;
    float weightOfGeneral = 1 - emphasis;
    float part = emphasis / active;
    for (int i = row * active; i < (row + 1) * active; i++) {
      int expert = chosen[i];
      float own = share * part / (occurrences[expert] + PRIOR);
      weightOfGeneral += part * PRIOR / (occurrences[expert] + PRIOR);
      for (int e = 0; e < experts; e++) {
        sum[e] += own * followed[expert * experts + e];
      }
    }
    float rest = share * weightOfGeneral * general;
    for (int e = 0; e < experts; e++) {
      sum[e] += rest * wanted[e];
    }
  }
}
