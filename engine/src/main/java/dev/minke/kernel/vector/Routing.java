package dev.minke.kernel.vector;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;

/// The choice of experts for one token after the other. Holds one thread's arrays; closing it gives
/// its scratch back.
///
/// Scalar code but for exponentials: a token has a few dozen to a few hundred logits, and the
/// products around it take a hundred times as long.
final class Routing implements AutoCloseable {
  /// Keeps the sum of chosen affinities from being 0.
  private static final float SUM_EPSILON = 1e-20f;

  private final RouterRule rule;
  private final ScratchPool.Scratch scratch;

  /// An exponential for each expert.
  private final long powers;

  private final float[] lanes = new float[Kernels.LANES];
  private final float[] affinities;
  private final float[] scores;
  private final float[] groupScores;
  private final boolean[] taken;
  private final float[] gates;
  private final float[] gradient;
  private final int[] chosen;

  Routing(RouterRule rule, int experts, ScratchPool scratches) {
    this.rule = rule;
    scratch = scratches.borrow();
    powers = scratch.floats(experts);
    affinities = new float[experts];
    scores = new float[experts];
    groupScores = new float[rule.groups()];
    taken = new boolean[experts];
    gates = new float[rule.activeExperts()];
    gradient = new float[rule.activeExperts()];
    chosen = new int[rule.activeExperts()];
  }

  private static float element(long address, long index) {
    return Memory.get(address + index * Float.BYTES);
  }

  /// Chooses for one token.
  ///
  /// @param logits address of its logits
  /// @param bias address of the biases
  /// @param chosenOut address of its chosen experts
  /// @param weightsOut address of its gate weights
  void route(long logits, long bias, long chosenOut, long weightsOut) {
    affinities(logits);
    for (int e = 0; e < scores.length; e++) {
      scores[e] = affinities[e] + element(bias, e);
    }
    if (rule.groups() > 1) {
      excludeGroups();
    }
    highest(scores, 0, scores.length, chosen.length);
    for (int k = 0; k < gates.length; k++) {
      Memory.setInt(chosenOut + (long) k * Integer.BYTES, chosen[k]);
      gates[k] = affinities[chosen[k]];
    }
    float sum = rule.normalise() ? Reduction.sum(gates, lanes) + SUM_EPSILON : 1;
    for (int k = 0; k < gates.length; k++) {
      Memory.set(weightsOut + (long) k * Float.BYTES, gates[k] / sum * rule.scale());
    }
  }

  private void affinities(long logits) {
    switch (rule.score()) {
      case SIGMOID -> {
        Exponential.exp(logits, -1, 0, powers, affinities.length);
        for (int e = 0; e < affinities.length; e++) {
          affinities[e] = 1f / (1f + element(powers, e));
        }
      }
      case SOFTMAX -> {
        float max = Reduction.max(logits, affinities.length, lanes);
        Exponential.exp(logits, 1, max, powers, affinities.length);
        for (int e = 0; e < affinities.length; e++) {
          affinities[e] = element(powers, e);
        }
        divide(Reduction.sum(affinities, lanes));
      }
    }
  }

  private void divide(float sum) {
    for (int e = 0; e < affinities.length; e++) {
      affinities[e] /= sum;
    }
  }

