package dev.minke.kernel.reference;

import dev.minke.kernel.KvView;
import dev.minke.tensor.Tensor;
import java.util.Arrays;

/// Causal attention and its gradients.
final class ReferenceAttention {
  private ReferenceAttention() {}

  /// Keys and values of one sequence for one key head, by position.
  private record Seen(double[][] keys, double[][] values) {
    static Seen of(KvView view, KvView.Sequence sequence, int kvHead) {
      double[][] keys = new double[sequence.length()][];
      double[][] values = new double[sequence.length()][];
      for (int position = 0; position < keys.length; position++) {
        long row = row(sequence, position);
        switch (view.source()) {
          case KvView.Source.Tensors source -> {
            long head = row * source.kvHeads() + kvHead;
            keys[position] = Rows.read(source.keys(), head);
            values[position] = Rows.read(source.values(), head);
          }
          case KvView.Source.Latents source -> {
            keys[position] = ReferenceRows.decoded(source.rows(), row);
            values[position] = Arrays.copyOf(keys[position], source.valueDim());
          }
        }
      }
      return new Seen(keys, values);
    }
  }

  private static long row(KvView.Sequence sequence, int position) {
    return sequence.location().rowOfTile(position / KvView.TILE) + position % KvView.TILE;
  }

  static void attention(Tensor query, KvView view, float scale, Tensor out, Tensor logSumExp) {
    int heads = query.size(1);
    for (KvView.Sequence sequence : view.sequences()) {
      for (int head = 0; head < heads; head++) {
        Seen seen = Seen.of(view, sequence, head * view.source().kvHeads() / heads);
        for (int i = 0; i < sequence.queries(); i++) {
          int token = sequence.firstQuery() + i;
          double[] q = Rows.read(query, (long) token * heads + head);
          double[] result = new double[out.shape().columns()];
          int visible = sequence.firstPosition() + i + 1;
          logSumExp.set(token, head, attend(Precision.of(out), q, seen, visible, scale, result));
          Rows.write(out, (long) token * heads + head, result);
        }
      }
    }
  }

  /// Attends to the first positions; returns the log of the sum of exponentials.
  private static double attend(
      Precision precision, double[] query, Seen seen, int visible, float scale, double[] out) {
    double max = Double.NEGATIVE_INFINITY;
    double sum = 0;
    for (int from = 0; from < visible; from += KvView.TILE) {
      double[] weights = new double[Math.min(KvView.TILE, visible - from)];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = score(precision, query, seen.keys[from + i], scale);
      }
      double newMax = Math.max(max, Precision.max(weights));
      for (int i = 0; i < weights.length; i++) {
        weights[i] = precision.exp(precision.round(weights[i] - newMax));
      }
      if (newMax > max) {
        double shrink = precision.exp(precision.round(max - newMax));
        sum = precision.round(sum * shrink);
        for (int c = 0; c < out.length; c++) {
          out[c] = precision.round(out[c] * shrink);
        }
        max = newMax;
      }
      sum = precision.round(sum + precision.sum(weights));
      for (int i = 0; i < weights.length; i++) {
        precision.addScaled(weights[i], seen.values[from + i], out);
      }
    }
    for (int c = 0; c < out.length; c++) {
      out[c] = precision.round(out[c] / sum);
    }
    return precision.round(max + precision.log(sum));
  }

  private static double score(Precision precision, double[] query, double[] key, float scale) {
    return precision.round(precision.chain(0, query, key) * scale);
  }

  /// What [#attention] was given and gave.
  record Forward(Tensor query, KvView view, float scale, Tensor out, Tensor logSumExp) {}

  /// Zeros where whole sequences have their queries and positions.
  static void clear(KvView view, Tensor dQuery, Tensor dKeys, Tensor dValues) {
    for (KvView.Sequence sequence : view.sequences()) {
      for (int position = 0; position < sequence.length(); position++) {
        clear(dQuery, sequence.firstQuery() + position);
        clear(dKeys, row(sequence, position));
        clear(dValues, row(sequence, position));
      }
    }
  }

  private static void clear(Tensor x, long entry) {
    int heads = x.size(1);
    for (int head = 0; head < heads; head++) {
      Rows.write(x, entry * heads + head, new double[x.shape().columns()]);
    }
  }

  static void attentionGradient(
      Tensor dOut, Forward forward, Tensor dQuery, Tensor dKeys, Tensor dValues) {
    int heads = forward.query.size(1);
    int kvHeads = forward.view.source().kvHeads();
    for (KvView.Sequence sequence : forward.view.sequences()) {
      for (int head = 0; head < heads; head++) {
        int kvHead = head * kvHeads / heads;
        Seen seen = Seen.of(forward.view, sequence, kvHead);
        Seen sums = Seen.of(new KvView(dKeys, dValues, forward.view.sequences()), sequence, kvHead);
        for (int position = 0; position < sequence.length(); position++) {
          long row = (long) (sequence.firstQuery() + position) * heads + head;
          double[] dq = queryGradient(dOut, forward, seen, position, row, sums);
          Rows.add(dQuery, row, dq);
        }
        for (int position = 0; position < sequence.length(); position++) {
          long row = row(sequence, position) * kvHeads + kvHead;
          Rows.write(dKeys, row, sums.keys[position]);
          Rows.write(dValues, row, sums.values[position]);
        }
      }
    }
  }

  /// Adds what one query does to keys and values, and returns the gradient of the query.
  ///
  /// With w the weights, `dw_j = dOut · v_j` and `D = dOut · out`: the gradient of score j is `w_j
  /// (dw_j - D)`.
  private static double[] queryGradient(
      Tensor dOut, Forward forward, Seen seen, int position, long row, Seen sums) {
    Precision precision = Precision.of(dOut);
    double[] query = Rows.read(forward.query, row);
    double[] d = Rows.read(dOut, row);
    double[] dq = new double[query.length];
    int heads = forward.query.size(1);
    double logSumExp = forward.logSumExp.get(row / heads, (int) (row % heads));
    double total = precision.dot(d, Rows.read(forward.out, row));
    for (int j = 0; j <= position; j++) {
      double score = score(precision, query, seen.keys[j], forward.scale);
      double weight = precision.exp(precision.round(score - logSumExp));
      double dWeight = precision.chain(0, d, seen.values[j]);
      double dScore = precision.round(weight * precision.round(dWeight - total));
      double scaled = precision.round(dScore * forward.scale);
      precision.addScaled(scaled, seen.keys[j], dq);
      precision.addScaled(scaled, query, sums.keys[j]);
      precision.addScaled(weight, d, sums.values[j]);
    }
    return dq;
  }
}
