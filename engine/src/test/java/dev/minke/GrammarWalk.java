package dev.minke;

import dev.minke.inference.grammar.Constraint;
import dev.minke.inference.grammar.Grammar;
import dev.minke.inference.grammar.TokenMasks;
import dev.minke.inference.grammar.TokenTrie;
import dev.minke.tensor.RandomStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Texts of a grammar, drawn by its masks from a vocabulary of all bytes, some texts and some
/// markers: any token that is allowed, more often one that closes something, so that walks end.
final class GrammarWalk {
  private static final int MOST_TOKENS = 6000;

  private final List<byte[]> tokens = new ArrayList<>();
  private final int plain;

  /// @param markers special tokens, where a walk has such
  GrammarWalk(List<String> texts, List<String> markers) {
    for (int value = 0; value < 256; value++) {
      tokens.add(new byte[] {(byte) value});
    }
    texts.forEach(this::add);
    plain = tokens.size();
    markers.forEach(this::add);
  }

  private void add(String text) {
    tokens.add(text.getBytes(StandardCharsets.UTF_8));
  }

  /// One text.
  ///
  /// @param hasSpecials whether markers are special tokens
  String text(Grammar grammar, boolean hasSpecials, long seed) {
    TokenTrie trie = new TokenTrie(tokens.size(), tokens::get, id -> hasSpecials && id >= plain);
    Constraint text = new TokenMasks(grammar, trie).begin();
    RandomStream random = new RandomStream(seed, 7);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    long[] mask = new long[text.words()];
    for (int count = 0; count < MOST_TOKENS; count++) {
      if (text.canEnd() && (text.isComplete() || random.uniform(3L * count) < 0.3)) {
        return bytes.toString(StandardCharsets.UTF_8);
      }
      text.allowed(mask);
      BitSet allowed = BitSet.valueOf(mask);
      if (allowed.isEmpty()) {
        throw new AssertionError("nothing may follow " + bytes);
      }
      double chance = count < 300 ? 0.6 : 0.95;
      BitSet closing = closing(allowed);
      BitSet from =
          closing.isEmpty() || random.uniform(3L * count + 1) > chance ? allowed : closing;
      int skip = (int) random.below(from.cardinality(), 3L * count + 2);
      int id = from.stream().skip(skip).findFirst().orElseThrow();
      text.accept(id);
      bytes.writeBytes(tokens.get(id));
    }
    throw new AssertionError("no end after " + bytes);
  }

  /// Markers, or else what ends strings, lists and objects.
  private BitSet closing(BitSet allowed) {
    BitSet closing = new BitSet();
    closing.set(plain, tokens.size());
    closing.and(allowed);
    for (char letter : "\"}]<".toCharArray()) {
      if (closing.isEmpty() && allowed.get(letter)) {
        closing.set(letter);
      }
    }
    return closing;
  }
}
