package dev.minke.tokenizer;

import java.util.Arrays;

/// The letters of a word that is remembered: looked up by a stretch of a text, without a copy of
/// it.
abstract class WordText {
  /// An odd number with its bits well spread: 2^64 divided by the golden ratio.
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private final char[] letters;
  private final int hash;

  WordText(char[] text, int from, int to, int hash) {
    letters = Arrays.copyOfRange(text, from, to);
    this.hash = hash;
  }

  static int hash(char[] text, int from, int to) {
    long mixed = to - from;
    for (int i = from; i < to; i++) {
      mixed = (mixed ^ text[i]) * SPREAD;
    }
    return (int) (mixed >>> 32);
  }

  final boolean is(char[] text, int from, int to, int itsHash) {
    return hash == itsHash && Arrays.equals(letters, 0, letters.length, text, from, to);
  }

  final int hash() {
    return hash;
  }

  final char[] letters() {
    return letters;
  }
}
