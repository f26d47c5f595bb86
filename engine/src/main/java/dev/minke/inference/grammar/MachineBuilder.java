package dev.minke.inference.grammar;

import dev.minke.tokenizer.IntList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Joins the automata of all rules to one machine, without what leads nowhere.
///
/// Mutable; makes one machine.
final class MachineBuilder {
  private static final Machine.Entry[] NO_ENTRIES = {};
  private static final Machine.Entry[] UNKNOWN = {};
  private static final int[] NO_PUSHES = {};

  /// All ways to begin of all states together: alternatives of alternatives multiply.
  private static final int MOST_ENTRIES = 200_000;

  private final Budget budget = new Budget();
  private final Fragments fragments = new Fragments(budget);
  private final Map<Rule, Dfa> automata = new LinkedHashMap<>();
  private final Map<Rule, Integer> starts = new HashMap<>();
  private final List<Rule> rules = new ArrayList<>();

  private int[] firstEdge = {};
  private int[] edges = {};
  private int[] targets = {};
  private int[] firstCall = {};
  private int[] callees = {};
  private int[] callTargets = {};
  private final List<Rule> calledRules = new ArrayList<>();

  private final BitSet finals = new BitSet();
  private final BitSet live = new BitSet();
  private final BitSet takesBytes = new BitSet();
  private final BitSet over = new BitSet();

  /// By state; [#UNKNOWN] until they are worked out.
  private Machine.Entry[][] entries = {};

  private int entriesInAll;

  MachineParts build(Rule root) {
    compile(root);
    join();
    markLive();
    int start = starts.getOrDefault(root, 0);
    if (!live.get(start)) {
      throw new GrammarException(
          "expected a grammar that some text satisfies, found that none does");
    }
    removeDead();
    markEnds();
    entries = new Machine.Entry[states()][];
    Arrays.fill(entries, UNKNOWN);
    new Beginnings().workOut();
    for (int state = 0; state < states(); state++) {
      if (entries[state] == UNKNOWN) {
        entries[state] = waysToBegin(state);
      }
    }
    return new MachineParts(
        start, firstEdge, edges, targets, finals, over, entries, plainRuns(), classes());
  }

  private int states() {
    return firstEdge.length - 1;
  }

  private void compile(Rule root) {
    automata.put(root, fragments.of(root));
    rules.add(root);
    for (int i = 0; i < rules.size(); i++) {
      Dfa automaton = known(rules.get(i));
      for (int call = 0; call < automaton.calls(); call++) {
        Rule callee = automaton.callee(call);
        if (!automata.containsKey(callee)) {
          automata.put(callee, fragments.of(callee));
          rules.add(callee);
        }
      }
    }
  }

  private Dfa known(Rule rule) {
    Dfa automaton = automata.get(rule);
    if (automaton == null) {
      throw new IllegalStateException("rule " + rule.name() + " is not compiled");
    }
    return automaton;
  }

  /// Numbers the states of all automata through.
  private void join() {
    int next = 1;
    for (Rule rule : rules) {
      starts.put(rule, next);
      next += known(rule).states();
    }
    IntList edgeStarts = new IntList(next + 1);
    IntList callStarts = new IntList(next + 1);
    IntList allEdges = new IntList(next);
    IntList allTargets = new IntList(next);
    IntList allCallees = new IntList();
    IntList allCallTargets = new IntList();
    edgeStarts.add(0);
    callStarts.add(0);
    for (Rule rule : rules) {
      Dfa automaton = known(rule);
      int offset = starts.getOrDefault(rule, 0);
      for (int state = 0; state < automaton.states(); state++) {
        edgeStarts.add(allEdges.size());
        callStarts.add(allCallees.size());
        finals.set(offset + state, automaton.isFinal(state));
        for (int edge = automaton.firstEdge(state); edge < automaton.firstEdge(state + 1); edge++) {
          allEdges.add(automaton.low(edge) << 8 | automaton.high(edge));
          allTargets.add(offset + automaton.target(edge));
        }
        for (int call = automaton.firstCall(state); call < automaton.firstCall(state + 1); call++) {
          Rule callee = automaton.callee(call);
          allCallees.add(starts.getOrDefault(callee, 0));
          allCallTargets.add(offset + automaton.callTarget(call));
          calledRules.add(callee);
        }
      }
    }
    edgeStarts.add(allEdges.size());
    callStarts.add(allCallees.size());
    firstEdge = edgeStarts.toArray();
    edges = allEdges.toArray();
    targets = allTargets.toArray();
    firstCall = callStarts.toArray();
    callees = allCallees.toArray();
    callTargets = allCallTargets.toArray();
  }

