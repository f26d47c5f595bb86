package dev.minke.inference.grammar;

import org.jspecify.annotations.Nullable;

/// A part of a grammar that has a name, so that it can contain itself. Two rules are equal where
/// they are the same object.
///
/// Mutable until its body is set, once, by the reader that made it.
final class Rule {
  private final String name;
  private @Nullable Expression body;

  Rule(String name) {
    this.name = name;
  }

  Rule(String name, Expression body) {
    this.name = name;
    this.body = body;
  }

  String name() {
    return name;
  }

  void define(Expression definition) {
    if (body != null) {
      throw new GrammarException(
          "rule %s: expected one definition, found two; join them by |".formatted(name));
    }
    body = definition;
  }

  Expression body() {
    Expression known = body;
    if (known == null) {
      throw new GrammarException("rule %s: used, but never defined".formatted(name));
    }
    return known;
  }
}
