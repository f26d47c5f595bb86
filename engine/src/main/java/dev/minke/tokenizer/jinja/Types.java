package dev.minke.tokenizer.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/// What kind of thing a value is: its type's name in Python, whether it counts as true, how it is
/// iterated and measured.
final class Types {
  private Types() {}

  /// The name of the type in Python's messages.
  static String name(Value value) {
    return switch (value) {
      case Value.Undefined _ -> "Undefined";
      case Value.None _ -> "NoneType";
      case Value.Bool _ -> "bool";
      case Value.Whole _ -> "int";
      case Value.Real _ -> "float";
      case Value.Text _ -> "str";
      case Value.Items items -> items.kind().pythonName();
      case Value.Dict _ -> "dict";
      case Value.Stream _ -> "generator";
      case Value.Namespace _ -> "Namespace";
      case Value.Function _ -> "function";
      case Value.Loop _ -> "LoopContext";
    };
  }

  /// Python's truth: empty, zero and nothing are false.
  static boolean isTrue(Value value) {
    return switch (value) {
      case Value.Undefined _, Value.None _ -> false;
      case Value.Bool bool -> bool.value();
      case Value.Whole whole -> whole.value().signum() != 0;
      case Value.Real real -> real.value() != 0;
      case Value.Text text -> !text.value().isEmpty();
      case Value.Items items -> !items.values().isEmpty();
      case Value.Dict dict -> !dict.entries().isEmpty();
      case Value.Stream _, Value.Namespace _, Value.Function _, Value.Loop _ -> true;
    };
  }

  /// The value as an integer, where it is one; a boolean is.
  static BigInteger whole(Value value, String what) {
    return switch (value) {
      case Value.Whole whole -> whole.value();
      case Value.Bool bool -> bool.value() ? BigInteger.ONE : BigInteger.ZERO;
      case Value.Undefined undefined -> throw new Failure(undefined.reason());
      default -> throw Failure.type("%s must be int, not %s", what, name(value));
    };
  }

  /// The value as an `int`; what is beyond its range counts as the end of the range, which lies
  /// beyond every text and list.
  static int small(Value value, String what) {
    BigInteger whole = whole(value, what);
    return whole.bitLength() < Integer.SIZE - 1
        ? whole.intValue()
        : whole.signum() < 0 ? -Integer.MAX_VALUE : Integer.MAX_VALUE;
  }

  /// The text that the value is.
  static String text(Value value, String what) {
    return switch (value) {
      case Value.Text text -> text.value();
      case Value.Undefined undefined -> throw new Failure(undefined.reason());
      default -> throw Failure.type("%s must be str, not %s", what, name(value));
    };
  }

  /// The values in it: elements, keys, characters.
  static Iterator<Value> iterate(Value value) {
    return switch (value) {
      case Value.Items items -> items.values().iterator();
      case Value.Dict dict -> dict.entries().keySet().iterator();
      case Value.Stream stream -> stream.rest();
      case Value.Undefined _ -> Collections.emptyIterator();
      case Value.Text text ->
          text.value()
              .codePoints()
              .mapToObj(letter -> (Value) new Value.Text(Character.toString(letter)))
              .iterator();
      case Value.None _,
          Value.Bool _,
          Value.Whole _,
          Value.Real _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          throw Failure.type("'%s' object is not iterable", name(value));
    };
  }

  /// Its values as a list.
  static List<Value> listed(Value value, Budget budget) {
    if (value instanceof Value.Items items) {
      return items.values();
    }
    List<Value> values = new ArrayList<>();
    for (Iterator<Value> rest = iterate(value); rest.hasNext(); ) {
      budget.newValues(1);
      values.add(rest.next());
    }
    return values;
  }

  /// How many values are in it.
  static int length(Value value, Budget budget) {
    return switch (value) {
      case Value.Items items -> items.values().size();
      case Value.Dict dict -> dict.entries().size();
      case Value.Text(String text) -> {
        budget.count(text);
        yield CodePoints.length(text);
      }
      case Value.Undefined _ -> 0;
      case Value.None _,
          Value.Bool _,
          Value.Whole _,
          Value.Real _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          throw Failure.type("object of type '%s' has no len()", name(value));
    };
  }
}
