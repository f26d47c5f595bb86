package dev.minke.inference.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TokenMasksTest {
  private static final int STEPS = 8;

  @Test
  void masksAreWhatTryingEachTokenGives() {
    compare(0, 400);
  }

  @Test
  @Tag("long")
  void masksOfThousandsOfGrammarsAreWhatTryingEachTokenGives() {
    compare(1000, 5000);
  }

  /// For each of many small grammars and vocabularies, at each place of a random text: a token is
  /// in the mask exactly where its bytes, one after the other, leave some text of the grammar.
  private static void compare(int firstSeed, int grammars) {
    int compared = 0;
    int allowed = 0;
    for (int seed = firstSeed; seed < firstSeed + grammars; seed++) {
      RandomGrammars random = new RandomGrammars(seed);
      Expression expression = random.grammar();
      Naive naive = new Naive(expression);
      Grammar grammar;
      try {
        grammar = Grammar.compiled(expression);
      } catch (GrammarException refusal) {
        boolean isLeftRecursive = refusal.getMessage().contains("begins with something else");
        boolean isEmpty = refusal.getMessage().contains("none does");
        assertThat(isLeftRecursive || isEmpty).as(refusal.getMessage()).isTrue();
        if (isEmpty) {
          assertThat(naive.read(new byte[0]).isPrefix()).as("seed %d", seed).isFalse();
        }
        continue;
      }
      List<byte[]> tokens = random.vocabulary();
      TokenTrie vocabulary =
          new TokenTrie(tokens.size(), tokens::get, id -> id == tokens.size() - 1);
      Constraint constraint = new TokenMasks(grammar, vocabulary).begin();
      byte[] text = {};
      for (int step = 0; step < STEPS; step++) {
        BitSet expected = expected(naive, text, tokens);
        BitSet found = mask(constraint);
        assertThat(found).as("seed %d, step %d", seed, step).isEqualTo(expected);
        assertThat(constraint.canEnd())
            .as("seed %d, end", seed)
            .isEqualTo(naive.read(text).canEnd());
        assertThat(constraint.isComplete())
            .as("seed %d, complete", seed)
            .isEqualTo(naive.read(text).canEnd() && expected.isEmpty());
        compared++;
        allowed += expected.cardinality();
        if (expected.isEmpty()) {
          break;
        }
        int id =
            expected.stream().skip(random.below(expected.cardinality())).findFirst().orElseThrow();
        assertThat(constraint.allows(id)).isTrue();
        constraint.accept(id);
        text = joined(text, tokens.get(id));
      }
    }
    assertThat(compared).isGreaterThan(grammars);
    assertThat(allowed).isGreaterThan(5 * grammars);
  }

  private static BitSet expected(Naive naive, byte[] text, List<byte[]> tokens) {
    BitSet expected = new BitSet();
    for (int id = 0; id < tokens.size() - 1; id++) {
      byte[] token = tokens.get(id);
      expected.set(id, token.length > 0 && naive.read(joined(text, token)).isPrefix());
    }
    return expected;
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  static BitSet mask(Constraint constraint) {
    long[] mask = new long[constraint.words()];
    constraint.allowed(mask);
    return BitSet.valueOf(mask);
  }

  private static TokenTrie vocabulary(String... tokens) {
    return new TokenTrie(
        tokens.length,
        id -> tokens[id].getBytes(StandardCharsets.UTF_8),
        id -> tokens[id].startsWith("<|") && tokens[id].endsWith("|>"));
  }

  @Test
  void aCopyGoesItsOwnWay() {
    TokenMasks masks = new TokenMasks(Grammar.ofRegex("a(bc|bd)"), vocabulary("a", "b", "c", "d"));
    Constraint one = masks.begin();
    one.accept(0);
    Constraint other = one.copy();
    one.accept(1);
    one.accept(2);
    assertThat(one.isComplete()).isTrue();
    assertThat(other.canEnd()).isFalse();
    assertThat(mask(other)).isEqualTo(BitSet.valueOf(new long[] {0b0010}));
    assertThatThrownBy(() -> other.accept(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("token 0");
  }

  @Test
  void whatHasToFollowIsKnown() {
    TokenMasks masks =
        new TokenMasks(
            Grammar.ofRegex("\\{\"name\": \"(anna|annette)\"\\}"),
            vocabulary("{\"", "name", "\":", " \"", "a", "nn", "nna", "e"));
    Constraint constraint = masks.begin();
    assertThat(constraint.forced()).hasValue(0);
    assertThat(new String(constraint.forcedBytes(), StandardCharsets.UTF_8))
        .isEqualTo("{\"name\": \"ann");
    for (int id = 0; id < 4; id++) {
      assertThat(constraint.forced()).hasValue(id);
      constraint.accept(id);
    }
    constraint.accept(4);
    assertThat(constraint.forced()).as("nn or nna").isEmpty();
    constraint.accept(5);
    assertThat(constraint.forcedBytes()).isEmpty();
    assertThat(constraint.forced()).as("a or e").isEmpty();
    constraint.accept(7);
    assertThat(constraint.forced()).as("tt can't be spelled").isEmpty();
    assertThat(new String(constraint.forcedBytes(), StandardCharsets.UTF_8)).isEqualTo("tte\"}");
  }

  @Test
  void specialTokensAreAskedForByNameAlone() {
    TokenTrie vocabulary = vocabulary("<|call|>", "<|", "call", "|>", "x");
    Grammar text = Grammar.ofRegex("[\\s\\S]*");
    assertThat(mask(new TokenMasks(text, vocabulary).begin()))
        .isEqualTo(BitSet.valueOf(new long[] {0b11110}));
    Grammar call = Grammar.sequence(Grammar.token("<|call|>"), Grammar.text("x"));
    Constraint constraint = new TokenMasks(call, vocabulary).begin();
    assertThat(constraint.forced()).hasValue(0);
    assertThat(constraint.forcedBytes()).isEmpty();
    constraint.accept(0);
    assertThat(constraint.forced()).hasValue(4);
  }

  @Test
  void bytesSpellNoSpecialToken() {
    List<byte[]> tokens =
        List.of("<|call|>".getBytes(UTF_8), new byte[] {(byte) 0xFF}, "<|call|>".getBytes(UTF_8));
    TokenTrie vocabulary = new TokenTrie(3, tokens::get, id -> id == 0);
    Constraint call = new TokenMasks(Grammar.token("<|call|>"), vocabulary).begin();
    assertThat(mask(call)).isEqualTo(BitSet.valueOf(new long[] {1}));
    Constraint text = new TokenMasks(Grammar.anyText(), vocabulary).begin();
    assertThat(mask(text)).isEqualTo(BitSet.valueOf(new long[] {0b100}));
  }

  @Test
  void textGoesOnUntilAnotherAndNotFurther() {
    Grammar grammar = Grammar.sequence(Grammar.until("aab"), Grammar.text("!"));
    assertThat(grammar.matches("aab!")).isTrue();
    assertThat(grammar.matches("xéaaaab!")).isTrue();
    assertThat(grammar.matches("aabxaab!")).isFalse();
    assertThat(grammar.matches("aab")).isFalse();
    assertThat(grammar.matches("ab!")).isFalse();
  }

  @Test
  void partsAreJoined() {
    Grammar number = Grammar.ofRegex("\\d+");
    Grammar call =
        Grammar.sequence(
            Grammar.text("<call>"),
            Grammar.choice(number, Grammar.ofGbnf("root ::= \"[\" root? \"]\"")),
            Grammar.text("</call>"));
    Grammar calls = Grammar.repeat(call, 1, 2);
    assertThat(calls.matches("<call>12</call>")).isTrue();
    assertThat(calls.matches("<call>[[]]</call><call>3</call>")).isTrue();
    assertThat(calls.matches("<call>[[]</call>")).isFalse();
    assertThat(calls.matches("")).isFalse();
    assertThat(calls.matches("<call>1</call>".repeat(3))).isFalse();
  }
}
