package dev.minke.inference.grammar;

import java.util.BitSet;

/// Works out for each state how many plain letters it is sure to take ([PlainRun]).
final class PlainRunFinder {
  /// No plain letter is taken.
  private static final int NONE = -1;

  /// Some are, or the rule may end before.
  private static final int UNDECIDED = -2;

  private final RuleTables tables;
  private final Machine.Entry[][] entries;

  private PlainRunFinder(RuleTables tables, Machine.Entry[][] entries) {
    this.tables = tables;
    this.entries = entries;
  }

  /// @param entries ways to begin, by state
  /// @return by state
  static PlainRun[] of(RuleTables tables, Machine.Entry[][] entries) {
    return new PlainRunFinder(tables, entries).find();
  }

  private PlainRun[] find() {
    int states = tables.states();
    int[] next = new int[states];
    PlainRun[] runs = new PlainRun[states];
    for (int state = 0; state < states; state++) {
      next[state] = afterPlainLetter(state);
      runs[state] = next[state] == NONE ? new PlainRun(0, true) : PlainRun.UNDECIDED;
    }
    int[] chain = new int[states];
    int[] visits = new int[states];
    for (int begin = 1; begin < states; begin++) {
      int length = 0;
      int state = begin;
      for (; next[state] >= 0 && visits[state] == 0; state = next[state]) {
        visits[state] = begin;
        chain[length++] = state;
      }
      boolean isLoop = next[state] >= 0 && visits[state] == begin;
      PlainRun run = isLoop ? PlainRun.ENDLESS : runs[state];
      while (length > 0) {
        run = run.longer();
        runs[chain[--length]] = run;
      }
    }
    return runs;
  }

  /// The state after any plain letter, where each is taken and the rule can't end before or after
  /// it; else what is known.
  private int afterPlainLetter(int state) {
    if (tables.isFinal(state)) {
      return UNDECIDED;
    }
    int target = NONE;
    int letterStart = NONE;
    for (int call = tables.firstCall(state); call < tables.firstCall(state + 1); call++) {
      if (tables.isPlainLetter(call)) {
        target = tables.callTarget(call);
        letterStart = tables.callee(call);
      }
    }
    int letters = 0;
    for (Machine.Entry entry : entries[state]) {
      if (entry.state() == letterStart) {
        letters++;
      } else if (takesPlainByte(entry.state())) {
        return UNDECIDED;
      }
    }
    if (letters == 0) {
      return NONE;
    }
    return letters == 1 && target >= 0 && !tables.isFinal(target) ? target : UNDECIDED;
  }

  private boolean takesPlainByte(int state) {
    BitSet bytes = new BitSet(256);
    for (int edge = tables.firstEdge(state); edge < tables.firstEdge(state + 1); edge++) {
      bytes.set(tables.low(edge), tables.high(edge) + 1);
    }
    return bytes.intersects(PlainRuns.BYTES);
  }
}