  /// Finds the states from which some text leads to the end of their rule.
  private void markLive() {
    Predecessors before = new Predecessors();
    IntList open = new IntList();
    for (int state = finals.nextSetBit(0); state >= 0; state = finals.nextSetBit(state + 1)) {
      live.set(state);
      open.add(state);
    }
    for (int i = 0; i < open.size(); i++) {
      for (int link = before.first(open.get(i)); link >= 0; link = before.next(link)) {
        int state = before.state(link);
        int call = before.call(link);
        boolean leads = call < 0 || (live.get(callees[call]) && live.get(callTargets[call]));
        if (leads && !live.get(state)) {
          live.set(state);
          open.add(state);
        }
      }
    }
  }

  /// From states back to those with an edge or a call to them, as linked lists.
  private final class Predecessors {
    private final int[] first = new int[states()];
    private final int[] next = new int[edges.length + 2 * callees.length];
    private final int[] from = new int[next.length];
    private final int[] calls = new int[next.length];
    private int size;

    Predecessors() {
      Arrays.fill(first, -1);
      for (int state = 0; state < states(); state++) {
        for (int edge = firstEdge[state]; edge < firstEdge[state + 1]; edge++) {
          add(targets[edge], state, -1);
        }
        for (int call = firstCall[state]; call < firstCall[state + 1]; call++) {
          add(callees[call], state, call);
          add(callTargets[call], state, call);
        }
      }
    }

    private void add(int to, int state, int call) {
      next[size] = first[to];
      from[size] = state;
      calls[size] = call;
      first[to] = size++;
    }

    int first(int state) {
      return first[state];
    }

    int next(int link) {
      return next[link];
    }

    int state(int link) {
      return from[link];
    }

    /// The call that leads there, or -1 for an edge.
    int call(int link) {
      return calls[link];
    }
  }

  /// Drops edges and calls that lead to states from which nothing ends.
  private void removeDead() {
    int[] keptFirstEdge = new int[states() + 1];
    int[] keptFirstCall = new int[states() + 1];
    int keptEdges = 0;
    int keptCalls = 0;
    for (int state = 0; state < states(); state++) {
      for (int edge = firstEdge[state]; edge < firstEdge[state + 1]; edge++) {
        if (live.get(targets[edge])) {
          edges[keptEdges] = edges[edge];
          targets[keptEdges++] = targets[edge];
        }
      }
      for (int call = firstCall[state]; call < firstCall[state + 1]; call++) {
        if (live.get(callees[call]) && live.get(callTargets[call])) {
          callees[keptCalls] = callees[call];
          calledRules.set(keptCalls, calledRules.get(call));
          callTargets[keptCalls++] = callTargets[call];
        }
      }
      keptFirstEdge[state + 1] = keptEdges;
      keptFirstCall[state + 1] = keptCalls;
    }
    firstEdge = keptFirstEdge;
    firstCall = keptFirstCall;
  }

  /// Calls of rules that may be empty let a state end, and begin, as what follows the call does.
  private void markEnds() {
    boolean hasChanged = true;
    while (hasChanged) {
      hasChanged = false;
      for (int state = states() - 1; state > 0; state--) {
        boolean ends = finals.get(state);
        boolean takes = firstEdge[state] < firstEdge[state + 1];
        for (int call = firstCall[state]; call < firstCall[state + 1]; call++) {
          boolean isEmpty = finals.get(callees[call]);
          ends |= isEmpty && finals.get(callTargets[call]);
          takes |= takesBytes.get(callees[call]) || (isEmpty && takesBytes.get(callTargets[call]));
        }
        hasChanged |= ends != finals.get(state) || takes != takesBytes.get(state);
        finals.set(state, ends);
        takesBytes.set(state, takes);
      }
      budget.spendWork(states());
    }
    over.or(finals);
    over.andNot(takesBytes);
  }

  /// Works out the ways to begin of all rules, callees first. A rule that calls itself before it
  /// has taken a byte would be looked through without end.
  private final class Beginnings {
    private static final int MOST_NESTED = 1000;

    private final BitSet open = new BitSet();
    private final List<String> path = new ArrayList<>();

