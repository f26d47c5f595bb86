package dev.minke.inference.grammar;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Turns expressions into automata (Thompson 1968).
///
/// Mutable; owned by one compilation.
final class Fragments {
  /// Sets of more sequences of bytes are rules of their own: written out once, not at each place.
  /// That keeps [#plainLetters] recognisable, too.
  private static final int MOST_INLINE_SEQUENCES = 4;

  /// Rules without calls that are no larger are written out where they are used, so that what
  /// follows them is decided with them.
  private static final int MOST_INLINE_SIZE = 16;

  /// What a text in JSON consists of, mostly.
  static final CodePoints PLAIN =
      CodePoints.range(0x20, Character.MAX_CODE_POINT).without(CodePoints.of("\"\\\u007F"));

  private final Budget budget;
  private final Map<CodePoints, Rule> letterRules = new HashMap<>();
  private final Map<CodePoints, List<int[]>> sequences = new HashMap<>();
  private final Map<Rule, Boolean> inlined = new HashMap<>();

  Fragments(Budget budget) {
    this.budget = budget;
  }

  /// The automaton of a rule.
  Dfa of(Rule rule) {
    try {
      return automaton(rule.body(), true);
    } catch (GrammarException e) {
      throw e.of("rule " + rule.name());
    }
  }

  /// The automaton of an expression without calls.
  Dfa regular(Expression expression) {
    return automaton(expression, false);
  }

  /// Whether a rule is one letter, and all letters of [#PLAIN] among them.
  boolean isPlainLetter(Rule rule) {
    return rule.body() instanceof Expression.OneOf(CodePoints letters)
        && rule == letterRules.get(letters)
        && letters.containsAll(PLAIN);
  }

  private Dfa automaton(Expression expression, boolean mayCall) {
    if (expression instanceof Expression.Regular(Dfa known)) {
      return known;
    }
    Nfa nfa = new Nfa(budget);
    int start = nfa.addState();
    int end = nfa.addState();
    // A rule for a set of letters is written out in its own automaton.
    boolean isLetter = expression instanceof Expression.OneOf;
    new Writer(nfa, mayCall && !isLetter).write(expression, start, end);
    return Subsets.of(nfa, start, end, budget);
  }

  private List<int[]> sequences(CodePoints letters) {
    return sequences.computeIfAbsent(letters, Utf8::sequences);
  }

  private boolean isInlined(Rule rule) {
    Boolean known = inlined.get(rule);
    if (known == null) {
      known = !hasCalls(rule.body()) && size(rule.body()) <= MOST_INLINE_SIZE;
      inlined.put(rule, known);
    }
    return known;
  }

  private static boolean hasCalls(Expression expression) {
    return switch (expression) {
      case Expression.Call call -> true;
      case Expression.Sequence(List<Expression> parts) ->
          parts.stream().anyMatch(Fragments::hasCalls);
      case Expression.Choice(List<Expression> parts) ->
          parts.stream().anyMatch(Fragments::hasCalls);
      case Expression.Repeat(Expression part, int least, int most) -> hasCalls(part);
      case Expression.Members(List<Expression.Member> members, Expression separator) ->
          hasCalls(separator) || members.stream().anyMatch(member -> hasCalls(member.part()));
      case Expression.Literal literal -> false;
      case Expression.OneOf letters -> false;
      case Expression.Both both -> false;
      case Expression.Except except -> false;
      case Expression.Regular regular -> false;
      case Expression.Escaped escaped -> false;
    };
  }

  /// About how many states an expression needs, before it is written out.
  private long size(Expression expression) {
    return switch (expression) {
      case Expression.Call call -> 1;
      case Expression.Literal(byte[] bytes) -> bytes.length;
      case Expression.OneOf(CodePoints letters) -> 1;
      case Expression.Sequence(List<Expression> parts) ->
          parts.stream().mapToLong(this::size).sum();
      case Expression.Choice(List<Expression> parts) ->
          // They end in one state.
          1 + parts.stream().mapToLong(part -> Math.max(0, size(part) - 1)).sum();
      case Expression.Repeat repeat -> 1 + copies(repeat) * Math.max(1, size(repeat.part()));
      case Expression.Members(List<Expression.Member> members, Expression separator) ->
          members.stream().mapToLong(member -> size(member.part()) + size(separator)).sum();
      case Expression.Both(Expression left, Expression right) -> size(left) + size(right);
      case Expression.Except(Expression left, Expression right) -> size(left) + size(right);
      case Expression.Regular(Dfa automaton) -> automaton.states();
      case Expression.Escaped(Expression values) -> size(values);
    };
  }

  private static long copies(Expression.Repeat repeat) {
    return Math.max(1, Math.max(repeat.least(), repeat.most()));
  }

  /// Writes an edge of an automaton into another.
  private interface EdgeWriter {
    void write(int from, int low, int high, int to);
  }

  /// Writes expressions into one automaton.
  private final class Writer {
    private final Nfa nfa;

    /// Whether rules may be called; else all is written out.
    private final boolean mayCall;

    Writer(Nfa nfa, boolean mayCall) {
      this.nfa = nfa;
      this.mayCall = mayCall;
    }

