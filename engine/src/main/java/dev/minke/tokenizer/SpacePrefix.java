package dev.minke.tokenizer;

import java.nio.charset.StandardCharsets;

/// Where SentencePiece's tokenizers put a space before text, so that a word at the start is the
/// same piece as one within. Decoders drop it again.
enum SpacePrefix {
  /// Nowhere.
  NONE,
  /// At the start, unless there is one (`Metaspace` with `first`).
  FIRST_UNLESS_SPACE,
  /// At the start and behind every added token, unless there is one (`Metaspace` with `always`).
  EVERY_UNLESS_SPACE,
  /// At the start and behind every added token (`Prepend`; GGUF).
  EVERY;

  /// SentencePiece's letter for a space.
  static final char SPACE_LETTER = '\u2581';

  /// The bytes of a text with its space; the letter for a space is a space.
  ///
  /// @param first whether nothing stands before the text
  byte[] applied(String text, boolean first) {
    String spaced = text.replace(SPACE_LETTER, ' ');
    boolean adds =
        switch (this) {
          case NONE -> false;
          case FIRST_UNLESS_SPACE -> first && spaced.charAt(0) != ' ';
          case EVERY_UNLESS_SPACE -> spaced.charAt(0) != ' ';
          case EVERY -> true;
        };
    return (adds ? " " + spaced : spaced).getBytes(StandardCharsets.UTF_8);
  }

  /// Whether the text behind an added token has its space, too.
  boolean followsAddedTokens() {
    return this == EVERY || this == EVERY_UNLESS_SPACE;
  }
}
