package dev.minke.tokenizer.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// What stands behind `is`.
final class Tests {
  private static final Map<String, Predicate<Value>> OF_ONE = ofOne();

  /// Comparisons by their names.
  private static final Map<String, String> COMPARISONS =
      Map.ofEntries(
          Map.entry("eq", "=="),
          Map.entry("equalto", "=="),
          Map.entry("==", "=="),
          Map.entry("ne", "!="),
          Map.entry("!=", "!="),
          Map.entry("lt", "<"),
          Map.entry("lessthan", "<"),
          Map.entry("<", "<"),
          Map.entry("le", "<="),
          Map.entry("<=", "<="),
          Map.entry("gt", ">"),
          Map.entry("greaterthan", ">"),
          Map.entry(">", ">"),
          Map.entry("ge", ">="),
          Map.entry(">=", ">="),
          Map.entry("in", "in"));

  private static final Set<String> OF_NUMBERS = Set.of("odd", "even", "divisibleby");

  private Tests() {}

  private static Map<String, Predicate<Value>> ofOne() {
    Map<String, Predicate<Value>> tests = new HashMap<>();
    tests.put("defined", value -> !(value instanceof Value.Undefined));
    tests.put("undefined", value -> value instanceof Value.Undefined);
    tests.put("none", value -> value instanceof Value.None);
    tests.put("boolean", value -> value instanceof Value.Bool);
    tests.put("true", value -> value instanceof Value.Bool(boolean truth) && truth);
    tests.put("false", value -> value instanceof Value.Bool(boolean truth) && !truth);
    tests.put("integer", value -> value instanceof Value.Whole);
    tests.put("float", value -> value instanceof Value.Real);
    tests.put("number", value -> Numbers.number(value) != null);
    tests.put("string", value -> value instanceof Value.Text);
    tests.put("mapping", value -> value instanceof Value.Dict);
    tests.put("sequence", Tests::isSequence);
    tests.put("iterable", Tests::isIterable);
    tests.put(
        "callable", value -> value instanceof Value.Function || value instanceof Value.Undefined);
    return Map.copyOf(tests);
  }

  static boolean known(String name) {
    return OF_ONE.containsKey(name)
        || COMPARISONS.containsKey(name)
        || OF_NUMBERS.contains(name)
        || name.equals("sameas")
        || name.equals("lower")
        || name.equals("upper");
  }

  static boolean holds(String name, Runtime runtime, Value value, Arguments arguments) {
    runtime.budget().step();
    Predicate<Value> ofOne = OF_ONE.get(name);
    if (ofOne != null) {
      arguments.none(name);
      return ofOne.test(value);
    }
    String comparison = COMPARISONS.get(name);
    if (comparison != null) {
      return runtime
          .operators()
          .compare(comparison, value, arguments.bind(name, "other").get("other"));
    }
    return switch (name) {
      case "sameas" -> isSame(value, arguments.bind(name, "other").get("other"));
      case "odd" -> remainder(runtime, value, Value.Whole.of(2), Value.Whole.of(1));
      case "even" -> remainder(runtime, value, Value.Whole.of(2), Value.Whole.of(0));
      case "divisibleby" ->
          remainder(runtime, value, arguments.bind(name, "num").get("num"), Value.Whole.of(0));
      case "lower", "upper" -> {
        String text = runtime.printer().text(value);
        Value answer =
            runtime.access().attribute(new Value.Text(text), "is" + name)
                    instanceof Value.Function method
                ? method.body().call(arguments)
                : Value.Bool.FALSE;
        yield Types.isTrue(answer);
      }
      default -> throw Failure.type("No test named '%s'", name);
    };
  }

  private static boolean remainder(Runtime runtime, Value value, Value divisor, Value expected) {
    return runtime.operators().same(runtime.operators().arithmetic("%", value, divisor), expected);
  }

  /// Python's `is`, as far as it can be relied on: the one `none`, the two booleans.
  private static boolean isSame(Value value, Value other) {
    return switch (value) {
      case Value.None _, Value.Bool _ -> value.equals(other);
      case Value.Undefined _,
          Value.Whole _,
          Value.Real _,
          Value.Text _,
          Value.Items _,
          Value.Dict _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          value == other;
    };
  }

  private static boolean isSequence(Value value) {
    return switch (value) {
      case Value.Text _, Value.Dict _, Value.Undefined _ -> true;
      case Value.Items items -> items.kind() != Value.Items.Kind.VIEW;
      case Value.None _,
          Value.Bool _,
          Value.Whole _,
          Value.Real _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          false;
    };
  }

  private static boolean isIterable(Value value) {
    return switch (value) {
      case Value.Text _, Value.Dict _, Value.Undefined _, Value.Items _, Value.Stream _ -> true;
      case Value.None _,
          Value.Bool _,
          Value.Whole _,
          Value.Real _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          false;
    };
  }
}
