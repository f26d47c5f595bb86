package dev.minke.tokenizer.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What operators do with values of any type.
final class Operators {
  private final Budget budget;

  Operators(Budget budget) {
    this.budget = budget;
  }

  /// `+ - * / // % **`.
  Value arithmetic(String operator, Value left, Value right) {
    Value a = Numbers.number(left);
    Value b = Numbers.number(right);
    if (a != null && b != null) {
      return Numbers.apply(operator, a, b);
    }
    for (Value operand : List.of(left, right)) {
      if (operand instanceof Value.Undefined(String reason)) {
        throw new Failure(reason);
      }
    }
    Value result =
        switch (operator) {
          case "+" -> concatenated(left, right);
          case "*" -> b != null ? repeated(left, right) : a != null ? repeated(right, left) : null;
          default -> null;
        };
    if (operator.equals("%") && left instanceof Value.Text) {
      throw new Failure("formatting text with % is not supported");
    }
    if (result == null) {
      throw Failure.type(
          "unsupported operand type(s) for %s: '%s' and '%s'",
          operator, Types.name(left), Types.name(right));
    }
    return result;
  }

  private @Nullable Value concatenated(Value left, Value right) {
    if (left instanceof Value.Text(String a)) {
      if (right instanceof Value.Text(String b)) {
        budget.text((long) a.length() + b.length());
        return new Value.Text(a + b);
      }
      throw Failure.type("can only concatenate str (not \"%s\") to str", Types.name(right));
    }
    if (left instanceof Value.Items a && indexable(a)) {
      if (right instanceof Value.Items b && a.kind() == b.kind()) {
        budget.values((long) a.values().size() + b.values().size());
        List<Value> joined = new ArrayList<>(a.values());
        joined.addAll(b.values());
        return new Value.Items(joined, a.kind());
      }
      throw Failure.type(
          "can only concatenate %s (not \"%s\") to %s",
          Types.name(left), Types.name(right), Types.name(left));
    }
    return null;
  }

  private static boolean indexable(Value.Items items) {
    return items.kind() == Value.Items.Kind.LIST || items.kind() == Value.Items.Kind.TUPLE;
  }

  private @Nullable Value repeated(Value value, Value times) {
    if (times instanceof Value.Real) {
      throw Failure.type("can't multiply sequence by non-int of type 'float'");
    }
    int count = Math.max(0, Types.small(times, "repetition"));
    if (value instanceof Value.Text(String text)) {
      budget.text((long) text.length() * count);
      return new Value.Text(text.repeat(count));
    }
    if (value instanceof Value.Items items && indexable(items)) {
      budget.values((long) items.values().size() * count);
      List<Value> repeated = new ArrayList<>();
      for (int i = 0; i < count && !items.values().isEmpty(); i++) {
        repeated.addAll(items.values());
      }
      return new Value.Items(repeated, items.kind());
    }
    return null;
  }

  /// `== != < <= > >= in`, and `not in`.
  boolean compare(String operator, Value left, Value right) {
    return switch (operator) {
      case "==" -> same(left, right);
      case "!=" -> !same(left, right);
      case "in" -> contains(right, left);
      case "not in" -> !contains(right, left);
      case "<" -> order(operator, left, right) < 0;
      case "<=" -> order(operator, left, right) <= 0;
      case ">" -> order(operator, left, right) > 0;
      case ">=" -> order(operator, left, right) >= 0;
      default -> throw new IllegalArgumentException("operator " + operator);
    };
  }

  /// Python's `==`.
  boolean same(Value left, Value right) {
    Value a = Numbers.number(left);
    Value b = Numbers.number(right);
    if (a != null && b != null) {
      return Numbers.compare(a, b) == 0;
    }
    return switch (left) {
      case Value.Text(String text) -> {
        budget.read(text.length());
        yield right instanceof Value.Text(String other) && text.equals(other);
      }
      case Value.Items items ->
          right instanceof Value.Items other
              && items.kind() == other.kind()
              && sameElements(items.values(), other.values());
      case Value.Dict dict -> right instanceof Value.Dict other && sameEntries(dict, other);
      case Value.Undefined _ -> right instanceof Value.Undefined;
      case Value.None _ -> right instanceof Value.None;
      case Value.Bool _,
          Value.Whole _,
          Value.Real _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          left == right;
    };
  }

  private boolean sameElements(List<Value> left, List<Value> right) {
    if (left.size() != right.size()) {
      return false;
    }
    budget.enter();
    boolean same = true;
    for (int i = 0; i < left.size() && same; i++) {
      budget.step();
      same = same(left.get(i), right.get(i));
    }
    budget.leave();
    return same;
  }

  private boolean sameEntries(Value.Dict left, Value.Dict right) {
    if (left.entries().size() != right.entries().size()) {
      return false;
    }
    budget.enter();
    boolean same = true;
    for (Map.Entry<Value, Value> entry : left.entries().entrySet()) {
      budget.step();
      Value other = right.entries().get(entry.getKey());
      same = same && other != null && same(entry.getValue(), other);
    }
    budget.leave();
    return same;
  }

  /// Python's `value in container`.
  boolean contains(Value container, Value value) {
    return switch (container) {
      case Value.Text(String text) -> {
        if (!(value instanceof Value.Text(String part))) {
          throw Failure.type(
              "'in <string>' requires string as left operand, not %s", Types.name(value));
        }
        budget.search(text, part);
        yield text.contains(part);
      }
      case Value.Dict dict -> !neverKey(value) && dict.entries().containsKey(budget.key(value));
      case Value.Items _, Value.Stream _, Value.Undefined _ -> {
        for (Iterator<Value> rest = Types.iterate(container); rest.hasNext(); ) {
          budget.step();
          if (same(rest.next(), value)) {
            yield true;
          }
        }
        yield false;
      }
      case Value.None _,
          Value.Bool _,
          Value.Whole _,
          Value.Real _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          throw Failure.type("argument of type '%s' is not iterable", Types.name(container));
    };
  }

  /// What Python could look for in a mapping, and what is in none here.
  private static boolean neverKey(Value value) {
    return value instanceof Value.Undefined
        || (value instanceof Value.Items items && items.kind() == Value.Items.Kind.TUPLE);
  }

  /// Less than, equal or greater, for values that Python orders.
  ///
  /// @param operator for the message where it does not
  int order(String operator, Value left, Value right) {
    Value a = Numbers.number(left);
    Value b = Numbers.number(right);
    if (a != null && b != null) {
      budget.step();
      return Numbers.compare(a, b);
    }
    if (left instanceof Value.Text(String text) && right instanceof Value.Text(String other)) {
      budget.steps(1);
      budget.read(Math.min(text.length(), other.length()));
      return CodePoints.compare(text, other);
    }
    if (left instanceof Value.Items items
        && right instanceof Value.Items others
        && items.kind() == others.kind()) {
      return orderElements(operator, items.values(), others.values());
    }
    for (Value operand : List.of(left, right)) {
      if (operand instanceof Value.Undefined(String reason)) {
        throw new Failure(reason);
      }
    }
    throw Failure.type(
        "'%s' not supported between instances of '%s' and '%s'",
        operator, Types.name(left), Types.name(right));
  }

  private int orderElements(String operator, List<Value> left, List<Value> right) {
    budget.enter();
    int order = 0;
    for (int i = 0; i < Math.min(left.size(), right.size()) && order == 0; i++) {
      if (!same(left.get(i), right.get(i))) {
        order = order(operator, left.get(i), right.get(i));
      }
    }
    budget.leave();
    return order != 0 ? order : Integer.compare(left.size(), right.size());
  }
}
