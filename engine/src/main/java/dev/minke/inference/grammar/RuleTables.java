package dev.minke.inference.grammar;

import dev.minke.tokenizer.IntList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The automata of a rule and of all that it calls, their states numbered through from 1, without
/// edges and calls that lead nowhere. State 0 is the bottom.
///
/// Made once, then read by whoever builds the machine.
final class RuleTables {
  private final Budget budget;
  private final Fragments fragments;
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

  RuleTables(Rule root, Budget budget) {
    this.budget = budget;
    fragments = new Fragments(budget);
    compile(root);
    join();
    markLive();
    if (!live.get(start(root))) {
      throw new GrammarException(
          "expected a grammar that some text satisfies, found that none does");
    }
    removeDead();
    markEnds();
  }

  /// All rules, the root first.
  List<Rule> rules() {
    return rules;
  }

  /// The first state of a rule.
  int start(Rule rule) {
    return starts.getOrDefault(rule, 0);
  }

  /// Edges are numbered; those of a state are this one and those before the next state's first.
  int firstEdge(int state) {
    return firstEdge[state];
  }

  /// The lowest byte of an edge.
  int low(int edge) {
    return edges[edge] >>> 8;
  }

  int high(int edge) {
    return edges[edge] & 0xFF;
  }

  int firstCall(int state) {
    return firstCall[state];
  }

  Rule calledRule(int call) {
    return calledRules.get(call);
  }

  /// The first state of the rule that is called.
  int callee(int call) {
    return callees[call];
  }

  int callTarget(int call) {
    return callTargets[call];
  }

  /// Whether a state may return, by itself or through calls of rules that may be empty.
  boolean isFinal(int state) {
    return finals.get(state);
  }

  /// Whether a state can do nothing but return.
  boolean isOver(int state) {
    return over.get(state);
  }

  /// Whether a call is of a rule that is one letter, and all of [Fragments#PLAIN] among them.
  boolean isPlainLetter(int call) {
    return fragments.isPlainLetter(calledRules.get(call));
  }

  /// The tables of the machine.
  MachineParts parts(Machine.Entry[][] entries, PlainRun[] plainRuns) {
    return new MachineParts(
        start(rules.getFirst()),
        firstEdge,
        edges,
        targets,
        finals,
        over,
        entries,
        plainRuns,
        classes());
  }

  /// Number of states, the bottom included.
  int states() {
    return firstEdge.length - 1;
  }

  /// Compiles a rule and all that it calls.
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
