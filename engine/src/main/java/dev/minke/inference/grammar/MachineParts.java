package dev.minke.inference.grammar;

import java.util.BitSet;

/// The tables of a [Machine]: the automata of all rules, numbered through. State 0 is the bottom.
///
/// @param start state of the root
/// @param firstEdge by state and one past the last, into the next two
/// @param edges `low << 8 | high`, ascending within a state
/// @param targets state after each edge
/// @param finals states that may return
/// @param over states that can do nothing but return
/// @param entries by state: the ways to begin
/// @param plainRuns by state
/// @param classes class of each byte
record MachineParts(
    int start,
    int[] firstEdge,
    int[] edges,
    int[] targets,
    BitSet finals,
    BitSet over,
    Machine.Entry[][] entries,
    PlainRun[] plainRuns,
    int[] classes) {

  int states() {
    return firstEdge.length - 1;
  }

  boolean isFinal(int state) {
    return finals.get(state);
  }

  boolean isOver(int state) {
    return over.get(state);
  }

  Machine.Entry[] entries(int state) {
    return entries[state];
  }

  PlainRun plainRun(int state) {
    return plainRuns[state];
  }

  /// The state after a byte, or -1.
  int next(int state, int value) {
    int low = firstEdge[state];
    int high = firstEdge[state + 1] - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int edge = edges[middle];
      if (value > (edge & 0xFF)) {
        low = middle + 1;
      } else if (value < edge >>> 8) {
        high = middle - 1;
      } else {
        return targets[middle];
      }
    }
    return -1;
  }

  void addBytes(int state, BitSet bytes) {
    for (int edge = firstEdge[state]; edge < firstEdge[state + 1]; edge++) {
      bytes.set(edges[edge] >>> 8, (edges[edge] & 0xFF) + 1);
    }
  }

  int byteClass(int value) {
    return classes[value];
  }

  int byteClasses() {
    return classes[255] + 1;
  }
}
