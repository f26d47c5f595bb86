package dev.minke.inference.grammar;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A grammar as a pushdown automaton on bytes. A state has edges of bytes, may call rules and may
/// be the end of its own; a stack holds where each open rule goes on.
///
/// Calls are looked through when the machine is built: for each state it is known which states with
/// edges are reached by calls alone, and what they push. A return is taken when a byte asks for it,
/// or at once where nothing else is left to do; a call that would only be followed by a return
/// pushes nothing. From every state some text leads to the end, so whatever [#step] lets through
/// can be completed.
///
/// Immutable and safe for many threads.
final class Machine {
  /// What lies under everything: the end of the text, or what nobody knows yet.
  static final int BOTTOM = 0;

  /// Stacks that are put together or returned to for one byte. Ambiguous grammars need many.
  private static final int MOST_WORK_A_BYTE = 200_000;

  /// A way to begin: what is pushed, outermost first, and the state whose edges then count.
  record Entry(int state, int[] pushes) {}

  private final MachineParts parts;

  Machine(MachineParts parts) {
    this.parts = parts;
  }

  /// Builds the machine of a grammar.
  ///
  /// @throws GrammarException where it is too large, recurses on its left, or admits no text
  static Machine of(Expression grammar, Budget budget) {
    RuleTables tables = new RuleTables(new Rule("root", grammar), budget);
    Entry[][] entries = Beginnings.of(tables, budget);
    return new Machine(tables.parts(entries, PlainRunFinder.of(tables, entries)));
  }

  /// Makes the stacks of one generation.
  ///
  /// @param nextNumber of the nodes that it makes
  StackPool pool(long nextNumber) {
    return new StackPool(parts, nextNumber);
  }

  /// The stacks before the first byte.
  StackSet start(StackPool pool) {
    return relative(parts.start(), pool);
  }

  /// A state, and nothing known beneath it.
  StackSet relative(int state, StackPool pool) {
    Step step = new Step(pool);
    step.add(state, StackSet.BOTTOM);
    return step.result();
  }

  /// Number of states, the bottom included.
  int states() {
    return parts.states();
  }

  /// Whether a state may return to what lies beneath.
  boolean isFinal(int state) {
    return parts.isFinal(state);
  }

  /// Which plain letters a state is sure to take.
  PlainRun plainRun(int state) {
    return parts.plainRun(state);
  }

  /// The class of a byte: bytes of one class lead everywhere to the same.
  int byteClass(int value) {
    return parts.byteClass(value);
  }

  int byteClasses() {
    return parts.byteClasses();
  }

  /// The stacks after one more byte; none where the byte is not allowed.
  StackSet step(StackSet before, int value, StackPool pool) {
    Step step = new Step(pool);
    step.takeAll(before, value);
    return step.result();
  }

  /// Whether a text is one of the grammar.
  boolean matches(String text) {
    StackPool pool = pool(1);
    StackSet stacks = start(pool);
    for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
      pool = pool(pool.nextNumber());
      stacks = step(stacks, value & 0xFF, pool);
    }
    return stacks.ends();
  }

  /// The bytes that may come next.
  BitSet nextBytes(StackSet stacks) {
    BitSet next = new BitSet(256);
    addNextBytes(stacks, next, new HashSet<>());
    return next;
  }

  private void addNextBytes(StackSet stacks, BitSet next, Set<StackSet.Node> seen) {
    for (int i = 0; i < stacks.size(); i++) {
      StackSet.Node node = stacks.node(i);
      if (seen.add(node)) {
        for (Entry entry : parts.entries(node.state())) {
          parts.addBytes(entry.state(), next);
        }
        if (parts.isFinal(node.state())) {
          addNextBytes(node.below(), next, seen);
        }
      }
    }
  }

  /// The making of one set of stacks. States on top stand in it once.
  private final class Step {
    private final StackPool pool;
    private int[] states = new int[4];
    private StackSet[] below = new StackSet[4];
    private int size;
    private int work;
    private @Nullable Set<StackSet.Node> returned;

    Step(StackPool pool) {
      this.pool = pool;
    }

    void takeAll(StackSet stacks, int value) {
      for (int i = 0; i < stacks.size(); i++) {
        take(stacks.node(i), value);
      }
    }

    private void take(StackSet.Node node, int value) {
      for (Entry entry : parts.entries(node.state())) {
        int target = parts.next(entry.state(), value);
        if (target >= 0) {
          StackSet pushed = node.below();
          for (int push : entry.pushes()) {
            pushed = pool.pushed(push, pushed);
          }
          add(target, pushed);
        }
      }
      if (parts.isFinal(node.state())) {
        returnTo(node.below(), value);
      }
    }

    private void returnTo(StackSet stacks, int value) {
      if (returned == null) {
        returned = new HashSet<>();
      }
      for (int i = 0; i < stacks.size(); i++) {
        if (returned.add(stacks.node(i))) {
          spend(1);
          take(stacks.node(i), value);
        }
      }
    }

    void add(int state, StackSet beneath) {
      spend(beneath.size());
      if (parts.isOver(state)) {
        for (int i = 0; i < beneath.size(); i++) {
          add(beneath.node(i).state(), beneath.node(i).below());
        }
        return;
      }
      int place = Arrays.binarySearch(states, 0, size, state);
      if (place >= 0) {
        below[place] = pool.union(below[place], beneath);
        return;
      }
      place = ~place;
      if (size == states.length) {
        states = Arrays.copyOf(states, 2 * size);
        below = Arrays.copyOf(below, 2 * size);
      }
      System.arraycopy(states, place, states, place + 1, size - place);
      System.arraycopy(below, place, below, place + 1, size - place);
      states[place] = state;
      below[place] = beneath;
      size++;
    }

    private void spend(int more) {
      work += more;
      if (work > MOST_WORK_A_BYTE) {
        throw new GrammarException(
            "the grammar is ambiguous: expected one byte to be read in %,d steps, found more; let its alternatives differ earlier"
                .formatted(MOST_WORK_A_BYTE));
      }
    }

    StackSet result() {
      StackSet.Node[] nodes = new StackSet.Node[size];
      for (int i = 0; i < size; i++) {
        nodes[i] = states[i] == BOTTOM ? StackSet.BOTTOM.node(0) : pool.node(states[i], below[i]);
      }
      Arrays.sort(nodes, Comparator.comparingLong(StackSet.Node::number));
      return pool.set(nodes);
    }
  }
}
