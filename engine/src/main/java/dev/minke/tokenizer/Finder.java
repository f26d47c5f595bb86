package dev.minke.tokenizer;

import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds the matches of one split in a piece of text, one after the other. Used by one thread.
sealed interface Finder {
  /// Begins with the piece `[from, to)` of a text; nothing beyond its edges is seen.
  void begin(String text, int from, int to);

  /// Goes to the next match, if there is one.
  boolean next();

  /// Where the match begins.
  int start();

  /// Where it ends.
  int end();

  /// What makes finders for a split: in one pass over the text where the pattern allows it, by
  /// Java's engine where it does not.
  static Supplier<Finder> of(Split split) {
    if (!split.literal()) {
      try {
        Automaton automaton = new Automaton(split.pattern());
        return () -> new InOnePass(automaton);
      } catch (UnsupportedOperationException e) {
        // Known to be exact, not known to be linear.
      }
    }
    Pattern pattern = split.compiled();
    return () -> new Backtracking(pattern);
  }

  /// By an automaton.
  final class InOnePass implements Finder {
    private final Automaton automaton;
    private String text = "";
    private int to;
    private int start;
    private int end;

    InOnePass(Automaton automaton) {
      this.automaton = automaton;
    }

    @Override
    public void begin(String newText, int from, int newTo) {
      text = newText;
      to = newTo;
      end = from;
    }

    @Override
    public boolean next() {
      start = end;
      while (start < to) {
        end = automaton.end(text, start, to);
        if (end >= 0) {
          return true;
        }
        boolean pair =
            start + 1 < to && Character.isSurrogatePair(text.charAt(start), text.charAt(start + 1));
        start += pair ? 2 : 1;
      }
      return false;
    }

    @Override
    public int start() {
      return start;
    }

    @Override
    public int end() {
      return end;
    }
  }

  /// By Java's engine.
  final class Backtracking implements Finder {
    private final Matcher matcher;

    Backtracking(Pattern pattern) {
      matcher = pattern.matcher("");
    }

    @Override
    public void begin(String text, int from, int to) {
      matcher.reset(text).region(from, to);
    }

    @Override
    public boolean next() {
      return matcher.find();
    }

    @Override
    public int start() {
      return matcher.start();
    }

    @Override
    public int end() {
      return matcher.end();
    }
  }
}