    /// Adds the paths of an expression between two places: no edge into `from` and none out of
    /// `to`.
    void write(Expression expression, int from, int to) {
      switch (expression) {
        case Expression.Literal(byte[] bytes) -> writeLiteral(bytes, from, to);
        case Expression.OneOf(CodePoints letters) -> writeLetter(letters, from, to);
        case Expression.Sequence(List<Expression> parts) -> {
          int at = from;
          for (Expression part : parts) {
            int next = nfa.addState();
            write(part, at, next);
            at = next;
          }
          nfa.addNothing(at, to);
        }
        case Expression.Choice(List<Expression> branches) -> {
          for (Expression branch : branches) {
            write(branch, from, to);
          }
        }
        case Expression.Repeat repeat -> writeRepeat(repeat, from, to);
        case Expression.Members members -> writeMembers(members, from, to);
        case Expression.Both(Expression left, Expression right) ->
            writeAutomaton(Product.both(regular(left), regular(right), budget), from, to);
        case Expression.Except(Expression left, Expression right) ->
            writeAutomaton(Product.except(regular(left), regular(right), budget), from, to);
        case Expression.Regular(Dfa automaton) -> writeAutomaton(automaton, from, to);
        case Expression.Escaped(Expression values) -> writeEscaped(regular(values), from, to);
        case Expression.Call(Rule rule) -> {
          if (isInlined(rule)) {
            write(rule.body(), from, to);
          } else if (mayCall) {
            nfa.addCall(from, rule, to);
          } else {
            throw new IllegalStateException("an expression without calls calls " + rule.name());
          }
        }
      }
    }

    private void writeLiteral(byte[] bytes, int from, int to) {
      int at = from;
      for (byte value : bytes) {
        int next = nfa.addState();
        nfa.addBytes(at, value & 0xFF, value & 0xFF, next);
        at = next;
      }
      nfa.addNothing(at, to);
    }

    private void writeLetter(CodePoints letters, int from, int to) {
      List<int[]> ranges = sequences(letters);
      if (mayCall && ranges.size() > MOST_INLINE_SEQUENCES) {
        Rule rule =
            letterRules.computeIfAbsent(
                letters, set -> new Rule("letter", new Expression.OneOf(set)));
        nfa.addCall(from, rule, to);
      } else {
        Utf8.write(ranges, nfa, from, to);
      }
    }

    private void writeRepeat(Expression.Repeat repeat, int from, int to) {
      Budget.checkRepetition(repeat, copies(repeat), size(repeat.part()));
      int at = from;
      for (int i = 0; i < repeat.least(); i++) {
        int next = nfa.addState();
        write(repeat.part(), at, next);
        at = next;
      }
      if (repeat.most() == Expression.Repeat.NO_LIMIT) {
        int loop = nfa.addState();
        int after = nfa.addState();
        nfa.addNothing(at, loop);
        write(repeat.part(), loop, after);
        nfa.addNothing(after, loop);
        nfa.addNothing(loop, to);
        return;
      }
      for (int i = repeat.least(); i < repeat.most(); i++) {
        int next = nfa.addState();
        nfa.addNothing(at, to);
        write(repeat.part(), at, next);
        at = next;
      }
      nfa.addNothing(at, to);
    }

    /// Two rows of places, before each member: nothing has been written yet, or something has and a
    /// separator is due. Both lead into one copy of the member.
    private void writeMembers(Expression.Members list, int from, int to) {
      int nothing = nfa.addState();
      nfa.addNothing(from, nothing);
      int something = nfa.addState();
      for (Expression.Member member : list.members()) {
        int begin = nfa.addState();
        int separator = nfa.addState();
        int after = nfa.addState();
        nfa.addNothing(nothing, begin);
        nfa.addNothing(something, separator);
        write(list.separator(), separator, begin);
        write(member.part(), begin, after);
        if (member.repeats()) {
          nfa.addNothing(after, separator);
        }
        int nothingAfter = nfa.addState();
        if (!member.required()) {
          nfa.addNothing(nothing, nothingAfter);
          nfa.addNothing(something, after);
        }
        nothing = nothingAfter;
        something = nfa.addState();
        nfa.addNothing(after, something);
      }
      nfa.addNothing(nothing, to);
      nfa.addNothing(something, to);
    }

    private void writeAutomaton(Dfa automaton, int from, int to) {
      write(automaton, from, to, nfa::addBytes);
    }

    private void writeEscaped(Dfa automaton, int from, int to) {
      write(automaton, from, to, this::writeEscapedBytes);
    }

    private void write(Dfa automaton, int from, int to, EdgeWriter edges) {
      int[] places = new int[automaton.states()];
      for (int state = 0; state < places.length; state++) {
        places[state] = nfa.addState();
      }
      nfa.addNothing(from, places[0]);
      for (int state = 0; state < places.length; state++) {
        for (int edge = automaton.firstEdge(state); edge < automaton.firstEdge(state + 1); edge++) {
          edges.write(
              places[state],
              automaton.low(edge),
              automaton.high(edge),
              places[automaton.target(edge)]);
        }
        if (automaton.isFinal(state)) {
          nfa.addNothing(places[state], to);
        }
      }
    }

    /// Bytes of a value as they stand in a string of JSON.
    private void writeEscapedBytes(int from, int low, int high, int to) {
      int next = low;
      for (int value = low; value <= high && value <= '\\'; value++) {
        if (value < 0x20 || value == '"' || value == '\\') {
          if (next < value) {
            nfa.addBytes(from, next, value - 1, to);
          }
          writeLiteral(escaped(value).getBytes(StandardCharsets.UTF_8), from, to);
          next = value + 1;
        }
      }
      if (next <= high) {
        nfa.addBytes(from, next, high, to);
      }
    }

    private static String escaped(int value) {
      return switch (value) {
        case '\b' -> "\\b";
        case '\f' -> "\\f";
        case '\n' -> "\\n";
        case '\r' -> "\\r";
        case '\t' -> "\\t";
        case '"', '\\' -> "\\" + (char) value;
        default -> "\\u%04x".formatted(value);
      };
    }
  }
}
