package dev.minke.tokenizer;

import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Finds the matches of one split in a piece of text, one after the other. Used by one thread.
sealed interface Finder {
  /// Begins with the piece `[from, to)` of a text; nothing beyond its edges is seen.
  void begin(char[] text, int from, int to);

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
    /// So many letters may be looked at in vain without a thought about the next time.
    private static final int LATE = 32;

    private final Automaton automaton;
    private Automaton.@Nullable Failures failures;
    private char[] text = {};
    private int to;
    private int start;
    private int end;

    InOnePass(Automaton automaton) {
      this.automaton = automaton;
    }

    @Override
    public void begin(char[] newText, int from, int newTo) {
      text = newText;
      to = newTo;
      end = from;
      failures = null;
    }

    @Override
    public boolean next() {
      start = automaton.candidate(text, end, to);
      while (start < to) {
        end =
            failures == null
                ? automaton.end(text, start, to)
                : automaton.end(text, start, to, failures);
        if (end >= 0) {
          return true;
        }
        if (failures == null && ~end - start > LATE) {
          failures = new Automaton.Failures(start, to);
        }
        start = automaton.candidate(text, Automaton.after(text, start, to), to);
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

  /// By Java's engine, which may need more time than anybody has: it is told to stop.
  final class Backtracking implements Finder {
    /// For all pieces of a text together a second's worth, and what a pattern may need that looks
    /// at each letter from many places.
    private static final long MOST_STEPS = 20_000_000;

    private static final long STEPS_A_LETTER = 1000;

    private final Matcher matcher;
    private Steps steps = new Steps(new char[0], 0, 0, MOST_STEPS);

    Backtracking(Pattern pattern) {
      matcher = pattern.matcher("");
    }

    @Override
    public void begin(char[] text, int from, int to) {
      steps = new Steps(text, 0, text.length, steps.left + STEPS_A_LETTER * (to - from));
      matcher.reset(steps).region(from, to);
    }

    @Override
    public boolean next() {
      try {
        return matcher.find();
      } catch (StackOverflowError e) { // the engine recurses along the text
        throw tooSlow(e);
      } catch (Steps.Spent e) {
        throw tooSlow(e);
      }
    }

    private TokenizerException tooSlow(Throwable cause) {
      return new TokenizerException(
          "pre-tokenizer: expected a pattern that is matched in one pass, found %s; it takes too long for this text"
              .formatted(matcher.pattern()),
          cause);
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

  /// A text that can be looked at so many times. Mutable, one owner.
  final class Steps implements CharSequence {
    private final char[] text;
    private final int from;
    private final int to;
    private long left;

    Steps(char[] text, int from, int to, long most) {
      this.text = text;
      this.from = from;
      this.to = to;
      left = most;
    }

    /// No letter may be looked at any more.
    static final class Spent extends RuntimeException {
      private static final long serialVersionUID = 1;
    }

    @Override
    public char charAt(int index) {
      if (--left < 0) {
        throw new Spent();
      }
      return text[from + index];
    }

    @Override
    public int length() {
      return to - from;
    }

    @Override
    public CharSequence subSequence(int begin, int end) {
      return new Steps(text, from + begin, from + end, left);
    }

    @Override
    public String toString() {
      return new String(text, from, to - from);
    }
  }
}
