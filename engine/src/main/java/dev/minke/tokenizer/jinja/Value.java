package dev.minke.tokenizer.jinja;

import java.math.BigInteger;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// What an expression of a template yields. Equality of Java is not equality of the template's
/// language: that is [Operators#same].
sealed interface Value {
  /// No value: a variable, attribute or element that is not there.
  ///
  /// @param reason what a use of it that needs a value answers
  record Undefined(String reason) implements Value {}

  /// Python's `None`.
  enum None implements Value {
    NONE
  }

  /// A truth value; a number to arithmetic, as in Python.
  record Bool(boolean value) implements Value {
    static final Bool TRUE = new Bool(true);
    static final Bool FALSE = new Bool(false);

    static Bool of(boolean value) {
      return value ? TRUE : FALSE;
    }
  }

  /// An integer of any size that [Numbers] allows. Keys are ordered, so that many with one hash are
  /// no attack on a map.
  record Whole(BigInteger value) implements Value, Comparable<Whole> {
    static Whole of(long value) {
      return new Whole(BigInteger.valueOf(value));
    }

    @Override
    public int compareTo(Whole other) {
      return value.compareTo(other.value);
    }
  }

  /// A floating-point number.
  record Real(double value) implements Value, Comparable<Real> {
    @Override
    public int compareTo(Real other) {
      return Double.compare(value, other.value);
    }
  }

  /// A text.
  record Text(String value) implements Value, Comparable<Text> {
    static final Text EMPTY = new Text("");

    @Override
    public int compareTo(Text other) {
      return value.compareTo(other.value);
    }
  }

  /// Values in order, all there at once.
  record Items(List<Value> values, Kind kind) implements Value {
    /// Which of Python's types it is; they print, compare and index differently.
    enum Kind {
      LIST("list"),
      TUPLE("tuple"),
      RANGE("range"),
      VIEW("dict_view");

      private final String pythonName;

      Kind(String pythonName) {
        this.pythonName = pythonName;
      }

      String pythonName() {
        return pythonName;
      }
    }

    public Items {
      values = Collections.unmodifiableList(values);
    }

    static Items list(List<Value> values) {
      return new Items(values, Kind.LIST);
    }

    static Items tuple(List<Value> values) {
      return new Items(values, Kind.TUPLE);
    }

    static Items view(List<Value> values) {
      return new Items(values, Kind.VIEW);
    }
  }

  /// A mapping in the order of insertion.
  record Dict(SequencedMap<Value, Value> entries) implements Value {
    public Dict {
      entries = Collections.unmodifiableSequencedMap(entries);
    }

    /// What may be a key.
    static Value key(Value value) {
      return switch (value) {
        case Text _, Whole _, Bool _, Real _, None _ -> value;
        case Undefined _, Items _, Dict _, Stream _, Namespace _, Function _, Loop _ ->
            throw Failure.type("unhashable type: '%s'", Types.name(value));
      };
    }
  }

  /// Values that come one at a time and once, as a Python generator gives them; never equal to
  /// anything but itself and always true. Mutable: reading moves it.
  record Stream(Iterator<Value> rest) implements Value {}

  /// The one thing that a template can change. Mutable; owned by one rendering.
  record Namespace(Map<String, Value> attributes) implements Value {
    public Namespace {
      attributes = new LinkedHashMap<>(attributes);
    }
  }

  /// Something that can be called: a macro, a method of a value, a function of the language.
  record Function(String name, Body body) implements Value {}

  /// What a function does.
  interface Body {
    Value call(Arguments arguments);
  }

  /// The `loop` of a loop; see [LoopState].
  record Loop(LoopState state) implements Value {}
}
