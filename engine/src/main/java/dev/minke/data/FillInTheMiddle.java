package dev.minke.data;

import dev.minke.tensor.RandomStream;

/// Turns some documents into exercises: what was in the middle comes last (DeepSeek-V3 §4.1, PSM;
/// Bavarian et al., arXiv:2207.14255).
///
/// A document becomes begin, prefix, hole, suffix, end, middle, where the three are cut at two
/// borders between characters, any pair as likely as another. Which documents, and where, is a
/// function of the seed and of a document's own text: order and number of threads are nothing to
/// it, and every epoch shows the same exercise.
///
/// @param rate share of documents (DeepSeek-V3: 0.1)
/// @param seed of the run
/// @param begin id of the token before the prefix
/// @param hole id of the token where the middle was
/// @param end id of the token behind the suffix
public record FillInTheMiddle(double rate, long seed, int begin, int hole, int end) {
  /// What DeepSeek's tokenizer calls the three.
  public static final String BEGIN = "<｜fim▁begin｜>";

  /// The hole.
  public static final String HOLE = "<｜fim▁hole｜>";

  /// The end of the suffix.
  public static final String END = "<｜fim▁end｜>";

  /// The ids of a document, as an exercise or as it is.
  public int[] encode(String document, Corpus.Encoding encoding) {
    RandomStream random = RandomStream.named(seed, "fill.in.the.middle");
    long place = 3 * Corpus.hash(document);
    if (random.uniform(place) >= rate) {
      return encoding.encode(document);
    }
    int borders = document.codePointCount(0, document.length()) + 1;
    int one = random.below(borders, place + 1);
    int other = random.below(borders, place + 2);
    int from = document.offsetByCodePoints(0, Math.min(one, other));
    int to = document.offsetByCodePoints(0, Math.max(one, other));
    int[] prefix = encoding.encoder().apply(document.substring(0, from));
    int[] middle = encoding.encoder().apply(document.substring(from, to));
    int[] suffix = encoding.encoder().apply(document.substring(to));
    int[] ids = new int[3 + prefix.length + middle.length + suffix.length];
    int at = 0;
    ids[at++] = begin;
    at = copy(prefix, ids, at);
    ids[at++] = hole;
    at = copy(suffix, ids, at);
    ids[at++] = end;
    copy(middle, ids, at);
    return encoding.framed(ids);
  }

  private static int copy(int[] from, int[] to, int at) {
    System.arraycopy(from, 0, to, at, from.length);
    return at + from.length;
  }
}
