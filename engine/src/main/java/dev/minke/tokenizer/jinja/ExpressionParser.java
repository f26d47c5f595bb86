package dev.minke.tokenizer.jinja;

import dev.minke.tokenizer.jinja.Expression.Operand;
import dev.minke.tokenizer.jinja.Expression.Suffix;
import dev.minke.tokenizer.jinja.Token.Kind;
import dev.minke.tokenizer.jinja.Value.Items;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Reads expressions, with the ranks of operators that Jinja has; some differ from Python's.
final class ExpressionParser {
  /// More digits than a number may have, whatever is computed.
  private static final int MOST_DIGITS = 1000;

  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  /// Functions of Jinja that no chat template was seen to use.
  private static final Set<String> OTHER_FUNCTIONS = Set.of("lipsum", "cycler", "joiner");

  private final Words words;
  private final SuffixParser suffixes;

  ExpressionParser(Words words) {
    this.words = words;
    suffixes = new SuffixParser(words, this);
  }

  /// What stands after `|`.
  Suffix.Filter filter() {
    return suffixes.filter();
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
    return suffixes.behind(value, withFilters);
  }

  /// A literal, a variable, or what stands in brackets.
  Expression primary() {
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
}
