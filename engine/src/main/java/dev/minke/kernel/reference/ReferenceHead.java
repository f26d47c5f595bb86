package dev.minke.kernel.reference;

import dev.minke.kernel.AdamWRule;
import dev.minke.tensor.Tensor;

/// The softmax of the output head, and the optimizer.
final class ReferenceHead {
  private ReferenceHead() {}

  static void logProbs(Tensor logits, Tensor targets, Tensor logProbs, Tensor logSumExp) {
    Precision precision = Precision.of(logProbs);
    for (int token = 0; token < Rows.count(logits); token++) {
      double[] row = Rows.read(logits, token);
      double[] exponentials = new double[row.length];
      double max = Precision.max(row);
      for (int v = 0; v < row.length; v++) {
        exponentials[v] = precision.exp(precision.round(row[v] - max));
      }
      double log = precision.log(precision.sum(exponentials));
      double total = precision.round(max + log);
      int target = targets.getInt(0, token);
      logSumExp.set(0, token, total);
      logProbs.set(0, token, target < 0 ? 0 : precision.round(row[target] - total));
    }
  }

  static void logProbsGradient(Tensor dLogProbs, Tensor targets, Tensor logSumExp, Tensor logits) {
    Precision precision = Precision.of(logits);
    for (int token = 0; token < Rows.count(logits); token++) {
      int target = targets.getInt(0, token);
      double d = dLogProbs.get(0, token);
      for (int v = 0; v < logits.shape().columns(); v++) {
        double difference = precision.round(logits.get(token, v) - logSumExp.get(0, token));
        double slope = precision.round((v == target ? 1 : 0) - precision.exp(difference));
        logits.set(token, v, target < 0 ? 0 : precision.round(d * slope));
      }
    }
  }

  static void adamW(
      Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment, AdamWRule rule) {
    Precision precision = Precision.of(parameter);
    double kept = precision.round(1 - rule.rate() * rule.decay());
    double rate = precision.round(rule.rate() / (1 - StrictMath.pow(rule.beta1(), rule.step())));
    double root = precision.round(Math.sqrt(1 - StrictMath.pow(rule.beta2(), rule.step())));
    double scale = precision.round(rule.gradientScale());
    double epsilon = precision.round(rule.epsilon());
    for (int row = 0; row < Rows.count(parameter); row++) {
      double[] p = Rows.read(parameter, row);
      double[] m = Rows.read(firstMoment, row);
      double[] v = Rows.read(secondMoment, row);
      for (int c = 0; c < p.length; c++) {
        double g = precision.round(gradient.get(row, c) * scale);
        m[c] = mixed(precision, rule.beta1(), m[c], g);
        v[c] = mixed(precision, rule.beta2(), v[c], precision.round(g * g));
        double deviation = precision.round(precision.round(Math.sqrt(v[c])) / root);
        double direction = precision.round(m[c] / precision.round(deviation + epsilon));
        p[c] = precision.fma(-rate, direction, precision.round(p[c] * kept));
      }
      Rows.write(parameter, row, p);
      Rows.write(firstMoment, row, m);
      Rows.write(secondMoment, row, v);
    }
  }

  /// `beta · old + (1 - beta) · now`.
  private static double mixed(Precision precision, double beta, double old, double now) {
    double fresh = precision.round(precision.round(1 - beta) * now);
    return precision.fma(precision.round(beta), old, fresh);
  }
}
