package dev.minke.tokenizer;

import java.util.List;
import java.util.function.Consumer;
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
  void cut(String text, Consumer<String> words) {
    new Run(words).piece(text, 0, text.length(), 0);
  }

  /// The cutting of one text, depth first: the finder of a step keeps its place while the steps
  /// after it cut a piece.
  private final class Run {
    private final Consumer<String> words;
    private final List<Finder> found;

    Run(Consumer<String> words) {
      this.words = words;
      found = finders.stream().map(Supplier::get).toList();
    }

    void piece(String text, int from, int to, int step) {
      if (from == to) {
        return;
      }
      if (step == spaceStep) {
        String piece = text.substring(from, to);
        String spaced = piece.charAt(0) == ' ' ? piece : " " + piece;
        step(spaced, 0, spaced.length(), step);
      } else {
        step(text, from, to, step);
      }
    }

    private void step(String text, int from, int to, int step) {
      if (step == cuts.size()) {
        words.accept(text.substring(from, to));
        return;
      }
      Finder finder = found.get(step);
      finder.begin(text, from, to);
      Pieces pieces = new Pieces(this, text, step, cuts.get(step));
      int end = from;
      while (finder.next()) {
        pieces.add(end, finder.start(), false);
        pieces.add(finder.start(), finder.end(), true);
        end = finder.end();
      }
      pieces.add(end, to, false);
      pieces.finish();
    }
  }

  /// Joins the segments of one split as its behaviour says, with one segment held back.
  private static final class Pieces {
    private final Run run;
    private final String text;
    private final int step;
    private final Split split;
    private int start = -1;
    private int end;
    private boolean match;

    Pieces(Run run, String text, int step, Split split) {
      this.run = run;
      this.text = text;
      this.step = step;
      this.split = split;
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
