package dev.minke.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/// A [PreTokenizer] at work: its patterns compiled once. Safe for many threads.
final class WordCutter {
  private final List<Split> cuts;
  private final List<Supplier<Finder>> finders;

  /// The step before which a piece gets its space, or -1.
  private final int spaceStep;

  WordCutter(PreTokenizer preTokenizer) {
    cuts = preTokenizer.cuts();
    finders = cuts.stream().map(Finder::of).toList();
    spaceStep = preTokenizer.addsSpace() ? preTokenizer.splits().size() : -1;
  }

  /// Hands over the words of a text, in order.
  void cut(String text, WordSink words) {
    new Run(words).piece(text.toCharArray(), 0, text.length(), 0);
  }

  /// The cutting of one text, depth first: the finder of a step keeps its place while the steps
  /// after it cut a piece.
  private final class Run {
    private final WordSink words;
    private final Finder[] found;
    private final Pieces[] pieces;

    Run(WordSink words) {
      this.words = words;
      found = new Finder[cuts.size()];
      pieces = new Pieces[cuts.size()];
      for (int step = 0; step < found.length; step++) {
        found[step] = finders.get(step).get();
        pieces[step] = new Pieces(this, step, cuts.get(step));
      }
    }

    void piece(char[] text, int from, int to, int step) {
      if (from == to) {
        return;
      }
      if (step == spaceStep) {
        char[] spaced = spaced(text, from, to);
        step(spaced, 0, spaced.length, step);
      } else {
        step(text, from, to, step);
      }
    }

    private static char[] spaced(char[] text, int from, int to) {
      if (text[from] == ' ') {
        return Arrays.copyOfRange(text, from, to);
      }
      char[] spaced = new char[to - from + 1];
      spaced[0] = ' ';
      System.arraycopy(text, from, spaced, 1, to - from);
      return spaced;
    }

    private void step(char[] text, int from, int to, int step) {
      if (step == found.length) {
        words.accept(text, from, to);
        return;
      }
      Finder finder = found[step];
      finder.begin(text, from, to);
      Pieces joined = pieces[step];
      joined.begin(text);
      int end = from;
      while (finder.next()) {
        joined.add(end, finder.start(), false);
        joined.add(finder.start(), finder.end(), true);
        end = finder.end();
      }
      joined.add(end, to, false);
      joined.finish();
    }
  }

  /// Joins the segments of one split as its behaviour says, with one segment held back.
  private static final class Pieces {
    private final Run run;
    private final int step;
    private final Split split;
    private char[] text = {};
    private int start = -1;
    private int end;
    private boolean match;

    Pieces(Run run, int step, Split split) {
      this.run = run;
      this.step = step;
      this.split = split;
    }

    void begin(char[] newText) {
      text = newText;
    }

    void add(int from, int to, boolean matched) {
      if (from == to) {
        return;
      }
      boolean isMatch = matched != split.inverted();
      if (start < 0 || !joins(isMatch)) {
        finish();
        start = from;
      }
      end = to;
      match = isMatch;
    }

    void finish() {
      if (start >= 0 && !(match && split.behaviour() == Split.Behaviour.REMOVED)) {
        run.piece(text, start, end, step + 1);
      }
      start = -1;
    }

    /// Whether the next segment belongs to the one that is held.
    private boolean joins(boolean isMatch) {
      return switch (split.behaviour()) {
        case REMOVED, ISOLATED -> false;
        case CONTIGUOUS -> isMatch == match;
        case MERGED_WITH_PREVIOUS -> isMatch && !match;
        case MERGED_WITH_NEXT -> match && !isMatch;
      };
    }
  }
}
