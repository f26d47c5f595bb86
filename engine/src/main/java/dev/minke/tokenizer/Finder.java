package dev.minke.tokenizer;

import java.nio.CharBuffer;
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

  /// By Java's engine.
  final class Backtracking implements Finder {
    private final Matcher matcher;

    Backtracking(Pattern pattern) {
      matcher = pattern.matcher("");
    }

    @Override
    public void begin(char[] text, int from, int to) {
      matcher.reset(CharBuffer.wrap(text)).region(from, to);
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
