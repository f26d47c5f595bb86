package dev.minke.kernel.reference;

import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.tensor.Tensor;
import java.util.Arrays;

/// The choice of experts, see [RouterRule].
final class ReferenceRouter {
  /// Keeps the sum of chosen affinities from being 0.
  private static final double SUM_EPSILON = 1e-20;

  private ReferenceRouter() {}

  /// Affinities of one token.
  static double[] affinities(Precision precision, double[] logits, ScoreFunction score) {
    double[] affinities = new double[logits.length];
    switch (score) {
      case SIGMOID -> {
        for (int e = 0; e < logits.length; e++) {
          affinities[e] = precision.sigmoid(logits[e]);
        }
      }
      case SOFTMAX -> {
        double max = Precision.max(logits);
        for (int e = 0; e < logits.length; e++) {
          affinities[e] = precision.exp(precision.round(logits[e] - max));
        }
        double sum = precision.sum(affinities);
        for (int e = 0; e < logits.length; e++) {
          affinities[e] = precision.round(affinities[e] / sum);
        }
      }
    }
    return affinities;
  }

  static void route(Tensor logits, Tensor bias, RouterRule rule, Tensor chosen, Tensor weights) {
    Precision precision = Precision.of(weights);
    for (int token = 0; token < Rows.count(logits); token++) {
      double[] affinities = affinities(precision, Rows.read(logits, token), rule.score());
      double[] scores = new double[affinities.length];
      for (int e = 0; e < scores.length; e++) {
        scores[e] = precision.round(affinities[e] + bias.get(0, e));
      }
      excludeGroups(precision, scores, rule);
      int[] experts = highest(scores, rule.activeExperts());
      double[] gates = new double[experts.length];
      for (int k = 0; k < experts.length; k++) {
        chosen.setInt(token, k, experts[k]);
        gates[k] = affinities[experts[k]];
      }
      double sum = rule.normalise() ? sum(precision, gates) : 1;
      for (int k = 0; k < gates.length; k++) {
        double gate = precision.round(gates[k] / sum);
        weights.set(token, k, precision.round(gate * rule.scale()));
      }
    }
  }

  private static double sum(Precision precision, double[] gates) {
    return precision.round(precision.sum(gates) + precision.round(SUM_EPSILON));
  }

  /// Sets the scores of all experts outside the best groups to -∞.
  private static void excludeGroups(Precision precision, double[] scores, RouterRule rule) {
    int size = scores.length / rule.groups();
    double[] groups = new double[rule.groups()];
    for (int group = 0; group < groups.length; group++) {
      double[] members = Arrays.copyOfRange(scores, group * size, (group + 1) * size);
      int[] best = highest(members, rule.groupTopTwo() ? Math.min(2, size) : 1);
      groups[group] = members[best[0]];
      for (int i = 1; i < best.length; i++) {
        groups[group] = precision.round(groups[group] + members[best[i]]);
      }
    }
    boolean[] active = new boolean[groups.length];
    for (int group : highest(groups, rule.activeGroups())) {
      active[group] = true;
    }
    for (int e = 0; e < scores.length; e++) {
      if (!active[e / size]) {
        scores[e] = Double.NEGATIVE_INFINITY;
      }
    }
  }

  /// Indices of the highest scores in descending order, ties in ascending order of index. A score
  /// that is not a number never beats another, but the result is always a set of indices.
  private static int[] highest(double[] scores, int count) {
    int[] best = new int[count];
    boolean[] taken = new boolean[scores.length];
    for (int k = 0; k < count; k++) {
      int winner = -1;
      for (int i = 0; i < scores.length; i++) {
        if (!taken[i] && (winner < 0 || scores[i] > scores[winner])) {
          winner = i;
        }
      }
      taken[winner] = true;
      best[k] = winner;
    }
    return best;
  }

  static void routeGradient(
      Tensor dWeights, Tensor logits, Tensor chosen, RouterRule rule, Tensor dLogits) {
    Precision precision = Precision.of(dLogits);
    for (int token = 0; token < Rows.count(logits); token++) {
      double[] affinities = affinities(precision, Rows.read(logits, token), rule.score());
      int[] experts = new int[rule.activeExperts()];
      double[] gates = new double[experts.length];
      for (int k = 0; k < experts.length; k++) {
        experts[k] = chosen.getInt(token, k);
        gates[k] = affinities[experts[k]];
      }
      double[] dGates = gateGradient(precision, Rows.read(dWeights, token), gates, rule);
      double[] dAffinities = new double[affinities.length];
      for (int k = 0; k < experts.length; k++) {
        dAffinities[experts[k]] = dGates[k];
      }
      double mean = precision.dot(dGates, gates);
      for (int e = 0; e < affinities.length; e++) {
        double a = affinities[e];
        double slope =
            switch (rule.score()) {
              case SIGMOID ->
                  precision.round(precision.round(dAffinities[e] * a) * precision.round(1 - a));
              case SOFTMAX -> precision.round(a * precision.round(dAffinities[e] - mean));
            };
        dLogits.set(token, e, precision.round(dLogits.get(token, e) + slope));
      }
    }
  }

  /// Gradients of the chosen affinities a. With S their sum: `scale · (dw_k - Σ_j dw_j a_j / S) /
  /// S` if normalised, `scale · dw_k` if not.
  private static double[] gateGradient(
      Precision precision, double[] dWeights, double[] gates, RouterRule rule) {
    double[] gradient = new double[gates.length];
    double sum = rule.normalise() ? sum(precision, gates) : 1;
    double mean = rule.normalise() ? precision.round(precision.dot(dWeights, gates) / sum) : 0;
    for (int k = 0; k < gates.length; k++) {
      double difference = precision.round(dWeights[k] - mean);
      gradient[k] = precision.round(precision.round(difference * rule.scale()) / sum);
    }
    return gradient;
  }
}
