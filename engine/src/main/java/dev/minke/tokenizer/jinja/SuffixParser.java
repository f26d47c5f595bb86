package dev.minke.tokenizer.jinja;

import dev.minke.tokenizer.jinja.Expression.CallSyntax;
import dev.minke.tokenizer.jinja.Expression.Suffix;
import dev.minke.tokenizer.jinja.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads what stands behind a value: attributes, indexes, calls, filters and tests.
final class SuffixParser {
  private final Words words;
  private final ExpressionParser expressions;

  SuffixParser(Words words, ExpressionParser expressions) {
    this.words = words;
    this.expressions = expressions;
  }

  /// A value with what stands behind it.
  Expression behind(Expression base, boolean withFilters) {
    List<Suffix> suffixes = new ArrayList<>();
    postfixes(suffixes);
    if (withFilters) {
      filtersAndTests(suffixes);
    }
    return suffixes.isEmpty() ? base : new Expression.Chain(base, suffixes);
  }

  private void postfixes(List<Suffix> suffixes) {
    while (true) {
      if (words.takesOperator(".")) {
        suffixes.add(attribute());
      } else if (words.takesOperator("[")) {
        suffixes.add(item());
      } else if (words.peek().isOperator("(")) {
        suffixes.add(new Suffix.Call(arguments()));
      } else {
        return;
      }
    }
  }

  private Suffix attribute() {
    Token token = words.next();
    if (token.is(Kind.WHOLE)) {
      return new Suffix.Item(
          new Expression.Constant(new Value.Whole(new BigInteger(token.text()))));
    }
    if (!token.is(Kind.NAME)) {
      throw words.error("expected a name after '.', found " + token.description());
    }
    if (words.peek().isOperator("(") && Methods.UNSUPPORTED.contains(token.text())) {
      throw words.unsupported("method '%s'".formatted(token.text()), token.line());
    }
    return new Suffix.Attribute(token.text());
  }

  private Suffix item() {
    Expression from = words.peek().isOperator(":") ? null : expressions.expression();
    if (from != null && words.takesOperator("]")) {
      return new Suffix.Item(from);
    }
    if (from != null && words.peek().isOperator(",")) {
      throw words.unsupported("an index of several parts", words.line());
    }
    words.requireOperator(":");
    Expression to = bound();
    Expression step = words.takesOperator(":") ? bound() : null;
    words.requireOperator("]");
    return new Suffix.Slice(from, to, step);
  }

  private @Nullable Expression bound() {
    return words.peek().isOperator(":") || words.peek().isOperator("]")
        ? null
        : expressions.expression();
  }

  private void filtersAndTests(List<Suffix> suffixes) {
    while (true) {
      if (words.takesOperator("|")) {
        suffixes.add(filter());
      } else if (words.takesName("is")) {
        suffixes.add(test());
      } else if (words.peek().isOperator("(")) {
        suffixes.add(new Suffix.Call(arguments()));
      } else {
        return;
      }
    }
  }

  /// What stands after `|`.
  Suffix.Filter filter() {
    Token name = words.require(Kind.NAME, "the name of a filter");
    if (!Filters.known(name.text())) {
      throw words.unsupported("filter '%s'".formatted(name.text()), name.line());
    }
    return new Suffix.Filter(
        name.text(), words.peek().isOperator("(") ? arguments() : CallSyntax.NONE);
  }

  private Suffix test() {
    boolean negated = words.takesName("not");
    Token name = words.require(Kind.NAME, "the name of a test");
    if (!Tests.known(name.text())) {
      throw words.unsupported("test '%s'".formatted(name.text()), name.line());
    }
    if (words.peek().isOperator("(")) {
      return new Suffix.Test(name.text(), negated, arguments());
    }
    if (!beginsArgument(words.peek())) {
      return new Suffix.Test(name.text(), negated, CallSyntax.NONE);
    }
    words.enter();
    Expression value = behind(expressions.primary(), false);
    words.leave();
    return new Suffix.Test(
        name.text(), negated, new CallSyntax(List.of(value), Map.of(), null, null));
  }

  /// Whether the one argument of a test, without parentheses, begins here.
  private static boolean beginsArgument(Token token) {
    return switch (token.kind()) {
      case NAME -> !Set.of("else", "or", "and", "if", "is", "in", "not").contains(token.text());
      case STRING, WHOLE, REAL -> true;
      case OPERATOR -> token.isOperator("[") || token.isOperator("{");
      case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END -> false;
    };
  }

  private CallSyntax arguments() {
    words.requireOperator("(");
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    Expression spread = null;
    Expression spreadNamed = null;
    boolean first = true;
    while (!words.takesOperator(")")) {
      if (!first) {
        words.requireOperator(",");
        if (words.takesOperator(")")) {
          break;
        }
      }
      first = false;
      if (words.takesOperator("**")) {
        spreadNamed = expressions.expression();
      } else if (words.takesOperator("*")) {
        spread = expressions.expression();
      } else if (words.peek().is(Kind.NAME) && words.peekSecond().isOperator("=")) {
        String name = words.next().text();
        words.next();
        if (named.put(name, expressions.expression()) != null) {
          throw words.error("argument '%s' is given twice".formatted(name));
        }
      } else if (named.isEmpty() && spreadNamed == null) {
        positional.add(expressions.expression());
      } else {
        throw words.error("a positional argument follows a named one");
      }
    }
    return new CallSyntax(positional, named, spread, spreadNamed);
  }
}
