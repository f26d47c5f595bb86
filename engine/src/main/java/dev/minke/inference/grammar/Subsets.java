package dev.minke.inference.grammar;

import dev.minke.tokenizer.IntList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Makes an automaton deterministic: a state is the set of places where the nondeterministic one
/// may be (Rabin and Scott 1959).
///
/// Expressions of exponential kind have exponentially many such sets; the [Budget] ends that.
final class Subsets {
  /// What a state costs beside its places.
  private static final int WORK_A_STATE = 20;

  private final Nfa nfa;
  private final int end;
  private final Budget budget;
  private final Map<Key, Integer> known = new HashMap<>();
  private final List<int[]> subsets = new ArrayList<>();

  /// The last closure that visited a place.
  private final int[] visits;

  private int visit;

  private Subsets(Nfa nfa, int end, Budget budget) {
    this.nfa = nfa;
    this.end = end;
    this.budget = budget;
    visits = new int[nfa.states()];
  }

  /// @param start where the automaton begins
  /// @param end the one place where it accepts
  static Dfa of(Nfa nfa, int start, int end, Budget budget) {
    return new Subsets(nfa, end, budget).build(start);
  }

  private record Key(int[] places) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && Arrays.equals(places, key.places);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(places);
    }
  }

  private Dfa build(int start) {
    IntList begin = new IntList();
    begin.add(start);
    number(begin);
    Dfa.Builder builder = new Dfa.Builder();
    for (int state = 0; state < subsets.size(); state++) {
      int[] places = subsets.get(state);
      builder.beginState(Arrays.binarySearch(places, end) >= 0);
      addEdges(places, builder);
      addCalls(places, builder);
    }
    return builder.build();
  }

  /// The number of the state of all places that can be reached from these by nothing.
  private int number(IntList places) {
    visit++;
    IntList open = new IntList(places.size());
    for (int i = 0; i < places.size(); i++) {
      reach(places.get(i), open);
    }
    IntList kept = new IntList();
    for (int i = 0; i < open.size(); i++) {
      int place = open.get(i);
      boolean isKept = place == end;
      for (int edge = nfa.firstEdge(place); edge >= 0; edge = nfa.nextEdge(edge)) {
        if (nfa.low(edge) == Nfa.NOTHING) {
          reach(nfa.target(edge), open);
        } else {
          isKept = true;
        }
      }
      if (isKept) {
        kept.add(place);
      }
    }
    budget.spendWork(open.size());
    int[] sorted = kept.toArray();
    Arrays.sort(sorted);
    return known.computeIfAbsent(
        new Key(sorted),
        key -> {
          budget.spendStates(1);
          budget.spendWork(WORK_A_STATE + sorted.length);
          subsets.add(sorted);
          return subsets.size() - 1;
        });
  }

  private void reach(int place, IntList open) {
    if (visits[place] != visit) {
      visits[place] = visit;
      open.add(place);
    }
  }

  private void addEdges(int[] places, Dfa.Builder builder) {
    IntList edges = new IntList();
    boolean[] begins = new boolean[257];
    for (int place : places) {
      for (int edge = nfa.firstEdge(place); edge >= 0; edge = nfa.nextEdge(edge)) {
        if (nfa.low(edge) >= 0) {
          edges.add(edge);
          begins[nfa.low(edge)] = true;
          begins[nfa.high(edge) + 1] = true;
        }
      }
    }
    int low = 0;
    int previousTarget = -1;
    int previousLow = 0;
    for (int value = 1; value <= 256 && edges.size() > 0; value++) {
      if (!begins[value] && value < 256) {
        continue;
      }
      int target = target(edges, low);
      if (target != previousTarget) {
        if (previousTarget >= 0) {
          builder.addEdge(previousLow, low - 1, previousTarget);
        }
        previousTarget = target;
        previousLow = low;
      }
      low = value;
    }
    if (previousTarget >= 0) {
      builder.addEdge(previousLow, 255, previousTarget);
    }
  }

  /// The state after a byte, or -1.
  private int target(IntList edges, int value) {
    IntList targets = new IntList();
    budget.spendWork(edges.size());
    for (int i = 0; i < edges.size(); i++) {
      int edge = edges.get(i);
      if (nfa.low(edge) <= value && value <= nfa.high(edge)) {
        targets.add(nfa.target(edge));
      }
    }
    return targets.size() == 0 ? -1 : number(targets);
  }

  private void addCalls(int[] places, Dfa.Builder builder) {
    Map<Rule, IntList> targets = new LinkedHashMap<>();
    for (int place : places) {
      for (int edge = nfa.firstEdge(place); edge >= 0; edge = nfa.nextEdge(edge)) {
        if (nfa.low(edge) == Nfa.CALL) {
          targets.computeIfAbsent(nfa.callee(edge), rule -> new IntList()).add(nfa.target(edge));
        }
      }
    }
    targets.forEach((rule, after) -> builder.addCall(rule, number(after)));
  }
}
