package dev.minke.inference.grammar;

import dev.minke.tokenizer.IntList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// Works out, for each state, the ways to begin: the states with edges that are reached by calls
/// alone, and what those push. Rules come after those that they begin with; one that calls itself
/// before it has taken a byte would be looked through without end, and is refused.
final class Beginnings {
  private static final Machine.Entry[] NO_ENTRIES = {};
  private static final Machine.Entry[] UNKNOWN = {};
  private static final int[] NO_PUSHES = {};

  /// All ways to begin of all states together: alternatives of alternatives multiply.
  private static final int MOST_ENTRIES = 200_000;

  private static final int MOST_NESTED = 1000;

  private final RuleTables tables;
  private final Budget budget;
  private final Machine.Entry[][] entries;
  private final BitSet open = new BitSet();
  private final List<String> path = new ArrayList<>();
  private int entriesInAll;

  private Beginnings(RuleTables tables, Budget budget) {
    this.tables = tables;
    this.budget = budget;
    entries = new Machine.Entry[tables.states()][];
    Arrays.fill(entries, UNKNOWN);
  }

  /// @return by state
  static Machine.Entry[][] of(RuleTables tables, Budget budget) {
    Beginnings beginnings = new Beginnings(tables, budget);
    for (Rule rule : tables.rules()) {
      beginnings.visit(rule, tables.start(rule));
    }
    for (int state = 0; state < tables.states(); state++) {
      if (beginnings.entries[state] == UNKNOWN) {
        beginnings.entries[state] = beginnings.waysToBegin(state);
      }
    }
    return beginnings.entries;
  }

  private void visit(Rule rule, int start) {
    if (entries[start] != UNKNOWN) {
      return;
    }
    path.add(rule.name());
    if (open.get(start)) {
      throw new GrammarException(
          "rule %s: expected a rule that begins with something else than itself, found %s; write the repetition as * or to its right"
              .formatted(rule.name(), String.join(" → ", path)));
    }
    if (path.size() > MOST_NESTED) {
      throw new GrammarException(
          "rule %s: expected at most %,d rules that begin with one another, found more"
              .formatted(rule.name(), MOST_NESTED));
    }
    open.set(start);
    IntList reached = reachedByNothing(start);
    for (int i = 0; i < reached.size(); i++) {
      int state = reached.get(i);
      for (int call = tables.firstCall(state); call < tables.firstCall(state + 1); call++) {
        visit(tables.calledRule(call), tables.callee(call));
      }
    }
    entries[start] = waysToBegin(start);
    open.clear(start);
    path.removeLast();
  }

  /// A state, and those that are reached from it by calls of rules that may be empty.
  private IntList reachedByNothing(int state) {
    IntList reached = new IntList();
    reached.add(state);
    for (int i = 0; i < reached.size(); i++) {
      int from = reached.get(i);
      for (int call = tables.firstCall(from); call < tables.firstCall(from + 1); call++) {
        int target = tables.callTarget(call);
        if (tables.isFinal(tables.callee(call)) && !contains(reached, target)) {
          reached.add(target);
        }
      }
    }
    budget.spendWork(reached.size());
    return reached;
  }

  private boolean contains(IntList list, int value) {
    budget.spendWork(list.size());
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i) == value) {
        return true;
      }
    }
    return false;
  }

  /// The entries of a state whose callees' are known.
  private Machine.Entry[] waysToBegin(int begin) {
    List<Machine.Entry> found = new ArrayList<>();
    IntList reached = reachedByNothing(begin);
    for (int i = 0; i < reached.size(); i++) {
      int state = reached.get(i);
      if (tables.firstEdge(state) < tables.firstEdge(state + 1)) {
        found.add(new Machine.Entry(state, NO_PUSHES));
      }
      for (int call = tables.firstCall(state); call < tables.firstCall(state + 1); call++) {
        addWaysThrough(call, found);
      }
    }
    entriesInAll += found.size();
    return found.isEmpty() ? NO_ENTRIES : found.toArray(NO_ENTRIES);
  }

  private void addWaysThrough(int call, List<Machine.Entry> found) {
    int target = tables.callTarget(call);
    for (Machine.Entry inner : entries[tables.callee(call)]) {
      // After the call there is only a return: the callee returns there itself.
      found.add(
          tables.isOver(target)
              ? inner
              : new Machine.Entry(inner.state(), withFirst(target, inner.pushes())));
    }
    if (entriesInAll + found.size() > MOST_ENTRIES) {
      throw new GrammarException(
          "rule %s: expected at most %,d ways to begin in all rules, found more; let alternatives begin with different text"
              .formatted(tables.calledRule(call).name(), MOST_ENTRIES));
    }
  }

  private static int[] withFirst(int first, int[] rest) {
    int[] all = new int[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }
}
