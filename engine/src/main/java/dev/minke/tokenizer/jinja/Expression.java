package dev.minke.tokenizer.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What yields a value. Chains of operators and of suffixes are lists, not nested pairs, so that a
/// long chain is not deep.
sealed interface Expression {
  /// A literal.
  record Constant(Value value) implements Expression {}

  /// A variable.
  record Name(String name) implements Expression {}

  /// `[a, b]` or `(a, b)`.
  record Sequence(List<Expression> elements, Value.Items.Kind kind) implements Expression {
    public Sequence {
      elements = List.copyOf(elements);
    }
  }

  /// `{key: value}`.
  record Mapping(List<Pair> pairs) implements Expression {
    public Mapping {
      pairs = List.copyOf(pairs);
    }
  }

  /// One entry of a mapping.
  record Pair(Expression key, Expression value) {}

  /// `a.b[c](d)|e is f`.
  record Chain(Expression base, List<Suffix> suffixes) implements Expression {
    public Chain {
      suffixes = List.copyOf(suffixes);
    }
  }

  /// `not a`.
  record Not(Expression operand) implements Expression {}

  /// `-a` or `+a`.
  record Signed(boolean negative, Expression operand) implements Expression {}

  /// `a + b - c`: operators of one rank, from left to right.
  record Arithmetic(Expression first, List<Operand> rest) implements Expression {
    public Arithmetic {
      rest = List.copyOf(rest);
    }
  }

  /// `a < b <= c`: all of them.
  record Comparison(Expression first, List<Operand> rest) implements Expression {
    public Comparison {
      rest = List.copyOf(rest);
    }
  }

  /// An operator and what stands at its right.
  record Operand(String operator, Expression right) {}

  /// `a ~ b`: as text, joined.
  record Joined(List<Expression> parts) implements Expression {
    public Joined {
      parts = List.copyOf(parts);
    }
  }

  /// `a and b`: the first that is false, else the last.
  record All(List<Expression> parts) implements Expression {
    public All {
      parts = List.copyOf(parts);
    }
  }

  /// `a or b`: the first that is true, else the last.
  record Any(List<Expression> parts) implements Expression {
    public Any {
      parts = List.copyOf(parts);
    }
  }

  /// `a if b else c`.
  record Conditional(Expression condition, Expression then, @Nullable Expression otherwise)
      implements Expression {}

  /// What follows a value and makes another of it.
  sealed interface Suffix {
    /// `.name`.
    record Attribute(String name) implements Suffix {}

    /// `[index]`.
    record Item(Expression index) implements Suffix {}

    /// `[from:to:step]`.
    record Slice(@Nullable Expression from, @Nullable Expression to, @Nullable Expression step)
        implements Suffix {}

    /// `(arguments)`.
    record Call(CallSyntax arguments) implements Suffix {}

    /// `|name(arguments)`.
    record Filter(String name, CallSyntax arguments) implements Suffix {}

    /// `is name(arguments)` or `is not …`.
    record Test(String name, boolean negated, CallSyntax arguments) implements Suffix {}
  }

  /// The arguments of a call as they are written.
  ///
  /// @param spread `*list`
  /// @param spreadNamed `**mapping`
  record CallSyntax(
      List<Expression> positional,
      Map<String, Expression> named,
      @Nullable Expression spread,
      @Nullable Expression spreadNamed) {
    static final CallSyntax NONE = new CallSyntax(List.of(), Map.of(), null, null);

    public CallSyntax {
      positional = List.copyOf(positional);
    }
  }
}
