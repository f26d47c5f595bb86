package dev.minke.inference.grammar;

import java.util.Arrays;

/// All the stacks that a text may have led to, as a tree read from the top: each state that may be
/// on top, and the stacks that may lie beneath it. States ascend and no state stands twice, so two
/// equal sets look the same.
///
/// Immutable and shared: the set beneath is the one that was there before.
final class StackSet {
  /// No stack at all: the text is outside the language.
  static final StackSet NONE = new StackSet(new int[0], new StackSet[0], false);

  /// The one stack whose state is the bottom.
  static final StackSet BOTTOM =
      new StackSet(new int[] {Machine.BOTTOM}, new StackSet[] {NONE}, true);

  private final int[] states;
  private final StackSet[] below;
  private final int hash;
  private final int depth;
  private final boolean ends;

  /// @param ends whether the bottom can be reached by returns alone
  StackSet(int[] states, StackSet[] below, boolean ends) {
    this.states = states;
    this.below = below;
    this.ends = ends;
    int mixed = Arrays.hashCode(states);
    int deepest = 0;
    for (StackSet set : below) {
      mixed = 31 * mixed + set.hash;
      deepest = Math.max(deepest, set.depth + 1);
    }
    hash = mixed;
    depth = deepest;
  }

  int size() {
    return states.length;
  }

  /// A state on top, by its index.
  int state(int index) {
    return states[index];
  }

  /// The stacks beneath it.
  StackSet below(int index) {
    return below[index];
  }

  int depth() {
    return depth;
  }

  /// Whether the text may end here.
  boolean ends() {
    return ends;
  }

  boolean isEmpty() {
    return states.length == 0;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof StackSet set
            && hash == set.hash
            && depth == set.depth
            && Arrays.equals(states, set.states)
            && Arrays.equals(below, set.below));
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
