package dev.minke.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How much of an evaluation text stands in the training text: runs of ten units that are the same
/// in both (Brown et al., arXiv:2005.14165, appendix C, who took 13 words).
///
/// Units are words or tokens, as the caller likes; both sides must be cut alike. The runs of the
/// evaluation text are a set of 64-bit hashes; the training text streams past it in linear time and
/// is not kept. A run found by chance is one in 10¹⁸. First [#evaluate] all, then [#train], then
/// [#result]. One thread.
public final class Overlap {
  /// Units of a run.
  public static final int RUN = 10;

  private static final int EXAMPLES = 5;
  private static final long FACTOR = 0x9E3779B97F4A7C15L;

  private final List<Evaluated> evaluated = new ArrayList<>();
  private final HashSlots slots = new HashSlots();
  private long tooShort;

  /// An evaluation document.
  ///
  /// @param name for people
  /// @param hashes of its runs
  private record Evaluated(String name, long[] hashes) {}

  /// What was found.
  ///
  /// @param documents evaluation documents of ten units or more
  /// @param overlapping those of them with a run that stands in the training text
  /// @param tooShort documents of fewer units, of which nothing can be said
  /// @param units of the documents
  /// @param covered units that lie in such runs
  /// @param examples the first runs of the documents that overlap most
  public record Result(
      long documents,
      long overlapping,
      long tooShort,
      long units,
      long covered,
      List<Example> examples) {
    public Result {
      examples = List.copyOf(examples);
    }
  }

  /// A place that stands in the training text.
  ///
  /// @param document its name
  /// @param from first unit of a run that was found
  /// @param share of the document's units that lie in such runs
  public record Example(String document, int from, double share) {}

  /// Takes an evaluation document.
  ///
  /// @param units words or tokens, by numbers that are equal where they are
  public void evaluate(String name, long[] units) {
    long[] hashes = runs(units);
    if (hashes.length == 0) {
      tooShort++;
      return;
    }
    for (long hash : hashes) {
      slots.add(hash);
    }
    evaluated.add(new Evaluated(name, hashes));
  }

  /// Takes a training document.
  public void train(long[] units) {
    for (long hash : runs(units)) {
      slots.mark(hash);
    }
  }

  /// What was found up to now.
  public Result result() {
    long units = 0;
    long covered = 0;
    long overlapping = 0;
    List<Example> examples = new ArrayList<>();
    for (Evaluated document : evaluated) {
      int length = document.hashes.length + RUN - 1;
      int inRuns = 0;
      int first = -1;
      int coveredTo = 0;
      for (int i = 0; i < document.hashes.length; i++) {
        if (slots.isMarked(document.hashes[i])) {
          first = first < 0 ? i : first;
          inRuns += i + RUN - Math.max(i, coveredTo);
          coveredTo = i + RUN;
        }
      }
      units += length;
      covered += inRuns;
      if (first >= 0) {
        overlapping++;
        keep(examples, new Example(document.name, first, (double) inRuns / length));
      }
    }
    return new Result(evaluated.size(), overlapping, tooShort, units, covered, examples);
  }

  private static void keep(List<Example> examples, Example found) {
    int at = 0;
    while (at < examples.size() && examples.get(at).share() >= found.share()) {
      at++;
    }
    if (at < EXAMPLES) {
      examples.add(at, found);
    }
    if (examples.size() > EXAMPLES) {
      examples.removeLast();
    }
  }

  /// Hashes of all runs (Rabin and Karp: a sum of powers, which moves on in constant time).
  private static long[] runs(long[] units) {
    if (units.length < RUN) {
      return new long[0];
    }
    long power = 1;
    for (int i = 1; i < RUN; i++) {
      power *= FACTOR;
    }
    long[] hashes = new long[units.length - RUN + 1];
    long sum = 0;
    for (int i = 0; i < units.length; i++) {
      if (i >= RUN) {
        sum -= spread(units[i - RUN]) * power;
      }
      sum = sum * FACTOR + spread(units[i]);
      if (i >= RUN - 1) {
        hashes[i - RUN + 1] = spread(sum);
      }
    }
    return hashes;
  }

  private static long spread(long value) {
    long z = (value + FACTOR) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /// The words of a text as units: runs of letters and digits, whatever their case; an ideograph is
  /// a word. Punctuation and space count for nothing.
  public static long[] words(String text) {
    long[] words = new long[16];
    int count = 0;
    long word = 0;
    boolean inside = false;
    for (int i = 0; i <= text.length(); ) {
      int letter = i < text.length() ? text.codePointAt(i) : ' ';
      i += Character.charCount(letter);
      boolean ideograph = Character.isIdeographic(letter);
      boolean goesOn = Character.isLetterOrDigit(letter) && !ideograph;
      if (inside && !goesOn) {
        words = count == words.length ? Arrays.copyOf(words, 2 * count) : words;
        words[count++] = word;
      }
      if (ideograph) {
        words = count == words.length ? Arrays.copyOf(words, 2 * count) : words;
        words[count++] = spread(letter);
      }
      word = goesOn ? spread((inside ? word : 0) ^ Character.toLowerCase(letter)) : 0;
      inside = goesOn;
    }
    return Arrays.copyOf(words, count);
  }

  /// The tokens of a document as units.
  static long[] tokens(TokenShard shard, int document) {
    long[] units = new long[shard.length(document)];
    for (int i = 0; i < units.length; i++) {
      units[i] = shard.token(document, i);
    }
    return units;
  }

  /// How much of the documents of one shard, by tokens, stands in another.
  public static Result between(TokenShard evaluation, TokenShard training) {
    Overlap overlap = new Overlap();
    for (int document = 0; document < evaluation.documents(); document++) {
      overlap.evaluate("document " + document, tokens(evaluation, document));
    }
    for (int document = 0; document < training.documents(); document++) {
      overlap.train(tokens(training, document));
    }
    return overlap.result();
  }
}
