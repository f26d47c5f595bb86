package dev.minke.tokenizer.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Values as JSON, as Python's `json.dumps` writes them: by default on one line, with a space after
/// comma and colon, and nothing escaped that JSON does not ask for.
final class JsonPrinter {
  private final Budget budget;
  private final boolean asciiOnly;
  private final boolean sortKeys;
  private final String betweenElements;
  private final String afterKey;

  /// What one level is indented by; null for all on one line.
  private final @Nullable String indentation;

  private final Writing writing;

  private JsonPrinter(Budget budget, Arguments.Bound options) {
    this.budget = budget;
    asciiOnly = options.isTrue("ensure_ascii");
    sortKeys = options.isTrue("sort_keys");
    indentation = indentation(options.get("indent", Value.None.NONE));
    Value separators = options.get("separators", Value.None.NONE);
    if (separators instanceof Value.None) {
      betweenElements = indentation == null ? ", " : ",";
      afterKey = ": ";
    } else {
      List<Value> pair = Types.listed(separators, budget);
      if (pair.size() != 2) {
        throw Failure.type("tojson() argument separators must be two texts");
      }
      betweenElements = Types.text(pair.get(0), "separator");
      afterKey = Types.text(pair.get(1), "separator");
    }
    writing = new Writing(budget);
  }

  /// The filter `tojson` with the options that transformers gives it.
  static String write(Value value, Arguments arguments, Budget budget) {
    Arguments.Bound options =
        arguments.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
    JsonPrinter printer = new JsonPrinter(budget, options);
    printer.write(value, 0);
    return printer.writing.toString();
  }

  private @Nullable String indentation(Value indent) {
    return switch (indent) {
      case Value.None _ -> null;
      case Value.Text(String text) -> text;
      default -> {
        int width = Math.max(0, Types.small(indent, "indent"));
        budget.text(width);
        yield " ".repeat(width);
      }
    };
  }

  private void write(Value value, int level) {
    switch (value) {
      case Value.None _ -> writing.add("null");
      case Value.Bool bool -> writing.add(bool.value() ? "true" : "false");
      case Value.Whole whole -> writing.add(whole.value().toString());
      case Value.Real real -> writing.add(number(real.value()));
      case Value.Text text -> writeText(text.value());
      case Value.Items items
          when items.kind() == Value.Items.Kind.LIST || items.kind() == Value.Items.Kind.TUPLE ->
          writeItems(items, level);
      case Value.Dict dict -> writeDict(dict, level);
      case Value.Undefined _,
          Value.Items _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          throw Failure.type("Object of type %s is not JSON serializable", Types.name(value));
    }
  }

  private static String number(double value) {
    if (Double.isFinite(value)) {
      return Numbers.text(value);
    }
    return Double.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  }

  private void writeItems(Value.Items items, int level) {
    budget.enter();
    writing.add("[");
    boolean first = true;
    for (Value element : items.values()) {
      writing.add(first ? "" : betweenElements);
      newLine(level + 1);
      write(element, level + 1);
      first = false;
    }
    if (!first) {
      newLine(level);
    }
    writing.add("]");
    budget.leave();
  }

  private void writeDict(Value.Dict dict, int level) {
    budget.enter();
    writing.add("{");
    List<Map.Entry<Value, Value>> entries = new ArrayList<>(dict.entries().entrySet());
    if (sortKeys) {
      Operators operators = new Operators(budget);
      entries.sort(Map.Entry.comparingByKey(orderBy(operators)));
    }
    boolean first = true;
    for (Map.Entry<Value, Value> entry : entries) {
      writing.add(first ? "" : betweenElements);
      newLine(level + 1);
      writeText(key(entry.getKey()));
      writing.add(afterKey);
      write(entry.getValue(), level + 1);
      first = false;
    }
    if (!first) {
      newLine(level);
    }
    writing.add("}");
    budget.leave();
  }

  private static Comparator<Value> orderBy(Operators operators) {
    return (left, right) -> operators.order("<", left, right);
  }

  private static String key(Value key) {
    return switch (key) {
      case Value.Text(String text) -> text;
      case Value.Bool bool -> bool.value() ? "true" : "false";
      case Value.None _ -> "null";
      case Value.Whole whole -> whole.value().toString();
      case Value.Real real -> number(real.value());
      case Value.Undefined _,
          Value.Items _,
          Value.Dict _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          throw Failure.type("keys must be str, int, float, bool or None");
    };
  }

  private void newLine(int level) {
    if (indentation != null) {
      budget.text((long) indentation.length() * level);
      writing.add("\n" + indentation.repeat(level));
    }
  }

  private void writeText(String text) {
    writing.add('"');
    text.chars().forEach(this::writeEscaped);
    writing.add('"');
  }

  private void writeEscaped(int letter) {
    switch (letter) {
      case '"' -> writing.add("\\\"");
      case '\\' -> writing.add("\\\\");
      case '\n' -> writing.add("\\n");
      case '\r' -> writing.add("\\r");
      case '\t' -> writing.add("\\t");
      case '\f' -> writing.add("\\f");
      case '\b' -> writing.add("\\b");
      default -> {
        if (letter < ' ' || (asciiOnly && letter > '~')) {
          budget.step();
          writing.add("\\u%04x".formatted(letter));
        } else {
          writing.add(letter);
        }
      }
    }
  }
}
