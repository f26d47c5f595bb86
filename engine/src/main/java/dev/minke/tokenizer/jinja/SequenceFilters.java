package dev.minke.tokenizer.jinja;

import dev.minke.tokenizer.jinja.Filters.Filter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Filters that go over many values. Those that Jinja computes one by one are so here: they give a
/// [Value.Stream].
final class SequenceFilters {
  private SequenceFilters() {}

  static Map<String, Filter> all() {
    Map<String, Filter> all = new HashMap<>();
    all.put("dictsort", SequenceFilters::dictSort);
    all.put("first", SequenceFilters::first);
    all.put("items", SequenceFilters::items);
    all.put("join", SequenceFilters::join);
    all.put("last", SequenceFilters::last);
    all.put("list", SequenceFilters::list);
    all.put("map", SequenceFilters::map);
    all.put("max", (runtime, input, arguments) -> extreme(runtime, input, arguments, "max", 1));
    all.put("min", (runtime, input, arguments) -> extreme(runtime, input, arguments, "min", -1));
    all.put("reject", (runtime, input, arguments) -> select(runtime, input, arguments, false));
    all.put("select", (runtime, input, arguments) -> select(runtime, input, arguments, true));
    all.put(
        "rejectattr",
        (runtime, input, arguments) -> selectAttribute(runtime, input, arguments, false));
    all.put(
        "selectattr",
        (runtime, input, arguments) -> selectAttribute(runtime, input, arguments, true));
    all.put("reverse", SequenceFilters::reverse);
    all.put("sort", SequenceFilters::sort);
    all.put("sum", SequenceFilters::sum);
    all.put("unique", SequenceFilters::unique);
    return all;
  }

  private static Value first(Runtime runtime, Value input, Arguments arguments) {
    arguments.none("first");
    Iterator<Value> values = Types.iterate(input);
    return values.hasNext()
        ? values.next()
        : new Value.Undefined("No first item, sequence was empty.");
  }

  private static Value last(Runtime runtime, Value input, Arguments arguments) {
    arguments.none("last");
    if (input instanceof Value.Stream) {
      throw Failure.type("'generator' object is not reversible");
    }
    List<Value> values = Types.listed(input, runtime.budget());
    return values.isEmpty()
        ? new Value.Undefined("No last item, sequence was empty.")
        : values.getLast();
  }

  private static Value list(Runtime runtime, Value input, Arguments arguments) {
    arguments.none("list");
    List<Value> values = Types.listed(input, runtime.budget());
    runtime.budget().values(values.size());
    return Value.Items.list(new ArrayList<>(values));
  }

  private static Value reverse(Runtime runtime, Value input, Arguments arguments) {
    arguments.none("reverse");
    if (input instanceof Value.Text) {
      return runtime.access().slice(input, null, null, Value.Whole.of(-1));
    }
    List<Value> values = Types.listed(input, runtime.budget()).reversed();
    return input instanceof Value.Stream
        ? Value.Items.list(values)
        : new Value.Stream(values.iterator());
  }

  private static Value items(Runtime runtime, Value input, Arguments arguments) {
    arguments.none("items");
    return switch (input) {
      case Value.Undefined _ -> new Value.Stream(List.<Value>of().iterator());
      case Value.Dict dict -> new Value.Stream(Methods.pairs(dict, runtime.budget()).iterator());
      default -> throw Failure.type("Can only get item pairs from a mapping.");
    };
  }

  private static Value join(Runtime runtime, Value input, Arguments arguments) {
    Arguments.Bound bound = arguments.bind("join", "d", "attribute");
    Iterator<Value> values = Types.iterate(input);
    Value attribute = bound.find("attribute");
    if (attribute != null && !(attribute instanceof Value.None)) {
      values = mapped(values, part(runtime, attribute, null));
    }
    String separator = runtime.printer().text(bound.get("d", Value.Text.EMPTY));
    return new Value.Text(Filters.joined(runtime, values, separator));
  }

