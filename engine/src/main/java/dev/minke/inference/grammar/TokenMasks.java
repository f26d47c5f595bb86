package dev.minke.inference.grammar;

import java.util.HashSet;
import java.util.Set;
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

  /// Parts of one mask: some dozens, where nesting is deep.
  private static final int MOST_VISITS = 20_000;

  private final Machine machine;
  private final TokenTrie vocabulary;
  private final long mostBytes;
  private final ConcurrentHashMap<Integer, MaskNode> roots = new ConcurrentHashMap<>();

  /// Each pending once; those of all masks.
  private final ConcurrentHashMap<Pending, Pending> pendings = new ConcurrentHashMap<>();

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
    StackPool pool = machine.pool(1);
    return new Constraint(this, machine.start(pool), pool.nextNumber());
  }

  Machine machine() {
    return machine;
  }

  TokenTrie vocabulary() {
    return vocabulary;
  }

  /// Adds to a mask the tokens that stacks allow.
  void addAllowed(StackSet stacks, long[] mask) {
    Set<Visit> visits = new HashSet<>();
    for (int i = 0; i < stacks.size(); i++) {
      StackSet.Node top = stacks.node(i);
      MaskNode known = roots.get(top.state());
      add(known == null ? root(top.state()) : known, top.below(), mask, visits);
    }
  }

  /// Undecided tokens, on a stack that several paths may lead to.
  private record Visit(Pending pending, StackSet.Node beneath) {}

  private void add(MaskNode node, StackSet below, long[] mask, Set<Visit> visits) {
    node.addTo(mask);
    Pending pending = node.pending();
    for (int i = 0; !pending.isEmpty() && i < below.size(); i++) {
      StackSet.Node beneath = below.node(i);
      if (visits.add(new Visit(pending, beneath))) {
        if (visits.size() > MOST_VISITS) {
          throw new GrammarException(
              "the grammar is ambiguous: expected a mask of at most %,d parts, found more; let its alternatives differ earlier"
                  .formatted(MOST_VISITS));
        }
        MaskNode known = pending.known().get(beneath.state());
        MaskNode next = known == null ? after(pending, beneath.state()) : known;
        add(next, beneath.below(), mask, visits);
      }
    }
  }

  private MaskNode root(int state) {
    synchronized (walker) {
      return keep(roots, state, walker.root(state));
    }
  }

  private MaskNode after(Pending pending, int state) {
    synchronized (walker) {
      return keep(pending.known(), state, walker.after(pending, state));
    }
  }

  private MaskNode keep(ConcurrentHashMap<Integer, MaskNode> place, int state, MaskNode found) {
    if (bytes.addAndGet(found.size()) > mostBytes) {
      roots.clear();
      pendings.clear();
      bytes.set(found.size());
    }
    Pending pending = found.pending();
    MaskNode made = found.with(pendings.computeIfAbsent(pending, one -> one));
    place.put(state, made);
    return made;
  }
}
