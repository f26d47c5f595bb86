package dev.minke.inference.grammar;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Which tokens of a vocabulary a grammar allows, at any place in any text of it. Shared by all
/// requests with one grammar; what one of them finds out, the others know.
///
/// Where a vocabulary has a token for each byte, as byte-level ones do, some token is always
/// allowed or the text may end. Memory is bounded; what is forgotten is found out again. Safe for
/// many threads.
public final class TokenMasks {
  /// Two thousand masks of a vocabulary of 130,000.
  private static final long MOST_BYTES = 32L << 20;

  private final Machine machine;
  private final TokenTrie vocabulary;
  private final long mostBytes;
  private final ConcurrentHashMap<Integer, MaskNode> roots = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();

  /// Guarded by itself.
  private final Walker walker;

  /// @param grammar what texts are to be
  /// @param vocabulary of the tokenizer whose ids are asked for
  public TokenMasks(Grammar grammar, TokenTrie vocabulary) {
    this(grammar, vocabulary, MOST_BYTES);
  }

  /// @param mostBytes memory of masks that are kept, about
  TokenMasks(Grammar grammar, TokenTrie vocabulary, long mostBytes) {
    this.mostBytes = mostBytes;
    machine = grammar.machine();
    this.vocabulary = vocabulary;
    walker = new Walker(machine, vocabulary);
  }

  /// The beginning of one text.
  public Constraint begin() {
    return new Constraint(this, machine.start());
  }

  Machine machine() {
    return machine;
  }

  TokenTrie vocabulary() {
    return vocabulary;
  }

  /// Adds to a mask the tokens that stacks allow.
  void addAllowed(StackSet stacks, long[] mask) {
    for (int i = 0; i < stacks.size(); i++) {
      int state = stacks.state(i);
      MaskNode known = roots.get(state);
      add(known == null ? root(state) : known, stacks.below(i), mask);
    }
  }

  private void add(MaskNode node, StackSet below, long[] mask) {
    node.addTo(mask);
    for (int i = 0; node.pending().length > 0 && i < below.size(); i++) {
      int state = below.state(i);
      MaskNode known = node.children().get(state);
      add(known == null ? child(node, state) : known, below.below(i), mask);
    }
  }

  private MaskNode root(int state) {
    synchronized (walker) {
      MaskNode made = walker.root(state);
      keep(roots, state, made);
      return made;
    }
  }

  private MaskNode child(MaskNode parent, int state) {
    synchronized (walker) {
      MaskNode made = walker.child(parent, state);
      keep(parent.children(), state, made);
      return made;
    }
  }

  private void keep(ConcurrentHashMap<Integer, MaskNode> place, int state, MaskNode made) {
    if (bytes.addAndGet(made.size()) > mostBytes) {
      roots.clear();
      bytes.set(made.size());
    }
    place.put(state, made);
  }
}
