package dev.minke.inference.grammar;

import dev.minke.tokenizer.IntList;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
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

  /// Deeper nesting is refused: sets of stacks are compared recursively.
  private static final int MOST_DEPTH = 3_000;

  /// Unions and returns of one byte. Ambiguous grammars need many.
  private static final int MOST_WORK_A_BYTE = 200_000;

  /// A way to begin: what is pushed, outermost first, and the state whose edges then count.
  record Entry(int state, int[] pushes) {}

  private final MachineParts parts;
  private final StackSet start;

  Machine(MachineParts parts) {
    this.parts = parts;
    start = relative(parts.start());
  }

  /// Builds the machine of a grammar.
  ///
  /// @throws GrammarException where it is too large, recurses on its left, or admits no text
  static Machine of(Expression grammar, Budget budget) {
    RuleTables tables = new RuleTables(new Rule("root", grammar), budget);
    Entry[][] entries = Beginnings.of(tables, budget);
    return new Machine(tables.parts(entries, PlainRunFinder.of(tables, entries)));
  }

  /// The stacks before the first byte.
  StackSet start() {
    return start;
  }

  /// A state, and nothing known beneath it.
  StackSet relative(int state) {
    return new Step().only(state, StackSet.BOTTOM);
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
  StackSet step(StackSet before, int value) {
    Step step = new Step();
    step.takeAll(before, value);
    return step.result();
  }

  /// Whether a text is one of the grammar.
  boolean matches(String text) {
    StackSet stacks = start;
    for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
      stacks = step(stacks, value & 0xFF);
    }
    return stacks.ends();
  }

  /// The bytes that may come next.
  BitSet nextBytes(StackSet stacks) {
    BitSet next = new BitSet(256);
    addNextBytes(stacks, next, Collections.newSetFromMap(new IdentityHashMap<>()));
    return next;
  }

  private void addNextBytes(StackSet stacks, BitSet next, Set<StackSet> seen) {
    if (!seen.add(stacks)) {
      return;
    }
    for (int i = 0; i < stacks.size(); i++) {
      for (Entry entry : parts.entries(stacks.state(i))) {
        parts.addBytes(entry.state(), next);
      }
      if (parts.isFinal(stacks.state(i))) {
        addNextBytes(stacks.below(i), next, seen);
      }
    }
  }

  /// The making of one set of stacks.
  private final class Step {
    private int[] states = new int[4];
    private StackSet[] below = new StackSet[4];
    private int size;
    private int work;
    private @Nullable Set<StackSet> returned;

    void takeAll(StackSet stacks, int value) {
      for (int i = 0; i < stacks.size(); i++) {
        take(stacks.state(i), stacks.below(i), value);
      }
    }

    private void take(int state, StackSet beneath, int value) {
      for (Entry entry : parts.entries(state)) {
        int target = parts.next(entry.state(), value);
        if (target >= 0) {
          StackSet pushed = beneath;
          for (int push : entry.pushes()) {
            pushed = set(new int[] {push}, new StackSet[] {pushed});
          }
          add(target, pushed);
        }
      }
      if (parts.isFinal(state) && isNew(beneath)) {
        takeAll(beneath, value);
      }
    }

    private boolean isNew(StackSet stacks) {
      if (returned == null) {
        returned = Collections.newSetFromMap(new IdentityHashMap<>());
      }
      spend();
      return returned.add(stacks);
    }

    StackSet only(int state, StackSet beneath) {
      add(state, beneath);
      return result();
    }

    private void add(int state, StackSet beneath) {
      if (parts.isOver(state)) {
        for (int i = 0; i < beneath.size(); i++) {
          add(beneath.state(i), beneath.below(i));
        }
        return;
      }
      int place = Arrays.binarySearch(states, 0, size, state);
      if (place >= 0) {
        below[place] = union(below[place], beneath);
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

    private StackSet union(StackSet a, StackSet b) {
      if (a.equals(b) || b.isEmpty()) {
        return a;
      }
      spend();
      IntList union = new IntList();
      StackSet[] beneath = new StackSet[a.size() + b.size()];
      int i = 0;
      int j = 0;
      while (i < a.size() || j < b.size()) {
        int left = i < a.size() ? a.state(i) : Integer.MAX_VALUE;
        int right = j < b.size() ? b.state(j) : Integer.MAX_VALUE;
        StackSet merged =
            left == right ? union(a.below(i), b.below(j)) : left < right ? a.below(i) : b.below(j);
        beneath[union.size()] = merged;
        union.add(Math.min(left, right));
        i += left <= right ? 1 : 0;
        j += right <= left ? 1 : 0;
      }
      return set(union.toArray(), Arrays.copyOf(beneath, union.size()));
    }

    private void spend() {
      if (++work > MOST_WORK_A_BYTE) {
        throw new GrammarException(
            "the grammar is ambiguous: expected one byte to be read in %,d steps, found more; let its alternatives differ earlier"
                .formatted(MOST_WORK_A_BYTE));
      }
    }

    private StackSet set(int[] tops, StackSet[] beneath) {
      boolean ends = false;
      for (int i = 0; i < tops.length; i++) {
        ends |= tops[i] == BOTTOM || (parts.isFinal(tops[i]) && beneath[i].ends());
      }
      StackSet made = new StackSet(tops, beneath, ends);
      if (made.depth() > MOST_DEPTH) {
        throw new GrammarException(
            "expected nesting of at most %,d levels, found deeper".formatted(MOST_DEPTH));
      }
      return made;
    }

    StackSet result() {
      return size == 0
          ? StackSet.NONE
          : set(Arrays.copyOf(states, size), Arrays.copyOf(below, size));
    }
  }
}
