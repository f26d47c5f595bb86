package dev.minke.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Counts of n-grams as Kneser-Ney smoothing wants them. Mutable; insertion order is kept, so that
/// sums over the counts have one order.
final class GramCounts {
  /// Index `n - 1` holds the n-grams.
  private final List<Map<Gram, Integer>> counts = new ArrayList<>();

  GramCounts(int order) {
    for (int n = 0; n < order; n++) {
      counts.add(new LinkedHashMap<>());
    }
  }

  /// Counts a document: occurrences at the highest order, and at lower orders only those at its
  /// start.
  void add(int[] document) {
    int order = counts.size();
    for (int end = 1; end <= document.length; end++) {
      int length = Math.min(order, end);
      counts.get(length - 1).merge(Gram.of(document, end - length, length), 1, Integer::sum);
    }
  }

  /// Counts by order: each different n-gram adds one to the (n-1)-gram that it ends with.
  List<Map<Gram, Integer>> byOrder() {
    for (int n = counts.size() - 1; n > 0; n--) {
      Map<Gram, Integer> shorter = counts.get(n - 1);
      for (Gram gram : counts.get(n).keySet()) {
        shorter.merge(gram.tail(), 1, Integer::sum);
      }
    }
    return List.copyOf(counts);
  }
}
