package dev.minke.tokenizer.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What stands behind `|`: filters of one value. Those that go over many are [SequenceFilters].
final class Filters {
  /// What a filter does.
  interface Filter {
    Value apply(Runtime runtime, Value input, Arguments arguments);
  }

  /// Longer ones are no numbers to Python either.
  private static final int MOST_DIGITS = 4300;

  private static final Map<String, Filter> ALL = all();

  private Filters() {}

  static boolean known(String name) {
    return ALL.containsKey(name);
  }

  static Value apply(String name, Runtime runtime, Value input, Arguments arguments) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw Failure.type("No filter named '%s'", name);
    }
    runtime.budget().step();
    return filter.apply(runtime, input, arguments);
  }

  private static Map<String, Filter> all() {
    Map<String, Filter> all = new HashMap<>(SequenceFilters.all());
    all.put("abs", Filters::absolute);
    all.put("capitalize", (runtime, input, _) -> made(runtime, input, Change.CAPITALIZE));
    all.put("lower", (runtime, input, _) -> made(runtime, input, Change.LOWER));
    all.put("upper", (runtime, input, _) -> made(runtime, input, Change.UPPER));
    all.put("title", (runtime, input, _) -> made(runtime, input, Change.TITLE));
    all.put("count", (runtime, input, _) -> Value.Whole.of(Types.length(input, runtime.budget())));
    all.put("length", (runtime, input, _) -> Value.Whole.of(Types.length(input, runtime.budget())));
    all.put("d", (_, input, arguments) -> otherwise(input, arguments));
    all.put("default", (_, input, arguments) -> otherwise(input, arguments));
    all.put("float", Filters::toReal);
    all.put("int", Filters::toWhole);
    all.put("indent", Filters::indent);
    all.put("replace", Filters::replace);
    all.put("round", Filters::round);
    all.put("safe", (runtime, input, _) -> new Value.Text(runtime.printer().text(input)));
    all.put("string", (runtime, input, _) -> new Value.Text(runtime.printer().text(input)));
    all.put(
        "tojson",
        (runtime, input, arguments) ->
            new Value.Text(JsonPrinter.write(input, arguments, runtime.budget())));
    all.put("trim", Filters::trim);
    return Map.copyOf(all);
  }

  private static Value absolute(Runtime runtime, Value input, Arguments arguments) {
    arguments.none("abs");
    return switch (Numbers.number(input)) {
      case Value.Whole whole -> new Value.Whole(whole.value().abs());
      case Value.Real real -> new Value.Real(Math.abs(real.value()));
      case null, default ->
          throw Failure.type("bad operand type for abs(): '%s'", Types.name(input));
    };
  }

  /// What is done to the letters of a text.
  private enum Change {
    CAPITALIZE,
    LOWER,
    UPPER,
    TITLE
  }

  private static Value made(Runtime runtime, Value input, Change change) {
    String text = runtime.printer().text(input);
    runtime.budget().text(text.length());
    return new Value.Text(
        switch (change) {
          case CAPITALIZE -> TextMethods.capitalized(text);
          case LOWER -> text.toLowerCase(Locale.ROOT);
          case UPPER -> text.toUpperCase(Locale.ROOT);
          case TITLE -> title(text);
        });
  }

  /// Unlike the method: words begin behind spaces, hyphens and opening brackets alone.
  private static String title(String text) {
    StringBuilder result = new StringBuilder(text.length());
    boolean begins = true;
    for (int letter : text.codePoints().toArray()) {
      result.appendCodePoint(
          begins ? Character.toUpperCase(letter) : Character.toLowerCase(letter));
      begins = Letter.isSpace(letter) || "-({[<".indexOf(letter) >= 0;
    }
    return result.toString();
  }

  private static Value otherwise(Value input, Arguments arguments) {
    Arguments.Bound bound = arguments.bind("default", "default_value", "boolean");
    boolean missing =
        input instanceof Value.Undefined || (bound.isTrue("boolean") && !Types.isTrue(input));
    return missing ? bound.get("default_value", Value.Text.EMPTY) : input;
  }

  private static Value toReal(Runtime runtime, Value input, Arguments arguments) {
    Value otherwise = arguments.bind("float", "default").get("default", new Value.Real(0));
    return switch (input) {
      case Value.Text(String text) -> parsed(runtime, text, otherwise);
      case Value.Undefined(String reason) -> throw new Failure(reason);
      default -> {
        Value number = Numbers.number(input);
        yield number == null ? otherwise : new Value.Real(Numbers.real(number));
      }
    };
  }

  private static Value parsed(Runtime runtime, String text, Value otherwise) {
    runtime.budget().read(text.length());
    String digits = Splitting.stripped(text, Letter::isSpace, true, true);
    if (digits.length() > MOST_DIGITS
        || !digits.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?")) {
      return otherwise;
    }
    return new Value.Real(Double.parseDouble(digits));
  }

  private static Value toWhole(Runtime runtime, Value input, Arguments arguments) {
    Value otherwise = arguments.bind("int", "default").get("default", Value.Whole.of(0));
    if (input instanceof Value.Text(String text)) {
      String digits = Splitting.stripped(text, Letter::isSpace, true, true);
      if (digits.length() <= MOST_DIGITS && digits.matches("[+-]?\\d+")) {
        return Numbers.whole(new BigInteger(digits));
      }
    }
    Value real = toReal(runtime, input, new Arguments(List.of(Value.None.NONE), Map.of()));
    if (input instanceof Value.Whole || !(real instanceof Value.Real(double value))) {
      return input instanceof Value.Whole ? input : otherwise;
    }
    return Double.isFinite(value) ? Numbers.whole(new BigDecimal(value).toBigInteger()) : otherwise;
  }

  private static Value indent(Runtime runtime, Value input, Arguments arguments) {
    Arguments.Bound bound = arguments.bind("indent", "width", "first", "blank");
    String text = Types.text(input, "indent() input");
    String indentation = indentation(runtime, bound.get("width", Value.Whole.of(4)));
    runtime.budget().text(text.length() + 1L);
    List<String> lines = new Splitting(runtime.budget()).lines(text + "\n", false);
    Writing writing = new Writing(runtime.budget());
    writing.add(bound.isTrue("first") ? indentation : "");
    writing.add(lines.getFirst());
    for (String line : lines.subList(1, lines.size())) {
      writing.add("\n");
      writing.add(line.isEmpty() && !bound.isTrue("blank") ? "" : indentation);
      writing.add(line);
    }
    return new Value.Text(writing.toString());
  }

  private static String indentation(Runtime runtime, Value width) {
    if (width instanceof Value.Text(String text)) {
      return text;
    }
    int spaces = Math.max(0, Types.small(width, "indent() argument width"));
    runtime.budget().text(spaces);
    return " ".repeat(spaces);
  }

  private static Value replace(Runtime runtime, Value input, Arguments arguments) {
    Arguments.Bound bound = arguments.bind("replace", "old", "new", "count");
    Printer printer = runtime.printer();
    boolean counted = !(bound.get("count", Value.None.NONE) instanceof Value.None);
    return new Value.Text(
        new TextMethods(runtime.budget())
            .replaced(
                printer.text(input),
                printer.text(bound.get("old")),
                printer.text(bound.get("new")),
                counted ? bound.small("count", -1) : -1));
  }

  private static Value trim(Runtime runtime, Value input, Arguments arguments) {
    return new TextMethods(runtime.budget())
        .strip(runtime.printer().text(input), "strip", arguments);
  }

  private static Value round(Runtime runtime, Value input, Arguments arguments) {
    Arguments.Bound bound = arguments.bind("round", "precision", "method");
    int precision = bound.small("precision", 0);
    String method = bound.find("method") == null ? "common" : bound.text("method");
    RoundingMode mode =
        switch (method) {
          case "common" -> RoundingMode.HALF_EVEN;
          case "ceil" -> RoundingMode.CEILING;
          case "floor" -> RoundingMode.FLOOR;
          default -> throw Failure.type("method must be common, ceil or floor");
        };
    Value number = Numbers.number(input);
    if (number == null) {
      throw Failure.type("type %s doesn't define __round__ method", Types.name(input));
    }
    if (Math.abs(precision) > 300) {
      throw Failure.type("round() to %d digits", precision);
    }
    if (number instanceof Value.Whole && mode == RoundingMode.HALF_EVEN && precision >= 0) {
      return number;
    }
    double value = Numbers.real(number);
    if (!Double.isFinite(value)) {
      return number;
    }
    BigDecimal rounded = new BigDecimal(value).setScale(precision, mode);
    return number instanceof Value.Whole && mode == RoundingMode.HALF_EVEN
        ? Numbers.whole(rounded.toBigInteger())
        : new Value.Real(rounded.doubleValue());
  }

  /// The text of every value, joined.
  static String joined(Runtime runtime, Iterator<Value> values, String separator) {
    Writing writing = new Writing(runtime.budget());
    List<String> before = new ArrayList<>();
    while (values.hasNext()) {
      runtime.budget().step();
      before.forEach(writing::add);
      writing.add(runtime.printer().text(values.next()));
      if (before.isEmpty()) {
        before.add(separator);
      }
    }
    return writing.toString();
  }
}