    void workOut() {
      for (Rule rule : rules) {
        visit(rule, starts.getOrDefault(rule, 0));
      }
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
        for (int call = firstCall[state]; call < firstCall[state + 1]; call++) {
          visit(calledRules.get(call), callees[call]);
        }
      }
      entries[start] = waysToBegin(start);
      open.clear(start);
      path.removeLast();
    }
  }

  /// A state, and those that are reached from it by calls of rules that may be empty.
  private IntList reachedByNothing(int state) {
    IntList reached = new IntList();
    reached.add(state);
    for (int i = 0; i < reached.size(); i++) {
      int from = reached.get(i);
      for (int call = firstCall[from]; call < firstCall[from + 1]; call++) {
        if (finals.get(callees[call]) && !contains(reached, callTargets[call])) {
          reached.add(callTargets[call]);
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
      if (firstEdge[state] < firstEdge[state + 1]) {
        found.add(new Machine.Entry(state, NO_PUSHES));
      }
      for (int call = firstCall[state]; call < firstCall[state + 1]; call++) {
        int target = callTargets[call];
        for (Machine.Entry inner : entries[callees[call]]) {
          found.add(
              over.get(target)
                  ? inner
                  : new Machine.Entry(inner.state(), withFirst(target, inner.pushes())));
        }
        if (entriesInAll + found.size() > MOST_ENTRIES) {
          throw new GrammarException(
              "rule %s: expected at most %,d ways to begin in all rules, found more; let alternatives begin with different text"
                  .formatted(calledRules.get(call).name(), MOST_ENTRIES));
        }
      }
    }
    entriesInAll += found.size();
    return found.isEmpty() ? NO_ENTRIES : found.toArray(NO_ENTRIES);
  }

  private static int[] withFirst(int first, int[] rest) {
    int[] all = new int[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }

  private PlainRun[] plainRuns() {
    int[] next = new int[states()];
    for (int state = 0; state < states(); state++) {
      next[state] = afterPlainLetter(state);
    }
    PlainRun[] runs = new PlainRun[states()];
    Arrays.fill(runs, PlainRun.NONE);
    int[] order = new int[states()];
    int[] visits = new int[states()];
    for (int begin = 1; begin < states(); begin++) {
      int length = 0;
      int state = begin;
      while (next[state] >= 0 && visits[state] == 0) {
        visits[state] = begin;
        order[length++] = state;
        state = next[state];
      }
      boolean isLoop = next[state] >= 0 && visits[state] == begin && length > 0;
      PlainRun run =
          isLoop
              ? PlainRun.ENDLESS
              : next[state] >= 0 ? runs[state] : new PlainRun(0, next[state] == NO_PLAIN);
      if (next[begin] < 0) {
        runs[begin] = run;
      }
      while (length > 0) {
        if (run.letters() < Integer.MAX_VALUE) {
          run = new PlainRun(run.letters() + 1, run.isExact());
        }
        runs[order[--length]] = run;
      }
    }
    return runs;
  }

  private static final int NO_PLAIN = -1;
  private static final int SOME_PLAIN = -2;

  /// The state after any plain letter, without an end before it; [#NO_PLAIN] where none is taken
  /// and [#SOME_PLAIN] for all else.
  private int afterPlainLetter(int state) {
    if (finals.get(state)) {
      return SOME_PLAIN;
    }
    int target = SOME_PLAIN;
    int letterStart = -1;
    for (int call = firstCall[state]; call < firstCall[state + 1]; call++) {
      if (fragments.isPlainLetter(calledRules.get(call))) {
        target = callTargets[call];
        letterStart = callees[call];
      }
    }
    int letters = 0;
    BitSet bytes = new BitSet(256);
    for (Machine.Entry entry : entries[state]) {
      if (entry.state() == letterStart) {
        letters++;
      } else {
        for (int edge = firstEdge[entry.state()]; edge < firstEdge[entry.state() + 1]; edge++) {
          bytes.set(edges[edge] >>> 8, (edges[edge] & 0xFF) + 1);
        }
      }
    }
    bytes.and(PlainRuns.BYTES);
    if (!bytes.isEmpty()) {
      return SOME_PLAIN;
    }
    return letters == 0 ? NO_PLAIN : letters == 1 && !finals.get(target) ? target : SOME_PLAIN;
  }

  /// Classes of bytes that no edge tells apart, ascending.
  private int[] classes() {
    boolean[] begins = new boolean[257];
    for (int edge = 0; edge < firstEdge[states()]; edge++) {
      begins[edges[edge] >>> 8] = true;
      begins[(edges[edge] & 0xFF) + 1] = true;
    }
    int[] classes = new int[256];
    for (int value = 1; value < 256; value++) {
      classes[value] = classes[value - 1] + (begins[value] ? 1 : 0);
    }
    return classes;
  }
}
