package dev.minke.tokenizer.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The methods of texts, lists and mappings.
final class Methods {
  /// Methods of Python's types that are not implemented: a call is refused when a template is
  /// compiled.
  static final Set<String> UNSUPPORTED =
      Set.of(
          "casefold",
          "center",
          "encode",
          "expandtabs",
          "format",
          "format_map",
          "fromkeys",
          "isascii",
          "isdecimal",
          "isidentifier",
          "isnumeric",
          "isprintable",
          "istitle",
          "ljust",
          "maketrans",
          "partition",
          "rjust",
          "rpartition",
          "swapcase",
          "translate",
          "zfill");

  /// Methods that change a list, and those that change a mapping: they exist and may not be called.
  private static final Set<String> CHANGE_LIST =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

  private static final Set<String> CHANGE_DICT =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  private final Budget budget;
  private final Operators operators;
  private final TextMethods texts;

  Methods(Budget budget) {
    this.budget = budget;
    operators = new Operators(budget);
    texts = new TextMethods(budget);
  }

  /// A method that is bound to its value; null where the type has none of that name.
  @Nullable Value find(Value value, String name) {
    Value.Body body =
        switch (value) {
          case Value.Text(String text) -> texts.find(text, name);
          case Value.Dict dict -> ofDict(dict, name);
          case Value.Items items when items.kind() != Value.Items.Kind.VIEW -> ofItems(items, name);
          default -> null;
        };
    return body == null ? null : new Value.Function(name, body);
  }

  private Value.@Nullable Body ofDict(Value.Dict dict, String name) {
    return switch (name) {
      case "get" ->
          arguments -> {
            Arguments.Bound bound = arguments.bind("get", "key", "default");
            Value found = dict.entries().get(budget.key(bound.get("key")));
            return found != null ? found : bound.get("default", Value.None.NONE);
          };
      case "keys" ->
          arguments -> {
            arguments.none("keys");
            return Value.Items.view(List.copyOf(paid(dict).keySet()));
          };
      case "values" ->
          arguments -> {
            arguments.none("values");
            return Value.Items.view(List.copyOf(paid(dict).values()));
          };
      case "items" ->
          arguments -> {
            arguments.none("items");
            return Value.Items.view(pairs(dict, budget));
          };
      case "copy" ->
          arguments -> {
            arguments.none("copy");
            return dict;
          };
      default -> CHANGE_DICT.contains(name) ? refused("dict", name) : null;
    };
  }

  private Map<Value, Value> paid(Value.Dict dict) {
    budget.values(dict.entries().size());
    return dict.entries();
  }

  /// Keys and values, two by two.
  static List<Value> pairs(Value.Dict dict, Budget budget) {
    budget.newValues(2L * dict.entries().size());
    List<Value> pairs = new ArrayList<>();
    dict.entries().forEach((key, value) -> pairs.add(Value.Items.tuple(List.of(key, value))));
    return pairs;
  }

  private Value.@Nullable Body ofItems(Value.Items items, String name) {
    return switch (name) {
      case "index" ->
          arguments -> {
            Value wanted = arguments.bind("index", "value").get("value");
            for (int i = 0; i < items.values().size(); i++) {
              budget.step();
              if (operators.same(items.values().get(i), wanted)) {
                return Value.Whole.of(i);
              }
            }
            throw Failure.type("value is not in list");
          };
      case "count" ->
          arguments -> {
            Value wanted = arguments.bind("count", "value").get("value");
            budget.steps(items.values().size());
            return Value.Whole.of(
                items.values().stream().filter(value -> operators.same(value, wanted)).count());
          };
      case "copy" ->
          arguments -> {
            arguments.none("copy");
            return items;
          };
      default ->
          CHANGE_LIST.contains(name) && items.kind() == Value.Items.Kind.LIST
              ? refused("list", name)
              : null;
    };
  }

  private static Value.Body refused(String type, String method) {
    return _ -> {
      throw Failure.type(
          "%s.%s would change a value, which a template may not; use + or a namespace",
          type, method);
    };
  }
}
