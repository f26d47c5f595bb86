package dev.minke.kernel.cache;

import java.util.Arrays;

/// Uses to come, nearer ones counting more, as the experts just chosen make one expect them.
///
/// Worth of `e` in a layer after a token with experts `c`:
///
/// ```
/// m(e) + emphasis · (mean over c of F(c, e) - m(e)),   F(c, e) ≈ (1 - γ) Σ_k γ^k P(e chosen k + 1 tokens after c)
/// ```
///
/// with `m` the frequency of `e`. `F` is a successor representation (Dayan 1993), learned by
/// traces: each expert leaves a trace that fades by γ a token, and what is chosen is credited to
/// the traces it finds. Cost of a token in a layer: `(experts + activeExperts) · activeExperts`
/// additions to learn, `activeExperts · experts` multiply-adds to expect. Memory of a layer: `4 ·
/// experts²` bytes, and as much as two percent more for traces.
///
/// A decision for few tokens is taken for as many sequences side by side, row by row the same as in
/// the decision before; one for many, for one sequence's next tokens. Where that is not so, a few
/// followings are learned that were none.
public final class LearnedWorth implements ExpertWorth {
  /// How much a use one token later counts less: experts stay for some five tokens where a quarter
  /// of them fits.
  private static final float FADING = 0.8f;

  private static final float EMPHASIS = 2.5f;

  /// How far a token's worth replaces that of the token before.
  private static final float RENEWAL = 0.7f;

  private static final float FAINT = 0.01f;

  /// Rows up to which tokens are taken for tokens of different sequences.
  private static final int SEQUENCES = 16;

  private final int experts;
  private final int active;
  private final FollowTable[] tables;
  private final float[][] worths;

  /// `[layers][sequences · experts]`, grown when a batch first needs it.
  private final float[][] traces;

  private final float[] expected;

  /// Knows nothing yet: all experts are worth nothing.
  public LearnedWorth(int layers, int experts, int activeExperts) {
    this.experts = experts;
    active = activeExperts;
    tables = new FollowTable[layers];
    Arrays.setAll(tables, _ -> new FollowTable(experts, activeExperts, EMPHASIS));
    worths = new float[layers][experts];
    traces = new float[layers][experts];
    expected = new float[experts];
  }

  @Override
  public void routed(int layer, int[] chosen, int tokens) {
    if (tokens > SEQUENCES) {
      for (int row = 0; row < tokens; row++) {
        learn(layer, 0, chosen, row);
        Arrays.fill(expected, 0);
        tables[layer].expect(chosen, row, 1, expected);
        renew(worths[layer]);
      }
      return;
    }
    if (traces[layer].length < tokens * experts) {
      traces[layer] = Arrays.copyOf(traces[layer], tokens * experts);
    }
    Arrays.fill(expected, 0);
    for (int row = 0; row < tokens; row++) {
      learn(layer, row, chosen, row);
      tables[layer].expect(chosen, row, 1f / tokens, expected);
    }
    renew(worths[layer]);
  }

  private void learn(int layer, int sequence, int[] chosen, int row) {
    FollowTable table = tables[layer];
    float[] trace = traces[layer];
    int first = sequence * experts;
    for (int e = 0; e < experts; e++) {
      float left = trace[first + e];
      if (left > FAINT) {
        table.follow(e, left, chosen, row);
      }
      trace[first + e] = FADING * left;
    }
    for (int i = row * active; i < (row + 1) * active; i++) {
      trace[first + chosen[i]] += 1 - FADING;
    }
    table.began(chosen, row);
    table.arrived(chosen, row);
  }

  private void renew(float[] worth) {
    for (int e = 0; e < experts; e++) {
      worth[e] += RENEWAL * (expected[e] - worth[e]);
    }
  }

  @Override
  public float worth(int layer, int expert) {
    return worths[layer][expert];
  }
}
