package dev.minke.tokenizer.jinja;

import dev.minke.tokenizer.jinja.Expression.CallSyntax;
import dev.minke.tokenizer.jinja.Expression.Operand;
import dev.minke.tokenizer.jinja.Expression.Suffix;
import dev.minke.tokenizer.jinja.Token.Kind;
import dev.minke.tokenizer.jinja.Value.Items;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads expressions, with the ranks of operators that Jinja has; some differ from Python's.
final class ExpressionParser {
  /// More digits than a number may have, whatever is computed.
  private static final int MOST_DIGITS = 1000;

  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  /// Functions of Jinja that no chat template was seen to use.
  private static final Set<String> OTHER_FUNCTIONS = Set.of("lipsum", "cycler", "joiner");

  private final Words words;

  ExpressionParser(Words words) {
    this.words = words;
  }

  /// An expression; a tuple only in parentheses.
  Expression expression() {
    words.enter();
    Expression then = any();
    while (words.takesName("if")) {
      Expression condition = any();
      Expression otherwise = words.takesName("else") ? expression() : null;
      then = new Expression.Conditional(condition, then, otherwise);
    }
    words.leave();
    return then;
  }

  /// One expression or, where commas follow, a tuple.
  Expression expressionOrTuple() {
    return tuple(this::expression, false);
  }

  /// What a loop goes over: no conditional, because `if` begins its filter.
  Expression iterable() {
    return tuple(this::any, false);
  }

  private Expression tuple(Supplier<Expression> element, boolean mayBeEmpty) {
    List<Expression> elements = new ArrayList<>();
    boolean comma = false;
    while (!tupleEnds()) {
      elements.add(element.get());
      if (!words.takesOperator(",")) {
        break;
      }
      comma = true;
    }
    if (!comma && elements.size() == 1) {
      return elements.getFirst();
    }
    if (elements.isEmpty() && !mayBeEmpty) {
      throw words.expected("an expression");
    }
    return new Expression.Sequence(elements, Items.Kind.TUPLE);
  }

  private boolean tupleEnds() {
    Token token = words.peek();
    return token.is(Kind.VARIABLE_END)
        || token.is(Kind.BLOCK_END)
        || token.is(Kind.END)
        || token.isOperator(")");
  }

  private Expression any() {
    List<Expression> parts = new ArrayList<>();
    do {
      parts.add(all());
    } while (words.takesName("or"));
    return parts.size() == 1 ? parts.getFirst() : new Expression.Any(parts);
  }

  private Expression all() {
    List<Expression> parts = new ArrayList<>();
    do {
      parts.add(not());
    } while (words.takesName("and"));
    return parts.size() == 1 ? parts.getFirst() : new Expression.All(parts);
  }

  private Expression not() {
    if (!words.takesName("not")) {
      return comparison();
    }
    words.enter();
    Expression operand = not();
    words.leave();
    return new Expression.Not(operand);
  }

  private Expression comparison() {
    Expression first = sum();
    List<Operand> rest = new ArrayList<>();
    while (true) {
      Token token = words.peek();
      if (token.is(Kind.OPERATOR) && COMPARISONS.contains(token.text())) {
        words.next();
        rest.add(new Operand(token.text(), sum()));
      } else if (words.takesName("in")) {
        rest.add(new Operand("in", sum()));
      } else if (token.isName("not") && words.peekSecond().isName("in")) {
        words.next();
        words.next();
        rest.add(new Operand("not in", sum()));
      } else {
        return rest.isEmpty() ? first : new Expression.Comparison(first, rest);
      }
    }
  }

  private Expression sum() {
    return arithmetic(this::joined, operator -> operator.equals("+") || operator.equals("-"));
  }

  private Expression joined() {
    List<Expression> parts = new ArrayList<>();
    do {
      parts.add(product());
    } while (words.takesOperator("~"));
    return parts.size() == 1 ? parts.getFirst() : new Expression.Joined(parts);
  }

  private Expression product() {
    return arithmetic(this::power, Set.of("*", "/", "//", "%")::contains);
  }

  private Expression power() {
    return arithmetic(() -> signed(true), "**"::equals);
  }

  private Expression arithmetic(Supplier<Expression> operand, Predicate<String> ofThisRank) {
    Expression first = operand.get();
    List<Operand> rest = new ArrayList<>();
    while (words.peek().is(Kind.OPERATOR) && ofThisRank.test(words.peek().text())) {
      Token operator = words.next();
      if (operator.text().equals("%") && rest.isEmpty() && isText(first)) {
        throw words.unsupported("formatting text with %", operator.line());
      }
      rest.add(new Operand(operator.text(), operand.get()));
    }
    return rest.isEmpty() ? first : new Expression.Arithmetic(first, rest);
  }

