package dev.minke.tokenizer;

/// Merges the characters of a text to pieces. Safe for many threads.
sealed interface PieceMerger permits ScoredPieces, RankedPieces {
  /// @param text well-formed UTF-8, spaces as spaces
  void encode(byte[] text, IntList ids);

  /// Where the character that starts at a place ends.
  static int characterEnd(byte[] text, int from) {
    int end = from + 1;
    while (end < text.length && (text[end] & 0xC0) == 0x80) {
      end++;
    }
    return end;
  }
}
