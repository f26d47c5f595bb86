package dev.minke.tokenizer.jinja;

import java.util.Iterator;
import java.util.Map;

/// Values as Python's `str` and `repr` write them.
final class Printer {
  private final Budget budget;

  Printer(Budget budget) {
    this.budget = budget;
  }

  /// What `{{ value }}` prints.
  String text(Value value) {
    return switch (value) {
      case Value.Text(String text) -> text;
      case Value.Undefined _ -> "";
      default -> represented(value);
    };
  }

  /// What stands for the value inside a printed list.
  private String represented(Value value) {
    Writing writing = new Writing(budget);
    write(value, writing);
    return writing.toString();
  }

  private void write(Value value, Writing writing) {
    switch (value) {
      case Value.Undefined _ -> writing.add("Undefined");
      case Value.None _ -> writing.add("None");
      case Value.Bool bool -> writing.add(bool.value() ? "True" : "False");
      case Value.Whole whole -> writing.add(whole.value().toString());
      case Value.Real real -> writing.add(Numbers.text(real.value()));
      case Value.Text text -> writeQuoted(text.value(), writing);
      case Value.Items items -> writeItems(items, writing);
      case Value.Dict dict -> writeDict(dict, writing);
      case Value.Stream _, Value.Namespace _, Value.Function _, Value.Loop _ ->
          throw Failure.type(
              "a %s has no text%s",
              Types.name(value),
              value instanceof Value.Stream ? "; put |list or |join behind it" : "");
    }
  }

  private void writeItems(Value.Items items, Writing writing) {
    budget.enter();
    boolean list = items.kind() == Value.Items.Kind.LIST;
    if (!list && items.kind() != Value.Items.Kind.TUPLE) {
      throw Failure.type("a %s has no text; put |list behind it", Types.name(items));
    }
    writing.add(list ? "[" : "(");
    String separator = "";
    for (Value element : items.values()) {
      writing.add(separator);
      write(element, writing);
      separator = ", ";
    }
    boolean single = !list && items.values().size() == 1;
    writing.add(list ? "]" : single ? ",)" : ")");
    budget.leave();
  }

  private void writeDict(Value.Dict dict, Writing writing) {
    budget.enter();
    writing.add("{");
    for (Iterator<Map.Entry<Value, Value>> rest = dict.entries().entrySet().iterator();
        rest.hasNext(); ) {
      Map.Entry<Value, Value> entry = rest.next();
      write(entry.getKey(), writing);
      writing.add(": ");
      write(entry.getValue(), writing);
      writing.add(rest.hasNext() ? ", " : "");
    }
    writing.add("}");
    budget.leave();
  }

  private void writeQuoted(String text, Writing writing) {
    char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
    writing.add(quote);
    text.codePoints().forEach(letter -> writeEscaped(letter, quote, writing));
    writing.add(quote);
  }

  private void writeEscaped(int letter, char quote, Writing writing) {
    switch (letter) {
      case '\n' -> writing.add("\\n");
      case '\r' -> writing.add("\\r");
      case '\t' -> writing.add("\\t");
      case '\\' -> writing.add("\\\\");
      default -> {
        if (letter == quote) {
          writing.add("\\" + quote);
        } else if (Letter.isPrintable(letter)) {
          writing.add(letter);
        } else {
          budget.step();
          String form = letter <= 0xFF ? "\\x%02x" : letter <= 0xFFFF ? "\\u%04x" : "\\U%08x";
          writing.add(form.formatted(letter));
        }
      }
    }
  }
}
