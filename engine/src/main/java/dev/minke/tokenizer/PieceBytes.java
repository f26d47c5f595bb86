package dev.minke.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The tokens of a SentencePiece vocabulary that stand for one byte, spelled `<0x0A>`, while the
/// vocabulary is read.
final class PieceBytes {
  private static final Pattern SPELLING = Pattern.compile("<0x([0-9A-Fa-f]{2})>");

  private final Vocabulary vocabulary;
  private final int[] ids = new int[256];

  PieceBytes(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    Arrays.fill(ids, -1);
  }

  /// The bytes of a piece that is text.
  static byte[] of(String piece) {
    return piece.replace(SpacePrefix.SPACE_LETTER, ' ').getBytes(StandardCharsets.UTF_8);
  }

  /// Adds a token.
  ///
  /// @return whether it is spelled as a byte
  boolean add(int id, String spelling) {
    Matcher matcher = SPELLING.matcher(spelling);
    if (!matcher.matches()) {
      return false;
    }
    int value = Integer.parseInt(matcher.group(1), 16);
    ids[value] = id;
    vocabulary.putUnlisted(id, new byte[] {(byte) value});
    return true;
  }

  /// The ids by byte.
  ///
  /// @throws TokenizerException if a byte of UTF-8 has no token, or the space: then some texts had
  ///   no ids
  int[] ids(Object source) {
    if (vocabulary.find(new byte[] {' '}) < 0) {
      throw new TokenizerException(
          "%s: no token %c, expected one for a space".formatted(source, SpacePrefix.SPACE_LETTER));
    }
    for (int value = 0; value < ids.length; value++) {
      if (ids[value] < 0 && Merges.occursInText(value)) {
        throw new TokenizerException(
            "%s: no token <0x%02X>, expected one for every byte of UTF-8".formatted(source, value));
      }
    }
    return ids.clone();
  }
}
