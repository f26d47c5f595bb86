package dev.minke.inference.grammar;

import dev.minke.tokenizer.IntList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// A deterministic automaton on bytes, whose states may call rules as well. State 0 is the start.
///
/// Deterministic in its bytes alone: a state may have an edge for a byte and a call that begins
/// with it; the machine follows both. Immutable once built.
final class Dfa {
  private final int[] firstEdge;
  private final int[] edges;
  private final int[] targets;
  private final int[] firstCall;
  private final List<Rule> callees;
  private final int[] callTargets;
  private final BitSet finals;

  private Dfa(Builder builder) {
    firstEdge = builder.firstEdge.toArray();
    edges = builder.edges.toArray();
    targets = builder.targets.toArray();
    firstCall = builder.firstCall.toArray();
    callees = List.copyOf(builder.callees);
    callTargets = builder.callTargets.toArray();
    finals = (BitSet) builder.finals.clone();
  }

  int states() {
    return firstEdge.length - 1;
  }

  /// Edges are numbered; those of a state are this one and those before the next state's first.
  int firstEdge(int state) {
    return firstEdge[state];
  }

  int edges() {
    return edges.length;
  }

  int low(int edge) {
    return edges[edge] >>> 8;
  }

  int high(int edge) {
    return edges[edge] & 0xFF;
  }

  int target(int edge) {
    return targets[edge];
  }

  int firstCall(int state) {
    return firstCall[state];
  }

  int calls() {
    return callTargets.length;
  }

  Rule callee(int call) {
    return callees.get(call);
  }

  int callTarget(int call) {
    return callTargets[call];
  }

  boolean isFinal(int state) {
    return finals.get(state);
  }

  /// The state after a byte, or -1.
  int next(int state, int value) {
    for (int edge = firstEdge[state]; edge < firstEdge[state + 1]; edge++) {
      if (value <= high(edge)) {
        return value >= low(edge) ? targets[edge] : -1;
      }
    }
    return -1;
  }

  /// Whether it accepts these bytes; for automata without calls.
  boolean accepts(byte[] text) {
    int state = 0;
    for (byte value : text) {
      state = next(state, value & 0xFF);
      if (state < 0) {
        return false;
      }
    }
    return isFinal(state);
  }

  /// Whether it accepts anything at all; calls count as satisfiable.
  boolean acceptsSomething() {
    BitSet reached = new BitSet();
    IntList open = new IntList();
    open.add(0);
    reached.set(0);
    for (int i = 0; i < open.size(); i++) {
      int state = open.get(i);
      if (isFinal(state)) {
        return true;
      }
      int[] next = Arrays.copyOfRange(targets, firstEdge[state], firstEdge[state + 1]);
      int[] afterCalls = Arrays.copyOfRange(callTargets, firstCall[state], firstCall[state + 1]);
      for (int[] some : new int[][] {next, afterCalls}) {
        for (int target : some) {
          if (!reached.get(target)) {
            reached.set(target);
            open.add(target);
          }
        }
      }
    }
    return false;
  }

  /// Builds an automaton state by state, in their order. Mutable.
  static final class Builder {
    private final IntList firstEdge = new IntList();
    private final IntList edges = new IntList();
    private final IntList targets = new IntList();
    private final IntList firstCall = new IntList();
    private final List<Rule> callees = new ArrayList<>();
    private final IntList callTargets = new IntList();
    private final BitSet finals = new BitSet();
    private int states;

    /// Begins the next state.
    void beginState(boolean isFinal) {
      firstEdge.add(edges.size());
      firstCall.add(callTargets.size());
      finals.set(states++, isFinal);
    }

    /// An edge of the state; ranges of one state ascend and do not overlap.
    void addEdge(int low, int high, int target) {
      edges.add(low << 8 | high);
      targets.add(target);
    }

    void addCall(Rule rule, int target) {
      callees.add(rule);
      callTargets.add(target);
    }

    Dfa build() {
      firstEdge.add(edges.size());
      firstCall.add(callTargets.size());
      return new Dfa(this);
    }
  }
}
