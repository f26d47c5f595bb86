package dev.minke.kernel.reference;

import dev.minke.kernel.KvView;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.tensor.Tensor;
import java.util.List;

/// The mixture of experts: moving rows to experts and back, and the balance loss. The choice itself
/// is in [ReferenceRouter].
final class ReferenceExperts {
  private ReferenceExperts() {}

  static void dispatch(Tensor chosen, Tensor slots, Tensor places, Tensor offsets) {
    int active = chosen.shape().columns();
    int place = 0;
    for (int expert = 0; expert < offsets.shape().columns() - 1; expert++) {
      offsets.setInt(0, expert, place);
      for (int slot = 0; slot < slots.shape().columns(); slot++) {
        if (chosen.getInt(slot / active, slot % active) == expert) {
          slots.setInt(0, place, slot);
          places.setInt(0, slot, place++);
        }
      }
    }
    offsets.setInt(0, offsets.shape().columns() - 1, place);
  }

  static void gatherSlots(Tensor x, Tensor slots, int activeExperts, Tensor out) {
    for (int place = 0; place < Rows.count(out); place++) {
      Rows.write(out, place, Rows.read(x, slots.getInt(0, place) / activeExperts));
    }
  }

  static void gatherSlotsGradient(Tensor dOut, Tensor places, int activeExperts, Tensor dx) {
    for (int slot = 0; slot < places.shape().columns(); slot++) {
      Rows.add(dx, slot / activeExperts, Rows.read(dOut, places.getInt(0, slot)));
    }
  }

  static void combine(Tensor y, Tensor places, Tensor weights, Tensor out) {
    Precision precision = Precision.of(out);
    int active = weights.shape().columns();
    for (int token = 0; token < Rows.count(out); token++) {
      double[] sum = new double[out.shape().columns()];
      for (int k = 0; k < active; k++) {
        int place = places.getInt(0, token * active + k);
        precision.addScaled(weights.get(token, k), Rows.read(y, place), sum);
      }
      Rows.write(out, token, sum);
    }
  }

  static void combineInputGradient(
      Tensor dOut, Tensor places, Tensor weights, Tensor dy, boolean accumulate) {
    if (!accumulate) {
      ReferenceRows.fill(dy, 0);
    }
    Precision precision = Precision.of(dy);
    int active = weights.shape().columns();
    for (int slot = 0; slot < places.shape().columns(); slot++) {
      int token = slot / active;
      int place = places.getInt(0, slot);
      double[] sum = Rows.read(dy, place);
      precision.addScaled(weights.get(token, slot % active), Rows.read(dOut, token), sum);
      Rows.write(dy, place, sum);
    }
  }

  static void combineWeightGradient(Tensor dOut, Tensor y, Tensor places, Tensor dWeights) {
    Precision precision = Precision.of(dWeights);
    int active = dWeights.shape().columns();
    for (int slot = 0; slot < places.shape().columns(); slot++) {
      int token = slot / active;
      int k = slot % active;
      double dot = precision.dot(Rows.read(dOut, token), Rows.read(y, places.getInt(0, slot)));
      dWeights.set(token, k, precision.round(dWeights.get(token, k) + dot));
    }
  }

  static void balanceLoss(
      Tensor logits, Tensor chosen, List<KvView.Sequence> sequences, RouterRule rule, Tensor out) {
    Precision precision = Precision.of(out);
    for (int s = 0; s < sequences.size(); s++) {
      KvView.Sequence sequence = sequences.get(s);
      double[] frequencies = frequencies(logits, chosen, sequence);
      double[] shares = new double[frequencies.length];
      for (int row = first(sequence); row < end(sequence); row++) {
        double[] one = shares(precision, Rows.read(logits, row), rule);
        for (int e = 0; e < one.length; e++) {
          shares[e] = precision.round(shares[e] + one[e]);
        }
      }
      for (int e = 0; e < shares.length; e++) {
        shares[e] = precision.round(shares[e] / sequence.queries());
      }
      out.set(0, s, precision.dot(frequencies, shares));
    }
  }

  static void balanceLossGradient(
      Tensor dOut,
      Tensor logits,
      Tensor chosen,
      List<KvView.Sequence> sequences,
      RouterRule rule,
      Tensor dLogits) {
    Precision precision = Precision.of(dLogits);
    for (int s = 0; s < sequences.size(); s++) {
      KvView.Sequence sequence = sequences.get(s);
      double[] frequencies = frequencies(logits, chosen, sequence);
      double factor = precision.round(dOut.get(0, s) / sequence.queries());
      double[] dShares = new double[frequencies.length];
      precision.addScaled(factor, frequencies, dShares);
      for (int row = first(sequence); row < end(sequence); row++) {
        Rows.add(dLogits, row, shareGradient(precision, Rows.read(logits, row), rule, dShares));
      }
    }
  }

  private static int first(KvView.Sequence sequence) {
    return sequence.firstQuery();
  }

  private static int end(KvView.Sequence sequence) {
    return sequence.firstQuery() + sequence.queries();
  }

  /// f: how often each expert was chosen, 1 where load is even.
  private static double[] frequencies(Tensor logits, Tensor chosen, KvView.Sequence sequence) {
    Precision precision = Precision.of(logits);
    double[] counts = new double[logits.shape().columns()];
    int active = chosen.shape().columns();
    for (int row = first(sequence); row < end(sequence); row++) {
      for (int k = 0; k < active; k++) {
        counts[chosen.getInt(row, k)]++;
      }
    }
    double even = (double) active * sequence.queries() / counts.length;
    for (int e = 0; e < counts.length; e++) {
      counts[e] = precision.round(counts[e] / even);
    }
    return counts;
  }

  /// Affinities of a token that sum to 1.
  private static double[] shares(Precision precision, double[] logits, RouterRule rule) {
    double[] shares = ReferenceRouter.affinities(precision, logits, rule.score());
    if (rule.score() == ScoreFunction.SIGMOID) {
      double sum = precision.sum(shares);
      for (int e = 0; e < shares.length; e++) {
        shares[e] = precision.round(shares[e] / sum);
      }
    }
    return shares;
  }

  /// `∂/∂logits Σ_e dShares[e] · share_e`. With `m = Σ_e dShares[e] · share_e`: `share_e
  /// (dShares[e]
  /// - m)` through a softmax, and that times `1 - sigmoid(logit_e)` through sigmoids.
  private static double[] shareGradient(
      Precision precision, double[] logits, RouterRule rule, double[] dShares) {
    double[] shares = shares(precision, logits, rule);
    double mean = precision.dot(dShares, shares);
    double[] gradient = new double[shares.length];
    for (int e = 0; e < shares.length; e++) {
      gradient[e] = precision.round(shares[e] * precision.round(dShares[e] - mean));
      if (rule.score() == ScoreFunction.SIGMOID) {
        double rest = precision.round(1 - precision.sigmoid(logits[e]));
        gradient[e] = precision.round(gradient[e] * rest);
      }
    }
    return gradient;
  }
}