  private static boolean isText(Expression expression) {
    return expression instanceof Expression.Constant(Value.Text _);
  }

  private Expression signed(boolean withFilters) {
    Expression value;
    if (words.peek().isOperator("-") || words.peek().isOperator("+")) {
      boolean negative = words.next().isOperator("-");
      words.enter();
      value = new Expression.Signed(negative, signed(false));
      words.leave();
    } else {
      value = primary();
    }
    List<Suffix> suffixes = new ArrayList<>();
    postfixes(suffixes);
    if (withFilters) {
      filtersAndTests(suffixes);
    }
    return chain(value, suffixes);
  }

  private static Expression chain(Expression base, List<Suffix> suffixes) {
    return suffixes.isEmpty() ? base : new Expression.Chain(base, suffixes);
  }

  private Expression primary() {
    Token token = words.peek();
    return switch (token.kind()) {
      case NAME -> name();
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (words.peek().is(Kind.STRING)) {
          text.append(words.next().text());
        }
        yield new Expression.Constant(new Value.Text(text.toString()));
      }
      case WHOLE -> {
        if (token.text().length() > MOST_DIGITS) {
          throw words.error("a number of %d digits".formatted(token.text().length()));
        }
        yield new Expression.Constant(new Value.Whole(new BigInteger(words.next().text())));
      }
      case REAL -> new Expression.Constant(new Value.Real(Double.parseDouble(words.next().text())));
      case OPERATOR, DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END -> bracketed();
    };
  }

  private Expression bracketed() {
    if (words.takesOperator("(")) {
      Expression inner = tuple(this::expression, true);
      words.requireOperator(")");
      return inner;
    }
    if (words.takesOperator("[")) {
      List<Expression> elements = new ArrayList<>();
      while (!words.takesOperator("]")) {
        if (!elements.isEmpty()) {
          words.requireOperator(",");
          if (words.takesOperator("]")) {
            break;
          }
        }
        elements.add(expression());
      }
      return new Expression.Sequence(elements, Items.Kind.LIST);
    }
    if (words.takesOperator("{")) {
      return mapping();
    }
    throw words.expected("an expression");
  }

  private Expression mapping() {
    List<Expression.Pair> pairs = new ArrayList<>();
    while (!words.takesOperator("}")) {
      if (!pairs.isEmpty()) {
        words.requireOperator(",");
        if (words.takesOperator("}")) {
          break;
        }
      }
      Expression key = expression();
      words.requireOperator(":");
      pairs.add(new Expression.Pair(key, expression()));
    }
    return new Expression.Mapping(pairs);
  }

  private Expression name() {
    Token token = words.next();
    return switch (token.text()) {
      case "true", "True" -> new Expression.Constant(Value.Bool.TRUE);
      case "false", "False" -> new Expression.Constant(Value.Bool.FALSE);
      case "none", "None" -> new Expression.Constant(Value.None.NONE);
      default -> {
        if (OTHER_FUNCTIONS.contains(token.text()) && words.peek().isOperator("(")) {
          throw words.unsupported("function '%s'".formatted(token.text()), token.line());
        }
        yield new Expression.Name(token.text());
      }
    };
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
    Expression from = words.peek().isOperator(":") ? null : expression();
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
    return words.peek().isOperator(":") || words.peek().isOperator("]") ? null : expression();
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
    Expression value = primary();
    List<Suffix> suffixes = new ArrayList<>();
    postfixes(suffixes);
    words.leave();
    return new Suffix.Test(
        name.text(),
        negated,
        new CallSyntax(List.of(chain(value, suffixes)), Map.of(), null, null));
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
        spreadNamed = expression();
      } else if (words.takesOperator("*")) {
        spread = expression();
      } else if (words.peek().is(Kind.NAME) && words.peekSecond().isOperator("=")) {
        String name = words.next().text();
        words.next();
        if (named.put(name, expression()) != null) {
          throw words.error("argument '%s' is given twice".formatted(name));
        }
      } else if (named.isEmpty() && spreadNamed == null) {
        positional.add(expression());
      } else {
        throw words.error("a positional argument follows a named one");
      }
    }
    return new CallSyntax(positional, named, spread, spreadNamed);
  }
}
