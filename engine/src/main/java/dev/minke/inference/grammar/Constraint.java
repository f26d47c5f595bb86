package dev.minke.inference.grammar;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.BitSet;
import java.util.OptionalInt;

/// A text of a grammar as far as it has been generated: which tokens may follow, and whether it may
/// end. Tokens that end a text are the caller's: they are allowed where [#canEnd] says so.
///
/// Mutable; owned by one generation.
public final class Constraint {
  /// Forced bytes are looked for so far.
  private static final int MOST_FORCED = 4096;

  private final TokenMasks masks;
  private StackSet stacks;

  /// Of the next node of a stack.
  private long nextNumber;

  Constraint(TokenMasks masks, StackSet stacks, long nextNumber) {
    this.masks = masks;
    this.stacks = stacks;
    this.nextNumber = nextNumber;
  }

  /// The same text, to be gone on with in another way.
  public Constraint copy() {
    return new Constraint(masks, stacks, nextNumber);
  }

  /// Length of a mask.
  public int words() {
    return masks.vocabulary().words();
  }

  /// Writes the tokens that may follow.
  ///
  /// @param mask `[words]`, bit `id & 63` of word `id >>> 6` for each id; overwritten
  /// @throws GrammarException if the grammar is too ambiguous here
  public void allowed(long[] mask) {
    if (mask.length != words()) {
      throw new IllegalArgumentException(
          "mask: expected %,d words, found %,d".formatted(words(), mask.length));
    }
    Arrays.fill(mask, 0);
    masks.addAllowed(stacks, mask);
  }

  /// Whether a token may follow.
  public boolean allows(int id) {
    return !after(id, masks.machine().pool(nextNumber)).isEmpty();
  }

  /// Goes on with a token.
  ///
  /// @throws IllegalArgumentException if it may not follow
  /// @throws GrammarException if the grammar is so ambiguous, or the text nested so deep, that it
  ///   can't be followed further
  public void accept(int id) {
    StackPool pool = masks.machine().pool(nextNumber);
    StackSet after = after(id, pool);
    if (after.isEmpty()) {
      throw new IllegalArgumentException(
          "token %d: expected one that the grammar allows here; ask the mask first".formatted(id));
    }
    stacks = after;
    nextNumber = pool.nextNumber();
  }

  private StackSet after(int id, StackPool pool) {
    byte[] bytes = masks.vocabulary().bytes(id);
    StackSet after = bytes.length == 0 ? StackSet.NONE : stacks;
    for (int i = 0; i < bytes.length && !after.isEmpty(); i++) {
      after = masks.machine().step(after, bytes[i] & 0xFF, pool);
    }
    return after;
  }

  /// Whether the text may end here.
  public boolean canEnd() {
    return stacks.ends();
  }

  /// Whether nothing may follow.
  public boolean isComplete() {
    return stacks.ends() && masks.machine().nextBytes(stacks).isEmpty();
  }

  /// The token that has to follow, if there is but one and the text may not end: the model need not
  /// be asked.
  public OptionalInt forced() {
    if (canEnd()) {
      return OptionalInt.empty();
    }
    long[] mask = new long[words()];
    masks.addAllowed(stacks, mask);
    BitSet allowed = BitSet.valueOf(mask);
    int first = allowed.nextSetBit(0);
    return first < 0 || allowed.nextSetBit(first + 1) >= 0
        ? OptionalInt.empty()
        : OptionalInt.of(first);
  }

  /// The bytes that have to follow, whichever tokens spell them; none where there is a choice. Ends
  /// before a special token.
  public byte[] forcedBytes() {
    ByteArrayOutputStream forced = new ByteArrayOutputStream();
    StackPool pool = masks.machine().pool(nextNumber);
    StackSet at = stacks;
    while (!at.ends() && forced.size() < MOST_FORCED) {
      BitSet next = masks.machine().nextBytes(at);
      int only = next.nextSetBit(0);
      if (next.cardinality() != 1 || only == (TokenTrie.MARK & 0xFF)) {
        break;
      }
      forced.write(only);
      at = masks.machine().step(at, only, pool);
    }
    return forced.toByteArray();
  }
}
