package dev.minke.inference.grammar;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// A grammar, taken apart: what all readers produce and the machine is built from.
sealed interface Expression {
  /// Exactly nothing.
  Expression EMPTY = new Sequence(List.of());

  /// What no text satisfies.
  Expression NEVER = new Choice(List.of());

  /// These bytes.
  record Literal(byte[] bytes) implements Expression {}

  /// One letter of a set, in UTF-8.
  record OneOf(CodePoints letters) implements Expression {}

  /// One after the other.
  record Sequence(List<Expression> parts) implements Expression {
    public Sequence {
      parts = List.copyOf(parts);
    }
  }

  /// Any one of them.
  record Choice(List<Expression> branches) implements Expression {
    public Choice {
      branches = List.copyOf(branches);
    }
  }

  /// Again and again.
  ///
  /// @param most [#NO_LIMIT], or how often at most
  record Repeat(Expression part, int least, int most) implements Expression {
    static final int NO_LIMIT = -1;

    /// As people write it: `{2,5}`.
    String bounds() {
      return most == NO_LIMIT ? "{" + least + ",}" : "{" + least + "," + most + "}";
    }
  }

  /// Some of a list in its order, with a separator between two that are there.
  record Members(List<Member> members, Expression separator) implements Expression {
    public Members {
      members = List.copyOf(members);
    }
  }

  /// One of a list of [Members].
  ///
  /// @param required whether it can't be left out
  /// @param repeats whether more than one may stand there
  record Member(Expression part, boolean required, boolean repeats) {}

  /// What satisfies both; neither may contain a [Call].
  record Both(Expression left, Expression right) implements Expression {}

  /// What satisfies the left and not the right; neither may contain a [Call].
  record Except(Expression left, Expression right) implements Expression {}

  /// What an automaton without calls accepts.
  record Regular(Dfa automaton) implements Expression {}

  /// What another expression without calls satisfies, escaped as in a string of JSON: each letter
  /// in its shortest spelling.
  record Escaped(Expression values) implements Expression {}

  /// A rule, which may contain this expression.
  record Call(Rule rule) implements Expression {}

  static Expression text(String text) {
    return new Literal(text.getBytes(StandardCharsets.UTF_8));
  }

  static Expression sequence(Expression... parts) {
    return new Sequence(List.of(parts));
  }

  static Expression choice(Expression... branches) {
    return new Choice(List.of(branches));
  }

  static Expression optional(Expression part) {
    return new Repeat(part, 0, 1);
  }

  static Expression any(Expression part) {
    return new Repeat(part, 0, Repeat.NO_LIMIT);
  }
}
