package dev.minke.inference.grammar;

import dev.minke.tokenizer.IntList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Finds the tokens that a state allows, by a walk over the vocabulary's tree. Sets of stacks are
/// numbered and what a byte does to them is remembered, so a node costs two look-ups.
///
/// Mutable; one thread at a time.
final class Walker {
  private static final int UNKNOWN = -1;

  /// No stack is left.
  private static final int DEAD = 0;

  /// Cells of all transitions; with more, what was learnt is forgotten between two walks.
  private static final int MOST_CELLS = 1 << 22;

  /// Stacks that are stepped in one walk. Of grammars that people write it is some thousands.
  private static final int MOST_STEPS = 1_000_000;

  private final Machine machine;
  private final TokenTrie vocabulary;
  private final int[] classes = new int[256];

  /// By set, as an object of the pool.
  private final Map<StackSet, Integer> numbers = new IdentityHashMap<>();

  private final List<StackSet> sets = new ArrayList<>();
  private int[][] transitions = new int[64][];
  private StackPool pool;
  private int steps;

  /// By depth in the tree, the set after the bytes so far.
  private final int[] path;

  Walker(Machine machine, TokenTrie vocabulary) {
    this.machine = machine;
    this.vocabulary = vocabulary;
    path = new int[vocabulary.all().deepest() + 1];
    Arrays.setAll(classes, machine::byteClass);
    pool = machine.pool(1);
    number(StackSet.NONE);
  }

  private void forget() {
    numbers.clear();
    sets.clear();
    pool = machine.pool(1);
    number(StackSet.NONE);
  }

  private int number(StackSet set) {
    Integer known = numbers.get(set);
    if (known != null) {
      return known;
    }
    int number = sets.size();
    sets.add(set);
    numbers.put(set, number);
    if (number >= transitions.length) {
      transitions = Arrays.copyOf(transitions, 2 * number);
    }
    int[] row = new int[machine.byteClasses()];
    Arrays.fill(row, UNKNOWN);
    transitions[number] = row;
    return number;
  }

  /// The tokens of a state, whatever lies beneath it.
  MaskNode root(int state) {
    PlainRun run = machine.plainRun(state);
    PlainRuns plain = vocabulary.plainRuns();
    Walk walk;
    if (plain.decide(run)) {
      walk = new Walk(vocabulary.notPlain());
      walk.below(Trie.ROOT, state);
      return walk.node(run.letters() == 0 ? new long[0] : plain.allowed(run));
    }
    walk = new Walk(vocabulary.all());
    walk.below(Trie.ROOT, state);
    return walk.node(new long[0]);
  }

  /// The tokens of a state that lies beneath one whose rule has ended.
  MaskNode after(Pending pending, int state) {
    Walk walk = new Walk(pending.trie());
    for (int node : pending.nodes()) {
      walk.below(node, state);
    }
    return walk.node(new long[0]);
  }

  private final class Walk {
    private final Trie trie;
    private final IntList ids = new IntList(64);
    private final IntList pending = new IntList();

    Walk(Trie trie) {
      this.trie = trie;
      steps = 0;
      if (sets.size() > MOST_CELLS / machine.byteClasses()) {
        forget();
      }
    }

    /// Goes through the tokens that go on from a node, from a state on.
    void below(int node, int state) {
      int start = number(machine.relative(state, pool));
      note(node, start);
      int depth = trie.depth(node);
      path[depth] = start;
      int at = node + 1;
      int end = trie.end(node);
      while (at < end) {
        int set = next(path[trie.depth(at) - 1], trie.value(at));
        if (set == DEAD) {
          at = trie.end(at);
          continue;
        }
        path[trie.depth(at)] = set;
        for (int i = trie.firstId(at); i < trie.firstId(at + 1); i++) {
          ids.add(trie.id(i));
        }
        note(at, set);
        at++;
      }
    }

    private void note(int node, int set) {
      if (sets.get(set).ends() && trie.hasChildren(node)) {
        pending.add(node);
      }
    }

    MaskNode node(long[] plain) {
      int words = vocabulary.words();
      Pending open = new Pending(trie, distinct(pending));
      if (plain.length == 0 && ids.size() < 2 * words) {
        return new MaskNode(distinct(ids), plain, open);
      }
      long[] mask = plain.length == 0 ? new long[words] : plain;
      for (int i = 0; i < ids.size(); i++) {
        mask[ids.get(i) >>> 6] |= 1L << ids.get(i);
      }
      return new MaskNode(new int[0], mask, open);
    }

    /// Subtrees may lie within one another: what is found in both is meant once.
    private static int[] distinct(IntList found) {
      return Arrays.stream(found.toArray()).sorted().distinct().toArray();
    }
  }

  private int next(int set, int value) {
    int known = transitions[set][classes[value]];
    return known == UNKNOWN ? learn(set, value) : known;
  }

  private int learn(int set, int value) {
    steps += sets.get(set).size();
    if (steps > MOST_STEPS) {
      throw new GrammarException(
          "the grammar is ambiguous: expected a mask within %,d steps, found more; let its alternatives differ earlier"
              .formatted(MOST_STEPS));
    }
    int next = number(machine.step(sets.get(set), value, pool));
    transitions[set][classes[value]] = next;
    return next;
  }
}