  private static Value map(Runtime runtime, Value input, Arguments arguments) {
    UnaryOperator<Value> change;
    if (arguments.positional().isEmpty()) {
      Arguments.Bound bound = arguments.bind("map", "attribute", "default");
      change = part(runtime, bound.get("attribute"), bound.find("default"));
    } else {
      String name = Types.text(arguments.positional().getFirst(), "map() argument");
      Arguments rest = arguments.from(1);
      change = value -> Filters.apply(name, runtime, value, rest);
    }
    return new Value.Stream(
        Types.isTrue(input) ? mapped(Types.iterate(input), change) : List.<Value>of().iterator());
  }

  private static Value select(Runtime runtime, Value input, Arguments arguments, boolean wanted) {
    Predicate<Value> condition = condition(runtime, arguments);
    return filtered(input, value -> condition.test(value) == wanted);
  }

  private static Value selectAttribute(
      Runtime runtime, Value input, Arguments arguments, boolean wanted) {
    if (arguments.positional().isEmpty()) {
      throw Failure.type("Missing parameter for attribute name");
    }
    UnaryOperator<Value> part = part(runtime, arguments.positional().getFirst(), null);
    Predicate<Value> condition = condition(runtime, arguments.from(1));
    return filtered(input, value -> condition.test(part.apply(value)) == wanted);
  }

  private static Predicate<Value> condition(Runtime runtime, Arguments arguments) {
    if (arguments.positional().isEmpty()) {
      return Types::isTrue;
    }
    String name = Types.text(arguments.positional().getFirst(), "name of a test");
    Arguments rest = arguments.from(1);
    return value -> Tests.holds(name, runtime, value, rest);
  }

  private static Value filtered(Value input, Predicate<Value> condition) {
    Iterator<Value> values =
        Types.isTrue(input) ? Types.iterate(input) : List.<Value>of().iterator();
    return new Value.Stream(new Filtered(values, condition));
  }

