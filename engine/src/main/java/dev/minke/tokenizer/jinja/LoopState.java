package dev.minke.tokenizer.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far a loop is, and what `loop` answers. It looks ahead only when asked, because a filter
/// behind `if` may depend on what the body does. Mutable; owned by one loop.
final class LoopState {
  private final Budget budget;
  private final Operators operators;

  /// How many there are; -1 while not known, for what comes one by one.
  private int length;

  private Iterator<Value> rest;
  private @Nullable Value before;
  private @Nullable Value current;
  private @Nullable Value after;
  private @Nullable Value lastSeen;
  private int index0 = -1;

  /// @param length -1 where it is not known yet
  LoopState(Budget budget, Iterator<Value> rest, int length) {
    this.budget = budget;
    operators = new Operators(budget);
    this.rest = rest;
    this.length = length;
  }

  /// The next value; null after the last.
  @Nullable Value advance() {
    Value next = peek();
    after = null;
    index0++;
    before = current;
    current = next;
    return next;
  }

  private @Nullable Value peek() {
    if (after == null && rest.hasNext()) {
      after = rest.next();
    }
    return after;
  }

  private int length() {
    if (length < 0) {
      List<Value> remaining = new ArrayList<>();
      while (rest.hasNext()) {
        budget.values(1);
        remaining.add(rest.next());
      }
      rest = remaining.iterator();
      length = index0 + 1 + (after == null ? 0 : 1) + remaining.size();
    }
    return length;
  }

  /// What is behind `loop.`; null where nothing is.
  @Nullable Value attribute(String name) {
    return switch (name) {
      case "index" -> Value.Whole.of(index0 + 1);
      case "index0" -> Value.Whole.of(index0);
      case "first" -> Value.Bool.of(index0 == 0);
      case "last" -> Value.Bool.of(peek() == null);
      case "length" -> Value.Whole.of(length());
      case "revindex" -> Value.Whole.of(length() - index0);
      case "revindex0" -> Value.Whole.of(length() - index0 - 1);
      // Only a recursive loop goes deeper.
      case "depth" -> Value.Whole.of(1);
      case "depth0" -> Value.Whole.of(0);
      case "previtem" -> before != null ? before : new Value.Undefined("there is no previous item");
      case "nextitem" -> {
        Value next = peek();
        yield next != null ? next : new Value.Undefined("there is no next item");
      }
      case "cycle" -> new Value.Function("cycle", this::cycle);
      case "changed" -> new Value.Function("changed", this::changed);
      default -> null;
    };
  }

  private Value cycle(Arguments arguments) {
    List<Value> values = arguments.positional();
    if (values.isEmpty()) {
      throw Failure.type("no items for cycling given");
    }
    return values.get(index0 % values.size());
  }

  private Value changed(Arguments arguments) {
    Value now = Value.Items.tuple(arguments.positional());
    boolean changed = lastSeen == null || !operators.same(lastSeen, now);
    lastSeen = now;
    return Value.Bool.of(changed);
  }
}
