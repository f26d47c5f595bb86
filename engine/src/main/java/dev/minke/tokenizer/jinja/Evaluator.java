package dev.minke.tokenizer.jinja;

import dev.minke.tokenizer.jinja.Expression.CallSyntax;
import dev.minke.tokenizer.jinja.Expression.Operand;
import dev.minke.tokenizer.jinja.Expression.Suffix;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Finds the value of an expression among the variables of a scope.
final class Evaluator {
  /// Looking into so many scopes takes about as long as evaluating a node.
  private static final int SCOPES_A_STEP = 8;

  private final Runtime runtime;
  private final Budget budget;

  Evaluator(Runtime runtime) {
    this.runtime = runtime;
    budget = runtime.budget();
  }

  Value value(Expression expression, Scope scope) {
    budget.enter();
    Value value =
        switch (expression) {
          case Expression.Constant(Value constant) -> constant;
          case Expression.Name(String name) -> variable(name, scope);
          case Expression.Sequence(List<Expression> elements, Value.Items.Kind kind) ->
              new Value.Items(values(elements, scope), kind);
          case Expression.Mapping(List<Expression.Pair> pairs) -> mapping(pairs, scope);
          case Expression.Chain(Expression base, List<Suffix> suffixes) ->
              suffixed(value(base, scope), suffixes, scope);
          case Expression.Not(Expression operand) ->
              Value.Bool.of(!Types.isTrue(value(operand, scope)));
          case Expression.Signed signed -> signed(signed, scope);
          case Expression.Arithmetic(Expression first, List<Operand> rest) ->
              arithmetic(first, rest, scope);
          case Expression.Comparison(Expression first, List<Operand> rest) ->
              comparison(first, rest, scope);
          case Expression.Joined(List<Expression> parts) -> joined(parts, scope);
          case Expression.All(List<Expression> parts) -> decisive(parts, false, scope);
          case Expression.Any(List<Expression> parts) -> decisive(parts, true, scope);
          case Expression.Conditional conditional -> conditional(conditional, scope);
        };
    budget.leave();
    return value;
  }

  private Value variable(String name, Scope scope) {
    budget.steps(scope.depth() / SCOPES_A_STEP);
    Value value = scope.find(name);
    return value != null ? value : new Value.Undefined("'%s' is undefined".formatted(name));
  }

  private List<Value> values(List<Expression> expressions, Scope scope) {
    budget.values(expressions.size());
    List<Value> values = new ArrayList<>(expressions.size());
    for (Expression expression : expressions) {
      values.add(value(expression, scope));
    }
    return values;
  }

  private Value mapping(List<Expression.Pair> pairs, Scope scope) {
    budget.values(pairs.size());
    SequencedMap<Value, Value> entries = new LinkedHashMap<>();
    for (Expression.Pair pair : pairs) {
      entries.put(budget.key(value(pair.key(), scope)), value(pair.value(), scope));
    }
    return new Value.Dict(entries);
  }

  private Value signed(Expression.Signed signed, Scope scope) {
    Value operand = value(signed.operand(), scope);
    if (operand instanceof Value.Undefined(String reason)) {
      throw new Failure(reason);
    }
    Value number = Numbers.number(operand);
    if (number == null) {
      throw Failure.type(
          "bad operand type for unary %s: '%s'",
          signed.negative() ? "-" : "+", Types.name(operand));
    }
    if (!signed.negative()) {
      return number;
    }
    return number instanceof Value.Whole(BigInteger whole)
        ? new Value.Whole(whole.negate())
        : new Value.Real(-Numbers.real(number));
  }

  private Value arithmetic(Expression first, List<Operand> rest, Scope scope) {
    Value result = value(first, scope);
    for (Operand operand : rest) {
      result =
          runtime.operators().arithmetic(operand.operator(), result, value(operand.right(), scope));
    }
    return result;
  }

  private Value comparison(Expression first, List<Operand> rest, Scope scope) {
    Value left = value(first, scope);
    for (Operand operand : rest) {
      Value right = value(operand.right(), scope);
      if (!runtime.operators().compare(operand.operator(), left, right)) {
        return Value.Bool.FALSE;
      }
      left = right;
    }
    return Value.Bool.TRUE;
  }

  private Value joined(List<Expression> parts, Scope scope) {
    Writing writing = new Writing(budget);
    for (Expression part : parts) {
      writing.add(runtime.printer().text(value(part, scope)));
    }
    return new Value.Text(writing.toString());
  }

  private Value decisive(List<Expression> parts, boolean wanted, Scope scope) {
    Value last = Value.None.NONE;
    for (Expression part : parts) {
      last = value(part, scope);
      if (Types.isTrue(last) == wanted) {
        return last;
      }
    }
    return last;
  }

  private Value conditional(Expression.Conditional conditional, Scope scope) {
    if (Types.isTrue(value(conditional.condition(), scope))) {
      return value(conditional.then(), scope);
    }
    Expression otherwise = conditional.otherwise();
    return otherwise != null
        ? value(otherwise, scope)
        : new Value.Undefined("the inline if-expression evaluated to false and has no else");
  }

  /// A value with suffixes applied, one after the other.
  Value suffixed(Value base, List<Suffix> suffixes, Scope scope) {
    Value value = base;
    for (Suffix suffix : suffixes) {
      budget.step();
      value =
          switch (suffix) {
            case Suffix.Attribute(String name) -> runtime.access().attribute(value, name);
            case Suffix.Item(Expression index) -> runtime.access().item(value, value(index, scope));
            case Suffix.Slice(var from, var to, var step) ->
                runtime
                    .access()
                    .slice(
                        value, optional(from, scope), optional(to, scope), optional(step, scope));
            case Suffix.Call(CallSyntax syntax) -> called(value, arguments(syntax, scope));
            case Suffix.Filter(String name, CallSyntax syntax) ->
                Filters.apply(name, runtime, value, arguments(syntax, scope));
            case Suffix.Test(String name, boolean negated, CallSyntax syntax) ->
                Value.Bool.of(
                    Tests.holds(name, runtime, value, arguments(syntax, scope)) != negated);
          };
    }
    return value;
  }

  private @Nullable Value optional(@Nullable Expression expression, Scope scope) {
    return expression == null ? null : value(expression, scope);
  }

  private static Value called(Value value, Arguments arguments) {
    return switch (value) {
      case Value.Function(String _, Value.Body body) -> body.call(arguments);
      case Value.Undefined(String reason) -> throw new Failure(reason);
      default -> throw Failure.type("'%s' object is not callable", Types.name(value));
    };
  }

  private Arguments arguments(CallSyntax syntax, Scope scope) {
    if (syntax == CallSyntax.NONE) {
      return Arguments.NONE;
    }
    Arguments.Builder arguments = new Arguments.Builder();
    values(syntax.positional(), scope).forEach(arguments::add);
    Expression spread = syntax.spread();
    if (spread != null) {
      Types.listed(value(spread, scope), budget).forEach(arguments::add);
    }
    for (Map.Entry<String, Expression> named : syntax.named().entrySet()) {
      arguments.add(named.getKey(), value(named.getValue(), scope));
    }
    Expression spreadNamed = syntax.spreadNamed();
    if (spreadNamed != null) {
      if (!(value(spreadNamed, scope) instanceof Value.Dict dict)) {
        throw Failure.type("argument after ** must be a mapping");
      }
      budget.values(dict.entries().size());
      dict.entries().forEach((key, value) -> arguments.add(Types.text(key, "keywords"), value));
    }
    return arguments.build();
  }
}
