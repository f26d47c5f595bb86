package dev.minke.tokenizer;

import java.util.Arrays;

/// The transition of each state and kind, filled in as texts ask for it. A cell is written once, so
/// whoever does not see it yet asks again.
final class Transitions {
  /// A cell: the next state times two, plus one if a match ends before the letter.
  static final int UNKNOWN = -1;

  private final int kindBits;
  private final int[] cells;

  Transitions(int states, int kindBits) {
    this.kindBits = kindBits;
    cells = new int[states << kindBits];
    Arrays.fill(cells, UNKNOWN);
  }

  int get(int state, int kind) {
    return cells[(state << kindBits) + kind];
  }

  void set(int state, int kind, int transition) {
    cells[(state << kindBits) + kind] = transition;
  }

  boolean holdsKind(int kind) {
    return kind >>> kindBits == 0;
  }

  boolean holds(int states, int kinds) {
    return states <= cells.length >> kindBits && kinds <= 1 << kindBits;
  }

  /// The same with room for more.
  Transitions larger(int states, int kinds) {
    int room = Math.max(cells.length >> kindBits, 1);
    while (room < states) {
      room *= 2;
    }
    int bits = kindBits;
    while (1 << bits < kinds) {
      bits++;
    }
    Transitions larger = new Transitions(room, bits);
    for (int i = 0; i < cells.length; i++) {
      larger.cells[(i >> kindBits << bits) + (i & ((1 << kindBits) - 1))] = cells[i];
    }
    return larger;
  }
}