  /// Sets the scores of all experts outside the best groups to -∞.
  private void excludeGroups() {
    int size = scores.length / groupScores.length;
    for (int group = 0; group < groupScores.length; group++) {
      groupScores[group] = groupScore(group * size, size);
    }
    boolean[] active = new boolean[groupScores.length];
    for (int i = 0; i < rule.activeGroups(); i++) {
      active[highestFree(groupScores, 0, active, active.length)] = true;
    }
    for (int e = 0; e < scores.length; e++) {
      if (!active[e / size]) {
        scores[e] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  private float groupScore(int from, int size) {
    clearTaken();
    int best = highestFree(scores, from, taken, size);
    float score = scores[best];
    if (rule.groupTopTwo() && size > 1) {
      taken[best] = true;
      score += scores[highestFree(scores, from, taken, size)];
    }
    return score;
  }

  private void clearTaken() {
    for (int e = 0; e < taken.length; e++) {
      taken[e] = false;
    }
  }

  /// Fills [#chosen] by descending score, ties in ascending order of index.
  private void highest(float[] values, int from, int size, int count) {
    clearTaken();
    for (int k = 0; k < count; k++) {
      chosen[k] = highestFree(values, from, taken, size);
      taken[chosen[k]] = true;
    }
  }

  /// The first of the highest that are not taken. A number that is not one never beats another.
  private static int highestFree(float[] values, int from, boolean[] taken, int size) {
    int winner = -1;
    for (int i = from; i < from + size; i++) {
      if (!taken[i] && (winner < 0 || values[i] > values[winner])) {
        winner = i;
      }
    }
    return winner;
  }

  /// Adds the gradient of one token's logits.
  void addGradient(long dWeights, long logits, long chosenIn, long dLogits) {
    affinities(logits);
    for (int k = 0; k < chosen.length; k++) {
      chosen[k] = Memory.getInt(chosenIn + (long) k * Integer.BYTES);
      gates[k] = affinities[chosen[k]];
    }
    gateGradient(dWeights);
    float mean = Reduction.dot(gradient, gates, lanes);
    for (int e = 0; e < scores.length; e++) {
      scores[e] = 0;
    }
    for (int k = 0; k < chosen.length; k++) {
      scores[chosen[k]] = gradient[k];
    }
    for (int e = 0; e < affinities.length; e++) {
      float a = affinities[e];
      float slope =
          switch (rule.score()) {
            case SIGMOID -> scores[e] * a * (1 - a);
            case SOFTMAX -> a * (scores[e] - mean);
          };
      long at = dLogits + (long) e * Float.BYTES;
      Memory.set(at, Memory.get(at) + slope);
    }
  }

  /// Gradients of the chosen affinities a. With S their sum: `scale · (dw_k - Σ_j dw_j a_j / S) /
  /// S` if normalised, `scale · dw_k` if not.
  private void gateGradient(long dWeights) {
    for (int k = 0; k < gradient.length; k++) {
      gradient[k] = element(dWeights, k);
    }
    float sum = 1;
    float mean = 0;
    if (rule.normalise()) {
      sum = Reduction.sum(gates, lanes) + SUM_EPSILON;
      mean = Reduction.dot(gradient, gates, lanes) / sum;
    }
    for (int k = 0; k < gradient.length; k++) {
      gradient[k] = (gradient[k] - mean) * rule.scale() / sum;
    }
  }

  /// Affinities of a token that sum to 1. The array belongs to this object and is overwritten by
  /// the next call.
  float[] shares(long logits) {
    affinities(logits);
    if (rule.score() == ScoreFunction.SIGMOID) {
      divide(Reduction.sum(affinities, lanes));
    }
    return affinities;
  }

  /// Adds `∂/∂logits Σ_e dShares[e] · share_e` of one token. With `m = Σ_e dShares[e] · share_e`:
  /// `share_e (dShares[e] - m)` through a softmax, and that times `1 - sigmoid(logit_e)` through
  /// sigmoids.
  void addShareGradient(long logits, float[] dShares, long dLogits) {
    float[] shares = shares(logits);
    float mean = Reduction.dot(dShares, shares, lanes);
    for (int e = 0; e < shares.length; e++) {
      float slope = shares[e] * (dShares[e] - mean);
      if (rule.score() == ScoreFunction.SIGMOID) {
        slope *= 1 - 1f / (1f + element(powers, e));
      }
      long at = dLogits + (long) e * Float.BYTES;
      Memory.set(at, Memory.get(at) + slope);
    }
  }

  @Override
  public void close() {
    scratch.close();
  }
}
