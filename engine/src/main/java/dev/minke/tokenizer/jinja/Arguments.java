package dev.minke.tokenizer.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The values that a function, filter or test is called with.
record Arguments(List<Value> positional, Map<String, Value> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  Arguments {
    positional = List.copyOf(positional);
    named = Collections.unmodifiableMap(new LinkedHashMap<>(named));
  }

  /// Without the first so many positional ones.
  Arguments from(int first) {
    return new Arguments(positional.subList(first, positional.size()), named);
  }

  /// Gives each value its parameter's name.
  ///
  /// @param function whose parameters they are, for messages
  Bound bind(String function, String... parameters) {
    if (positional.size() > parameters.length) {
      throw Failure.type(
          "%s() takes at most %d arguments, %d given",
          function, parameters.length, positional.size());
    }
    Map<String, Value> values = new LinkedHashMap<>();
    for (int i = 0; i < positional.size(); i++) {
      values.put(parameters[i], positional.get(i));
    }
    Set<String> known = new HashSet<>(List.of(parameters));
    for (Map.Entry<String, Value> entry : named.entrySet()) {
      if (!known.contains(entry.getKey())) {
        throw Failure.type(
            "%s() got an unexpected keyword argument '%s'", function, entry.getKey());
      }
      if (values.put(entry.getKey(), entry.getValue()) != null) {
        throw Failure.type("%s() got multiple values for '%s'", function, entry.getKey());
      }
    }
    return new Bound(function, values);
  }

  /// No arguments at all are expected.
  void none(String function) {
    bind(function);
  }

  /// Values by the names of their parameters.
  record Bound(String function, Map<String, Value> values) {
    Bound {
      values = Map.copyOf(values);
    }

    @Nullable Value find(String parameter) {
      return values.get(parameter);
    }

    Value get(String parameter) {
      Value value = values.get(parameter);
      if (value == null) {
        throw Failure.type("%s() missing required argument '%s'", function, parameter);
      }
      return value;
    }

    Value get(String parameter, Value otherwise) {
      return values.getOrDefault(parameter, otherwise);
    }

    boolean isTrue(String parameter) {
      return Types.isTrue(get(parameter, Value.Bool.FALSE));
    }

    String text(String parameter) {
      return Types.text(get(parameter), function + "() argument " + parameter);
    }

    int small(String parameter, int otherwise) {
      Value value = values.get(parameter);
      return value == null ? otherwise : Types.small(value, function + "() argument " + parameter);
    }
  }

  /// Collects arguments one by one.
  static final class Builder {
    private final List<Value> positional = new ArrayList<>();
    private final Map<String, Value> named = new LinkedHashMap<>();

    void add(Value value) {
      positional.add(value);
    }

    void add(String name, Value value) {
      if (named.put(name, value) != null) {
        throw Failure.type("got multiple values for keyword argument '%s'", name);
      }
    }

    Arguments build() {
      return new Arguments(positional, named);
    }
  }
}
