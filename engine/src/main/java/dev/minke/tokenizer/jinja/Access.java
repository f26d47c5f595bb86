package dev.minke.tokenizer.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What stands behind a dot or in brackets. A dot looks for an attribute first, such as a method,
/// and then for an element; brackets look the other way round.
final class Access {
  private final Budget budget;
  private final Methods methods;

  Access(Budget budget) {
    this.budget = budget;
    methods = new Methods(budget);
  }

  /// `value.name`.
  Value attribute(Value value, String name) {
    Value found = own(value, name);
    if (found == null && value instanceof Value.Dict dict) {
      found = dict.entries().get(new Value.Text(name));
    }
    return found != null ? found : missing(value, name);
  }

  /// `value[index]`.
  Value item(Value value, Value index) {
    Value found =
        switch (value) {
          case Value.Dict dict -> dict.entries().get(budget.key(index));
          case Value.Items items when items.kind() != Value.Items.Kind.VIEW ->
              element(items, index);
          case Value.Text text -> character(text.value(), index);
          case Value.Undefined(String reason) -> throw new Failure(reason);
          case Value.None _,
              Value.Bool _,
              Value.Whole _,
              Value.Real _,
              Value.Items _,
              Value.Stream _,
              Value.Namespace _,
              Value.Function _,
              Value.Loop _ ->
              null;
        };
    if (found != null) {
      return found;
    }
    if (index instanceof Value.Text(String name)) {
      Value own = own(value, name);
      return own != null ? own : missing(value, name);
    }
    return new Value.Undefined(
        "%s has no element %s".formatted(object(value), new Printer(budget).text(index)));
  }

  /// What a value of this type has under a name, whatever it contains.
  private @Nullable Value own(Value value, String name) {
    return switch (value) {
      case Value.Undefined(String reason) -> throw new Failure(reason);
      case Value.Namespace namespace -> namespace.attributes().get(name);
      case Value.Loop loop -> loop.state().attribute(name);
      case Value.Text _, Value.Items _, Value.Dict _ -> methods.find(value, name);
      case Value.None _,
          Value.Bool _,
          Value.Whole _,
          Value.Real _,
          Value.Stream _,
          Value.Function _ ->
          null;
    };
  }

  private static Value missing(Value value, String name) {
    return new Value.Undefined("'%s' has no attribute '%s'".formatted(object(value), name));
  }

  private static String object(Value value) {
    return value instanceof Value.None ? "None" : Types.name(value) + " object";
  }

  private static @Nullable Value element(Value.Items items, Value index) {
    if (!(Numbers.number(index) instanceof Value.Whole whole)) {
      return null;
    }
    int at = position(whole, items.values().size());
    return at < 0 ? null : items.values().get(at);
  }

  private @Nullable Value character(String text, Value index) {
    if (!(Numbers.number(index) instanceof Value.Whole whole)) {
      return null;
    }
    budget.count(text);
    int at = position(whole, CodePoints.length(text));
    return at < 0 ? null : new Value.Text(CodePoints.at(text, at));
  }

  /// An index that may count from the end; -1 where nothing is.
  private static int position(Value.Whole index, int length) {
    long at = Types.small(index, "index");
    long fromBegin = at < 0 ? at + length : at;
    return fromBegin >= 0 && fromBegin < length ? (int) fromBegin : -1;
  }

  /// `value[from:to:step]`; null or none where a bound is left out.
  Value slice(Value value, @Nullable Value from, @Nullable Value to, @Nullable Value step) {
    int stride = bound(step, 1);
    if (stride == 0) {
      throw Failure.type("slice step cannot be zero");
    }
    return switch (value) {
      case Value.Text(String text) -> {
        budget.text(text.length());
        budget.count(text);
        yield sliced(text, from, to, stride);
      }
      case Value.Items items when items.kind() != Value.Items.Kind.VIEW -> {
        Range range = Range.of(from, to, stride, items.values().size());
        budget.values(range.count());
        List<Value> part = new ArrayList<>(range.count());
        for (int i = 0, at = range.first(); i < range.count(); i++, at += stride) {
          part.add(items.values().get(at));
        }
        yield new Value.Items(part, items.kind());
      }
      case Value.Undefined(String reason) -> throw new Failure(reason);
      case Value.Dict _ -> throw Failure.type("unhashable type: 'slice'");
      case Value.None _,
          Value.Bool _,
          Value.Whole _,
          Value.Real _,
          Value.Items _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          throw Failure.type("'%s' object is not subscriptable", Types.name(value));
    };
  }

  private static Value sliced(String text, @Nullable Value from, @Nullable Value to, int stride) {
    Range range = Range.of(from, to, stride, CodePoints.length(text));
    if (stride == 1) {
      return new Value.Text(CodePoints.part(text, range.first(), range.first() + range.count()));
    }
    int[] letters = text.codePoints().toArray();
    StringBuilder part = new StringBuilder(range.count());
    for (int i = 0, at = range.first(); i < range.count(); i++, at += stride) {
      part.appendCodePoint(letters[at]);
    }
    return new Value.Text(part.toString());
  }

  private static int bound(@Nullable Value bound, int otherwise) {
    return bound == null || bound instanceof Value.None
        ? otherwise
        : Types.small(bound, "slice index");
  }

  /// Which elements a slice takes.
  private record Range(int first, int count) {
    static Range of(@Nullable Value from, @Nullable Value to, int stride, int length) {
      int lowest = stride > 0 ? 0 : -1;
      int highest = stride > 0 ? length : length - 1;
      int first = within(bound(from, stride > 0 ? 0 : Integer.MAX_VALUE), length, lowest, highest);
      // Left out, a backward slice ends before the first element, which no index can say.
      int end =
          to == null || to instanceof Value.None
              ? stride > 0 ? length : -1
              : within(bound(to, 0), length, lowest, highest);
      long distance = stride > 0 ? (long) end - first : (long) first - end;
      long size = Math.abs((long) stride);
      return new Range(first, (int) Math.max(0, (distance + size - 1) / size));
    }

    private static int within(int bound, int length, int lowest, int highest) {
      long fromBegin = bound < 0 ? (long) bound + length : bound;
      return (int) Math.clamp(fromBegin, lowest, highest);
    }
  }
}
