package dev.minke.inference.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A nondeterministic automaton of one rule: edges of bytes, of nothing, and of calls of other
/// rules.
///
/// Mutable while it is built. Edges of a state are a linked list through arrays.
final class Nfa {
  static final int NOTHING = -1;
  static final int CALL = -2;

  private int states;
  private int edges;
  private int[] firstEdge = new int[16];
  private int[] nextEdge = new int[16];
  private int[] low = new int[16];
  private int[] high = new int[16];
  private int[] target = new int[16];
  private final List<Rule> callees = new ArrayList<>();
  private final Budget budget;

  Nfa(Budget budget) {
    this.budget = budget;
  }

  int states() {
    return states;
  }

  int addState() {
    budget.spendWork(1);
    if (states == firstEdge.length) {
      firstEdge = Arrays.copyOf(firstEdge, 2 * states);
    }
    firstEdge[states] = -1;
    return states++;
  }

  /// Bytes of a range, both ends included.
  void addBytes(int from, int lowest, int highest, int to) {
    add(from, lowest, highest, to);
  }

  void addNothing(int from, int to) {
    add(from, NOTHING, 0, to);
  }

  void addCall(int from, Rule rule, int to) {
    callees.add(rule);
    add(from, CALL, callees.size() - 1, to);
  }

  private void add(int from, int lowest, int highest, int to) {
    budget.spendWork(1);
    if (edges == nextEdge.length) {
      nextEdge = Arrays.copyOf(nextEdge, 2 * edges);
      low = Arrays.copyOf(low, 2 * edges);
      high = Arrays.copyOf(high, 2 * edges);
      target = Arrays.copyOf(target, 2 * edges);
    }
    nextEdge[edges] = firstEdge[from];
    low[edges] = lowest;
    high[edges] = highest;
    target[edges] = to;
    firstEdge[from] = edges++;
  }

  /// The first edge of a state, or -1.
  int firstEdge(int state) {
    return firstEdge[state];
  }

  /// The edge after this one, or -1.
  int nextEdge(int edge) {
    return nextEdge[edge];
  }

  /// The lowest byte of an edge, or what it is instead.
  int low(int edge) {
    return low[edge];
  }

  int high(int edge) {
    return high[edge];
  }

  int target(int edge) {
    return target[edge];
  }

  Rule callee(int edge) {
    return callees.get(high[edge]);
  }
}
