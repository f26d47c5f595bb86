package dev.minke.tokenizer.jinja;

import java.math.BigInteger;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// The functions that every template can call.
final class Language {
  private final Runtime runtime;

  Language(Runtime runtime) {
    this.runtime = runtime;
  }

  Map<String, Value> functions() {
    return Map.of(
        "range", new Value.Function("range", this::range),
        "dict", new Value.Function("dict", this::dict),
        "namespace", new Value.Function("namespace", this::namespace),
        "raise_exception", new Value.Function("raise_exception", this::raise),
        "strftime_now", new Value.Function("strftime_now", this::now));
  }

  private Value range(Arguments arguments) {
    List<Value> bounds = arguments.positional();
    if (bounds.isEmpty() || bounds.size() > 3 || !arguments.named().isEmpty()) {
      throw Failure.type("range expected 1 to 3 arguments, got %d", bounds.size());
    }
    boolean one = bounds.size() == 1;
    BigInteger from = one ? BigInteger.ZERO : whole(bounds.get(0));
    BigInteger to = whole(bounds.get(one ? 0 : 1));
    BigInteger step = bounds.size() == 3 ? whole(bounds.get(2)) : BigInteger.ONE;
    if (step.signum() == 0) {
      throw Failure.type("range() arg 3 must not be zero");
    }
    BigInteger distance = step.signum() > 0 ? to.subtract(from) : from.subtract(to);
    BigInteger size = step.abs();
    BigInteger count = distance.add(size).subtract(BigInteger.ONE).divide(size);
    int most = runtime.budget().limits().range();
    if (count.signum() > 0 && count.compareTo(BigInteger.valueOf(most)) > 0) {
      throw new Failure(
          "stopped at a range of %s numbers, at most %,d are allowed".formatted(count, most));
    }
    runtime.budget().newValues(Math.max(0, count.intValue()));
    List<Value> values = new ArrayList<>();
    BigInteger next = from;
    for (int i = 0; i < count.intValue(); i++) {
      values.add(new Value.Whole(next));
      next = next.add(step);
    }
    return new Value.Items(values, Value.Items.Kind.RANGE);
  }

  private static BigInteger whole(Value value) {
    return Types.whole(value, "range() argument");
  }

  private Value dict(Arguments arguments) {
    return new Value.Dict(entries("dict", arguments));
  }

  private SequencedMap<Value, Value> entries(String function, Arguments arguments) {
    if (arguments.positional().size() > 1) {
      throw Failure.type(
          "%s expected at most 1 argument, got %d", function, arguments.positional().size());
    }
    SequencedMap<Value, Value> entries = new LinkedHashMap<>();
    for (Value given : arguments.positional()) {
      if (given instanceof Value.Dict dict) {
        runtime.budget().values(dict.entries().size());
        entries.putAll(dict.entries());
      } else {
        for (Value pair : Types.listed(given, runtime.budget())) {
          List<Value> keyAndValue = Types.listed(pair, runtime.budget());
          if (keyAndValue.size() != 2) {
            throw Failure.type("%s update sequence element has not 2 elements", function);
          }
          entries.put(runtime.budget().key(keyAndValue.get(0)), keyAndValue.get(1));
        }
      }
    }
    runtime.budget().values(arguments.named().size());
    arguments.named().forEach((name, value) -> entries.put(new Value.Text(name), value));
    return entries;
  }

  private Value namespace(Arguments arguments) {
    Map<String, Value> attributes = new LinkedHashMap<>();
    entries("namespace", arguments)
        .forEach((key, value) -> attributes.put(Types.text(key, "attribute name"), value));
    return new Value.Namespace(attributes);
  }

  private Value raise(Arguments arguments) {
    Value message = arguments.bind("raise_exception", "message").get("message");
    throw new Failure(runtime.printer().text(message));
  }

  private Value now(Arguments arguments) {
    String format = arguments.bind("strftime_now", "format").text("format");
    runtime.budget().text(format.length());
    Writing writing = new Writing(runtime.budget());
    DateFormat.write(format, ZonedDateTime.now(runtime.clock()), writing, runtime.budget());
    return new Value.Text(writing.toString());
  }
}
