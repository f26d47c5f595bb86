package dev.minke.inference.grammar;

import dev.minke.tokenizer.IntList;
import dev.minke.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/// A vocabulary as grammars see it: the bytes of each id, sorted. Built once a tokenizer, shared by
/// all grammars.
///
/// Special tokens are no text: no set of letters contains them, and only [Grammar#token] asks for
/// one. They are spelled with a byte before and behind that no UTF-8 has; a token of that byte, as
/// byte-level vocabularies have one, could spell them, too, and is never allowed. Nor are ids
/// without bytes, such as padding.
///
/// Immutable and safe for many threads.
public final class TokenTrie {
  /// Stands before and behind the content of a special token.
  static final byte MARK = (byte) 0xFF;

  private static final int MOST_BYTES = Short.MAX_VALUE;
  private static final byte[] NO_BYTES = {};

  private final List<byte[]> tokens = new ArrayList<>();
  private final Trie all;
  private final Trie notPlain;
  private final PlainRuns plainRuns;

  /// @param vocab number of ids
  /// @param bytes of an id; empty for those that are never allowed
  /// @param isSpecial whether an id is a control token, whose bytes are its name
  public TokenTrie(int vocab, IntFunction<byte[]> bytes, IntPredicate isSpecial) {
    int[] letters = new int[vocab];
    IntList members = new IntList(vocab);
    IntList others = new IntList();
    for (int id = 0; id < vocab; id++) {
      byte[] text = bytes.apply(id);
      byte[] token = spelled(text, isSpecial.test(id));
      if (token.length > MOST_BYTES) {
        throw new IllegalArgumentException(
            "token %d: expected at most %,d bytes, found %,d"
                .formatted(id, MOST_BYTES, token.length));
      }
      tokens.add(token);
      letters[id] = PlainRuns.letters(token);
      if (token.length > 0) {
        members.add(id);
        if (letters[id] == 0) {
          others.add(id);
        }
      }
    }
    all = new Trie(tokens, members.toArray());
    notPlain = new Trie(tokens, others.toArray());
    plainRuns = new PlainRuns(letters);
  }

  /// The vocabulary of a tokenizer. Added tokens that are not special are text.
  public static TokenTrie of(Tokenizer tokenizer) {
    return new TokenTrie(tokenizer.vocab(), tokenizer::bytes, tokenizer::isSpecial);
  }

  private static byte[] spelled(byte[] text, boolean special) {
    if (special) {
      return text.length > 0 ? marked(text) : text;
    }
    for (byte value : text) {
      if (value == MARK) {
        return NO_BYTES;
      }
    }
    return text;
  }

  /// The content of a special token between marks.
  static byte[] marked(byte[] content) {
    ByteArrayOutputStream spelled = new ByteArrayOutputStream(content.length + 2);
    spelled.write(MARK);
    spelled.writeBytes(content);
    spelled.write(MARK);
    return spelled.toByteArray();
  }

  /// Number of ids.
  public int vocab() {
    return tokens.size();
  }

  /// Length of a mask: one bit an id, the lowest bit of the first long for id 0.
  public int words() {
    return (vocab() + 63) / 64;
  }

  /// The bytes of an id, not a copy; empty where it has none.
  byte[] bytes(int id) {
    if (id < 0 || id >= vocab()) {
      throw new IllegalArgumentException(
          "token id: expected 0 to %,d, found %,d".formatted(vocab() - 1, id));
    }
    return tokens.get(id);
  }

  /// All tokens that have bytes.
  Trie all() {
    return all;
  }

  /// Those that [#plainRuns] doesn't know.
  Trie notPlain() {
    return notPlain;
  }

  PlainRuns plainRuns() {
    return plainRuns;
  }
}
