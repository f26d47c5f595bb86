package dev.minke.inference.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Two automata without calls, run side by side: what both accept, or the left and not the right.
final class Product {
  private static final int DEAD = -1;

  private final Dfa left;
  private final Dfa right;
  private final boolean rightMustAccept;
  private final Budget budget;
  private final Map<Long, Integer> known = new HashMap<>();
  private final List<Long> pairs = new ArrayList<>();

  private Product(Dfa left, Dfa right, boolean rightMustAccept, Budget budget) {
    this.left = left;
    this.right = right;
    this.rightMustAccept = rightMustAccept;
    this.budget = budget;
  }

  static Dfa both(Dfa left, Dfa right, Budget budget) {
    return new Product(left, right, true, budget).build();
  }

  static Dfa except(Dfa left, Dfa right, Budget budget) {
    return new Product(left, right, false, budget).build();
  }

  private Dfa build() {
    number(0, 0);
    Dfa.Builder builder = new Dfa.Builder();
    for (int state = 0; state < pairs.size(); state++) {
      int first = (int) (pairs.get(state) >>> 32);
      int second = (int) (long) pairs.get(state);
      boolean rightAccepts = second != DEAD && right.isFinal(second);
      builder.beginState(left.isFinal(first) && rightAccepts == rightMustAccept);
      for (int edge = left.firstEdge(first); edge < left.firstEdge(first + 1); edge++) {
        addEdges(left.low(edge), left.high(edge), left.target(edge), second, builder);
      }
    }
    return builder.build();
  }

  /// Splits an edge of the left where the right has others.
  private void addEdges(int low, int high, int target, int second, Dfa.Builder builder) {
    int from = low;
    while (from <= high) {
      budget.spendWork(1);
      int to = high;
      int other = DEAD;
      if (second != DEAD) {
        for (int edge = right.firstEdge(second); edge < right.firstEdge(second + 1); edge++) {
          if (right.high(edge) >= from) {
            boolean isInside = right.low(edge) <= from;
            to = Math.min(high, isInside ? right.high(edge) : right.low(edge) - 1);
            other = isInside ? right.target(edge) : DEAD;
            break;
          }
        }
      }
      if (other != DEAD || !rightMustAccept) {
        builder.addEdge(from, to, number(target, other));
      }
      from = to + 1;
    }
  }

  private int number(int first, int second) {
    long pair = (long) first << 32 | second & 0xFFFFFFFFL;
    return known.computeIfAbsent(
        pair,
        unknown -> {
          budget.spendStates(1);
          pairs.add(unknown);
          return pairs.size() - 1;
        });
  }
}