  private static Iterator<Value> mapped(Iterator<Value> values, UnaryOperator<Value> change) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return values.hasNext();
      }

      @Override
      public Value next() {
        return change.apply(values.next());
      }
    };
  }

  /// The values for which a condition holds, looked for one by one. Mutable; owned by its reader.
  static final class Filtered implements Iterator<Value> {
    private final Iterator<Value> values;
    private final Predicate<Value> condition;
    private @Nullable Value found;

    Filtered(Iterator<Value> values, Predicate<Value> condition) {
      this.values = values;
      this.condition = condition;
    }

    @Override
    public boolean hasNext() {
      while (found == null && values.hasNext()) {
        Value next = values.next();
        found = condition.test(next) ? next : null;
      }
      return found != null;
    }

    @Override
    public Value next() {
      Value next = hasNext() ? found : null;
      if (next == null) {
        throw new NoSuchElementException();
      }
      found = null;
      return next;
    }
  }

  /// The part of a value that a path such as `function.name` or `0.id` leads to.
  ///
  /// @param otherwise in place of what is not there
  private static UnaryOperator<Value> part(Runtime runtime, Value path, @Nullable Value otherwise) {
    List<Value> steps =
        path instanceof Value.Text(String text)
            ? new Splitting(runtime.budget())
                .at(text, ".", -1).stream().map(SequenceFilters::step).toList()
            : path instanceof Value.None ? List.of() : List.of(path);
    return value -> {
      Value part = value;
      for (Value step : steps) {
        runtime.budget().step();
        part = runtime.access().item(part, step);
        part = part instanceof Value.Undefined && otherwise != null ? otherwise : part;
      }
      return part;
    };
  }

  private static Value step(String name) {
    boolean index = name.length() < 10 && name.matches("\\d+");
    return index ? Value.Whole.of(Integer.parseInt(name)) : new Value.Text(name);
  }

  private static UnaryOperator<Value> ignoringCase(boolean caseMatters) {
    return value ->
        !caseMatters && value instanceof Value.Text(String text)
            ? new Value.Text(text.toLowerCase(Locale.ROOT))
            : value;
  }

  private static Comparator<Value> order(Runtime runtime) {
    return (left, right) -> runtime.operators().order("<", left, right);
  }

  private static Value sort(Runtime runtime, Value input, Arguments arguments) {
    Arguments.Bound bound = arguments.bind("sort", "reverse", "case_sensitive", "attribute");
    UnaryOperator<Value> plain = ignoringCase(bound.isTrue("case_sensitive"));
    Value path = bound.get("attribute", Value.None.NONE);
    List<UnaryOperator<Value>> parts = new ArrayList<>();
    for (Value each :
        path instanceof Value.Text(String text)
            ? new Splitting(runtime.budget())
                .at(text, ",", -1).stream().<Value>map(Value.Text::new).toList()
            : List.of(path)) {
      parts.add(part(runtime, each, null));
    }
    return sorted(
        runtime,
        Types.listed(input, runtime.budget()),
        value ->
            Value.Items.list(parts.stream().map(part -> plain.apply(part.apply(value))).toList()),
        bound.isTrue("reverse"));
  }

  private static Value sorted(
      Runtime runtime, List<Value> values, UnaryOperator<Value> key, boolean reverse) {
    record Keyed(Value key, Value value) {}
    runtime.budget().values(3L * values.size());
    List<Keyed> keyed = new ArrayList<>();
    values.forEach(value -> keyed.add(new Keyed(key.apply(value), value)));
    Comparator<Value> order = order(runtime);
    keyed.sort(Comparator.comparing(Keyed::key, reverse ? order.reversed() : order));
    return Value.Items.list(new ArrayList<>(keyed.stream().map(Keyed::value).toList()));
  }

  private static Value dictSort(Runtime runtime, Value input, Arguments arguments) {
    Arguments.Bound bound = arguments.bind("dictsort", "case_sensitive", "by", "reverse");
    String by = bound.find("by") == null ? "key" : bound.text("by");
    if (!by.equals("key") && !by.equals("value")) {
      throw Failure.type("You can only sort by either \"key\" or \"value\"");
    }
    if (!(input instanceof Value.Dict dict)) {
      throw Failure.type("'%s' object has no attribute 'items'", Types.name(input));
    }
    UnaryOperator<Value> plain = ignoringCase(bound.isTrue("case_sensitive"));
    Value part = Value.Whole.of(by.equals("key") ? 0 : 1);
    return sorted(
        runtime,
        Methods.pairs(dict, runtime.budget()),
        pair -> plain.apply(runtime.access().item(pair, part)),
        bound.isTrue("reverse"));
  }

  /// @param sign 1 for the greatest, -1 for the smallest
  private static Value extreme(
      Runtime runtime, Value input, Arguments arguments, String name, int sign) {
    Arguments.Bound bound = arguments.bind(name, "case_sensitive", "attribute");
    UnaryOperator<Value> plain = ignoringCase(bound.isTrue("case_sensitive"));
    UnaryOperator<Value> part = part(runtime, bound.get("attribute", Value.None.NONE), null);
    Comparator<Value> order = order(runtime);
    Value best = null;
    Value bestKey = Value.None.NONE;
    for (Iterator<Value> rest = Types.iterate(input); rest.hasNext(); ) {
      Value next = rest.next();
      Value key = plain.apply(part.apply(next));
      if (best == null || sign * order.compare(key, bestKey) > 0) {
        best = next;
        bestKey = key;
      }
    }
    return best != null ? best : new Value.Undefined("No aggregated item, sequence was empty.");
  }

  private static Value sum(Runtime runtime, Value input, Arguments arguments) {
    Arguments.Bound bound = arguments.bind("sum", "attribute", "start");
    UnaryOperator<Value> part = part(runtime, bound.get("attribute", Value.None.NONE), null);
    Value sum = bound.get("start", Value.Whole.of(0));
    for (Iterator<Value> rest = Types.iterate(input); rest.hasNext(); ) {
      runtime.budget().step();
      sum = runtime.operators().arithmetic("+", sum, part.apply(rest.next()));
    }
    return sum;
  }

  private static Value unique(Runtime runtime, Value input, Arguments arguments) {
    Arguments.Bound bound = arguments.bind("unique", "case_sensitive", "attribute");
    UnaryOperator<Value> plain = ignoringCase(bound.isTrue("case_sensitive"));
    UnaryOperator<Value> part = part(runtime, bound.get("attribute", Value.None.NONE), null);
    Map<Value, Value> seen = new HashMap<>();
    return new Value.Stream(
        new Filtered(
            Types.iterate(input),
            value -> {
              runtime.budget().values(1);
              Value key = runtime.budget().key(plain.apply(part.apply(value)));
              return seen.put(key, value) == null;
            }));
  }
}
