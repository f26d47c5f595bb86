package dev.minke.inference.grammar;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Makes nodes and sets of stacks, each of them once.
///
/// Mutable; owned by one generation for one step, or by a [Walker] for many.
final class StackPool {
  /// Deeper nesting is refused: marks of it are followed recursively.
  private static final int MOST_DEPTH = 3_000;

  private final MachineParts parts;
  private final Map<Above, StackSet.Node> nodes = new HashMap<>();
  private final Map<Members, StackSet> sets = new HashMap<>();
  private long nextNumber;

  /// @param nextNumber the first of this pool; those below belong to older nodes
  StackPool(MachineParts parts, long nextNumber) {
    this.parts = parts;
    this.nextNumber = nextNumber;
  }

  /// One past the highest number of a node.
  long nextNumber() {
    return nextNumber;
  }

  /// A state on a set that is an object of this pool, or older.
  private record Above(int state, StackSet below) {}

  private record Members(long[] numbers) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Members members && Arrays.equals(numbers, members.numbers);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(numbers);
    }
  }

  StackSet.Node node(int state, StackSet below) {
    return nodes.computeIfAbsent(
        new Above(state, below), unknown -> new StackSet.Node(nextNumber++, state, below));
  }

  /// The set of one stack on another set.
  StackSet pushed(int state, StackSet below) {
    return set(new StackSet.Node[] {node(state, below)});
  }

  /// @param nodes by ascending number; not copied
  StackSet set(StackSet.Node[] nodes) {
    if (nodes.length == 0) {
      return StackSet.NONE;
    }
    Members members = new Members(new long[nodes.length]);
    boolean ends = false;
    for (int i = 0; i < nodes.length; i++) {
      StackSet.Node node = nodes[i];
      members.numbers[i] = node.number();
      boolean returns = parts.isFinal(node.state()) && node.below().ends();
      ends |= returns || node.state() == Machine.BOTTOM;
    }
    StackSet known = sets.get(members);
    if (known == null) {
      known = isBottom(nodes) ? StackSet.BOTTOM : new StackSet(nodes, ends);
      sets.put(members, known);
      if (known.depth() > MOST_DEPTH) {
        throw new GrammarException(
            "expected nesting of at most %,d levels, found deeper".formatted(MOST_DEPTH));
      }
    }
    return known;
  }

  private static boolean isBottom(StackSet.Node[] nodes) {
    return nodes.length == 1 && nodes[0] == StackSet.BOTTOM.node(0);
  }

  /// What is in one of two sets.
  StackSet union(StackSet a, StackSet b) {
    if (a == b || b.isEmpty()) {
      return a;
    }
    StackSet.Node[] all = new StackSet.Node[a.size() + b.size()];
    int size = 0;
    int i = 0;
    int j = 0;
    while (i < a.size() || j < b.size()) {
      long left = i < a.size() ? a.node(i).number() : Long.MAX_VALUE;
      long right = j < b.size() ? b.node(j).number() : Long.MAX_VALUE;
      all[size++] = left <= right ? a.node(i) : b.node(j);
      i += left <= right ? 1 : 0;
      j += right <= left ? 1 : 0;
    }
    return size == a.size() ? a : set(Arrays.copyOf(all, size));
  }
}
