package dev.minke.eval;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Interpolated modified Kneser-Ney smoothing: the probability of a token given the tokens before
/// it, by counting n-grams (Chen and Goodman 1998, TR-10-98 §3).
///
/// ```text
/// p_n(w | h) = max(c(h w) - D(c(h w)), 0) / c(h .) + (D1 N1(h) + D2 N2(h) + D3 N3(h)) / c(h .) * p_(n-1)(w | h')
/// ```
///
/// where `h'` drops the oldest token of `h`, `Nk(h)` is how many tokens followed `h` exactly k
/// times (three stands for three and more), and `c` is how often an n-gram occurs at the highest
/// order and, below it, how many different tokens stand before it. An n-gram at the start of a
/// document has nothing before it and keeps its own count. Below one token stands the uniform
/// distribution. The discounts of each order come from its counts of counts; where those are too
/// few to estimate one, it is 0.75.
///
/// Deterministic: equal documents in equal order give equal bits. Immutable after training.
public final class KneserNey {
  private static final double DEFAULT_DISCOUNT = 0.75;

  private final int vocab;

  /// Index `n` holds the contexts of `n` tokens.
  private final List<Map<Gram, Context>> contexts;

  /// Index `n` holds the discounts of counts 1, 2 and 3 or more after contexts of `n` tokens.
  private final List<double[]> discounts;

  private KneserNey(int vocab, List<Map<Gram, Context>> contexts, List<double[]> discounts) {
    this.vocab = vocab;
    this.contexts = contexts;
    this.discounts = discounts;
  }

  /// Counts the n-grams of documents. No n-gram crosses from one document into the next.
  ///
  /// @param documents token ids
  /// @param vocab ids are below
  /// @param order length of the longest n-gram: 5 for a 5-gram model
  public static KneserNey train(List<int[]> documents, int vocab, int order) {
    if (order < 1 || vocab < 1) {
      throw new IllegalArgumentException(
          "n-gram model: expected order and vocabulary of 1 or more, found %d and %d"
              .formatted(order, vocab));
    }
    GramCounts counts = new GramCounts(order);
    for (int[] document : documents) {
      for (int token : document) {
        if (token < 0 || token >= vocab) {
          throw new IllegalArgumentException(
              "n-gram model: expected tokens from 0 to %d, found %d".formatted(vocab - 1, token));
        }
      }
      counts.add(document);
    }
    List<Map<Gram, Integer>> byOrder = counts.byOrder();
    return new KneserNey(
        vocab,
        byOrder.stream().map(KneserNey::group).toList(),
        byOrder.stream().map(KneserNey::estimate).toList());
  }

  /// Probability of each token after a history.
  ///
  /// @param history tokens of the document so far; only the last `order - 1` matter
  /// @return `[vocab]`, adds up to 1
  public double[] distribution(int[] history) {
    double[] probabilities = new double[vocab];
    Arrays.fill(probabilities, 1.0 / vocab);
    for (int length = 0; length < contexts.size() && length <= history.length; length++) {
      Gram gram = Gram.of(history, history.length - length, length);
      Context context = contexts.get(length).get(gram);
      if (context == null) {
        return probabilities;
      }
      context.interpolate(probabilities, discounts.get(length));
    }
    return probabilities;
  }

  /// The most probable token after a history; the lowest id among equals.
  public int predict(int[] history) {
    double[] probabilities = distribution(history);
    int best = 0;
    for (int token = 1; token < vocab; token++) {
      if (probabilities[token] > probabilities[best]) {
        best = token;
      }
    }
    return best;
  }

  private static Map<Gram, Context> group(Map<Gram, Integer> counts) {
    Map<Gram, Context> grouped = new HashMap<>();
    counts.forEach((gram, count) ->
        grouped.computeIfAbsent(gram.context(), context -> new Context()).add(gram, count));
    return grouped;
  }

  /// Chen and Goodman's estimate: `Y = n1 / (n1 + 2 n2)`, `Dk = k - (k + 1) Y n(k+1) / nk`.
  private static double[] estimate(Map<Gram, Integer> counts) {
    long[] countsOfCounts = new long[5];
    for (int count : counts.values()) {
      if (count < countsOfCounts.length) {
        countsOfCounts[count]++;
      }
    }
    double scale =
        (double) countsOfCounts[1] / Math.max(1, countsOfCounts[1] + 2 * countsOfCounts[2]);
    double[] discounts = new double[3];
    for (int k = 1; k <= 3; k++) {
      double found = k - (k + 1) * scale * countsOfCounts[k + 1] / countsOfCounts[k];
      discounts[k - 1] = found > 0 && found < k ? found : DEFAULT_DISCOUNT;
    }
    return discounts;
  }

  /// What followed a context. Mutable while it is filled.
  private static final class Context {
    private final Map<Integer, Integer> followers = new LinkedHashMap<>();
    private final int[] tally = new int[3];
    private long total;

    void add(Gram gram, int count) {
      followers.put(gram.last(), count);
      tally[Math.min(count, 3) - 1]++;
      total += count;
    }

    /// Replaces the distribution of the shorter context by the one of this context.
    void interpolate(double[] probabilities, double[] discounts) {
      double kept = 0;
      for (int k = 0; k < tally.length; k++) {
        kept += discounts[k] * tally[k];
      }
      double share = kept / total;
      for (int token = 0; token < probabilities.length; token++) {
        probabilities[token] *= share;
      }
      followers.forEach((token, count) ->
          probabilities[token] += (count - discounts[Math.min(count, 3) - 1]) / total);
    }
  }
}
