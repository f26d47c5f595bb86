package dev.minke.inference.grammar;

import dev.minke.tensor.RandomStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Small grammars of all kinds of expressions, rules that contain one another included; and small
/// vocabularies that spell their texts, halves of letters included.
final class RandomGrammars {
  private static final List<String> TEXTS =
      List.of("a", "b", "ab", "ba", "\"", "é", "ê", "𝄞", "aa");

  private final RandomStream random;
  private final List<Rule> rules = new ArrayList<>();
  private long draws;

  RandomGrammars(long seed) {
    random = new RandomStream(seed, 0x6A);
  }

  int below(int bound) {
    return random.below(bound, draws++);
  }

  private <T> T oneOf(List<T> values) {
    return values.get(below(values.size()));
  }

  Expression grammar() {
    for (int i = 0; i < 3; i++) {
      rules.add(new Rule("rule" + i));
    }
    for (Rule rule : rules) {
      rule.define(expression(3, true));
    }
    return new Expression.Call(rules.getFirst());
  }

  private Expression expression(int depth, boolean mayCall) {
    if (depth == 0) {
      return leaf(mayCall);
    }
    return switch (below(10)) {
      case 0, 1, 2 -> new Expression.Sequence(list(depth, mayCall));
      case 3, 4, 5 -> new Expression.Choice(list(depth, mayCall));
      case 6 -> repeat(expression(depth - 1, mayCall));
      case 7 -> members(depth, mayCall);
      case 8 ->
          below(2) == 0
              ? new Expression.Both(expression(2, false), expression(2, false))
              : new Expression.Except(expression(2, false), expression(2, false));
      default -> leaf(mayCall);
    };
  }

  private List<Expression> list(int depth, boolean mayCall) {
    List<Expression> parts = new ArrayList<>();
    for (int i = 0; i <= below(3); i++) {
      parts.add(expression(depth - 1, mayCall));
    }
    return parts;
  }

  private Expression repeat(Expression part) {
    int least = below(3);
    int most = below(3) == 0 ? Expression.Repeat.NO_LIMIT : least + below(3);
    return new Expression.Repeat(part, least, most);
  }

  private Expression members(int depth, boolean mayCall) {
    List<Expression.Member> members = new ArrayList<>();
    for (int i = 0; i <= below(4); i++) {
      members.add(
          new Expression.Member(expression(depth - 1, mayCall), below(2) == 0, below(3) == 0));
    }
    return new Expression.Members(members, Expression.text(oneOf(TEXTS)));
  }

  private Expression leaf(boolean mayCall) {
    return switch (below(mayCall ? 4 : 3)) {
      case 0 -> Expression.text(oneOf(TEXTS));
      case 1 -> new Expression.OneOf(letters(mayCall));
      case 2 -> below(4) == 0 ? Expression.EMPTY : Expression.text(oneOf(TEXTS));
      default -> new Expression.Call(oneOf(rules));
    };
  }

  /// Large sets stand where no automata are joined: those are slow to try out.
  private CodePoints letters(boolean mayBeLarge) {
    return switch (below(mayBeLarge ? 5 : 3)) {
      case 0 -> CodePoints.of("ab");
      case 1 -> CodePoints.of("bé\"");
      case 2 -> CodePoints.of(0x1D11E).union(CodePoints.of("aê"));
      case 3 -> CodePoints.range(0xE0, 0x100);
      default -> Fragments.PLAIN;
    };
  }

  /// Tokens of one to four bytes, each byte among them, and one that is special.
  List<byte[]> vocabulary() {
    byte[] bytes = String.join("", TEXTS).getBytes(StandardCharsets.UTF_8);
    List<byte[]> tokens = new ArrayList<>();
    for (byte value : bytes) {
      tokens.add(new byte[] {value});
    }
    for (int i = 0; i < 40; i++) {
      byte[] token = new byte[2 + below(3)];
      for (int j = 0; j < token.length; j++) {
        token[j] = bytes[below(bytes.length)];
      }
      tokens.add(token);
    }
    for (int i = 0; i < 30; i++) {
      String text = "";
      for (int j = 0; j <= below(4); j++) {
        text += oneOf(TEXTS);
      }
      tokens.add(text.getBytes(StandardCharsets.UTF_8));
    }
    tokens.add(new byte[0]);
    tokens.add("ab".getBytes(StandardCharsets.UTF_8));
    return tokens;
  }
}
