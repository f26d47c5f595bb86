package dev.minke.inference.grammar;

/// All the stacks that a text may have led to: the nodes that may be on top, each with those that
/// may lie beneath it, and so on down. Stacks share what they have in common, so there are few
/// nodes however many stacks (Tomita 1985).
///
/// Immutable. Sets are compared as objects: one [StackPool] makes each of them once.
final class StackSet {
  /// No stack at all: the text is outside the language.
  static final StackSet NONE = new StackSet(new Node[0], false);

  /// The one stack that is only the bottom.
  static final StackSet BOTTOM = new StackSet(new Node[] {new Node(0, Machine.BOTTOM, NONE)}, true);

  /// A state and what may lie beneath it.
  ///
  /// @param number unique among the nodes of one generation
  record Node(long number, int state, StackSet below) {
    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(number);
    }
  }

  private final Node[] nodes;
  private final int depth;
  private final boolean ends;

  /// @param nodes by ascending number; not copied
  /// @param ends whether the bottom can be reached by returns alone
  StackSet(Node[] nodes, boolean ends) {
    this.nodes = nodes;
    this.ends = ends;
    int deepest = 0;
    for (Node node : nodes) {
      deepest = Math.max(deepest, node.below.depth + 1);
    }
    depth = deepest;
  }

  int size() {
    return nodes.length;
  }

  Node node(int index) {
    return nodes[index];
  }

  int depth() {
    return depth;
  }

  /// Whether the text may end here.
  boolean ends() {
    return ends;
  }

  boolean isEmpty() {
    return nodes.length == 0;
  }
}
