package dev.minke.tokenizer.jinja;

import dev.minke.tokenizer.jinja.Token.Kind;
import java.util.List;

/// The words of a template with a place among them, and how deep its constructs nest there.
final class Words {
  /// Enough for any template; a parser's frames for so many levels fit a small stack.
  private static final int DEEPEST = 100;

  private final String template;
  private final List<Token> tokens;
  private int at;
  private int depth;

  Words(String template, List<Token> tokens) {
    this.template = template;
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token peekSecond() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = tokens.get(at);
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }

  int line() {
    return peek().line();
  }

  boolean takesOperator(String operator) {
    boolean found = peek().isOperator(operator);
    if (found) {
      next();
    }
    return found;
  }

  boolean takesName(String name) {
    boolean found = peek().isName(name);
    if (found) {
      next();
    }
    return found;
  }

  void requireOperator(String operator) {
    if (!takesOperator(operator)) {
      throw expected("'" + operator + "'");
    }
  }

  void requireName(String name) {
    if (!takesName(name)) {
      throw expected("'" + name + "'");
    }
  }

  Token require(Kind kind, String what) {
    if (!peek().is(kind)) {
      throw expected(what);
    }
    return next();
  }

  TemplateException expected(String what) {
    return error("expected %s, found %s".formatted(what, peek().description()));
  }

  TemplateException error(String reason) {
    return new TemplateException(template, line(), reason);
  }

  TemplateException unsupported(String what, int line) {
    return new TemplateException(template, line, what + " is not supported");
  }

  /// Goes one level deeper; [#leave] comes back.
  void enter() {
    if (++depth > DEEPEST) {
      throw error("nested deeper than %d levels".formatted(DEEPEST));
    }
  }

  void leave() {
    depth--;
  }
}
