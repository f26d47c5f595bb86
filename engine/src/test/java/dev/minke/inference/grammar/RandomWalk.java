package dev.minke.inference.grammar;

import dev.minke.tensor.RandomStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Texts of a grammar, drawn by its masks: any allowed token, but one that closes something rather
/// than another, and the more so the longer the text is. So walks end.
final class RandomWalk {
  private static final int MOST_TOKENS = 5000;

  private final List<byte[]> tokens;
  private final TokenTrie vocabulary;

  /// Tokens that patterns in [RandomSchemas] ask for: a walk would seldom meet them.
  private final BitSet helpful = new BitSet();

  private RandomWalk(List<byte[]> tokens) {
    this.tokens = tokens;
    for (int id = 0; id < tokens.size(); id++) {
      helpful.set(
          id,
          List.of("a", "x", "y", "é").contains(new String(tokens.get(id), StandardCharsets.UTF_8)));
    }
    vocabulary = new TokenTrie(tokens.size(), tokens::get, id -> false);
  }

  /// A vocabulary of all bytes and of what texts of JSON are made of.
  static RandomWalk overJson() {
    List<byte[]> tokens = new ArrayList<>();
    for (int value = 0; value < 256; value++) {
      tokens.add(new byte[] {(byte) value});
    }
    for (String text :
        List.of(
            "\":", "\": ", "\",", "\", \"", "\"}", "\"},", "\"]", "{\"", "[{\"", "}}", "},{", "]}",
            "[]", "{}", "true", "false", "null", "tru", "00", "12", "-1", ".5", "e+", "1.", "é",
            "日本", "𝄞", "ab", "name", "na", "  ", ",\n  \"", "\\\"", "\\n", "\\u00", "\\ud8", "ing",
            "the ", "2024-", "-0", "a\"", "b\":", "c\",\"", "🙂🙂")) {
      tokens.add(text.getBytes(StandardCharsets.UTF_8));
    }
    tokens.add(new byte[] {(byte) 0xE6, (byte) 0x97});
    tokens.add(new byte[] {(byte) 0xA5, '"'});
    tokens.add(new byte[] {'a', (byte) 0xF0, (byte) 0x9D});
    return new RandomWalk(tokens);
  }

  /// One text.
  String text(Grammar grammar, long seed) {
    RandomStream random = new RandomStream(seed, 0x3A);
    Constraint constraint = new TokenMasks(grammar, vocabulary).begin();
    long[] mask = new long[constraint.words()];
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int count = 0; count < MOST_TOKENS; count++) {
      if (constraint.canEnd() && (random.uniform(3L * count) < 0.5 || constraint.isComplete())) {
        return text.toString(StandardCharsets.UTF_8);
      }
      constraint.allowed(mask);
      BitSet allowed = BitSet.valueOf(mask);
      if (allowed.isEmpty()) {
        throw new AssertionError("nothing may follow " + text.toString(StandardCharsets.UTF_8));
      }
      BitSet closing = closing(allowed);
      double chance = count < 60 ? 0.2 : 1;
      boolean closes = !closing.isEmpty() && random.uniform(3L * count + 1) < chance;
      BitSet choice = closes ? closing : allowed;
      if (!closes && random.uniform(3L * count + 1) > 0.7 && allowed.intersects(helpful)) {
        choice.and(helpful);
      }
      int id =
          choice.stream()
              .skip(random.below(choice.cardinality(), 3L * count + 2))
              .findFirst()
              .orElseThrow();
      constraint.accept(id);
      text.writeBytes(tokens.get(id));
    }
    throw new AssertionError(
        "no end after "
            + text.size()
            + " bytes: "
            + text.toString(StandardCharsets.UTF_8).substring(0, 300));
  }

  /// What closes something: a text where brackets are letters, else a bracket, or a text.
  private static BitSet closing(BitSet allowed) {
    BitSet closing = new BitSet();
    boolean isInText = allowed.get('z') && allowed.get('}');
    for (char letter : (isInText ? "\"" : "}]\"").toCharArray()) {
      if (closing.isEmpty() && allowed.get(letter)) {
        closing.set(letter);
      }
    }
    return closing;
  }
}
