package dev.minke.tokenizer;

/// Turns ids into text one at a time. A character whose bytes are spread over several tokens comes
/// out whole with the last of them. Bytes that are no UTF-8 come out as U+FFFD, one for each
/// longest beginning of a character (Unicode, "maximal subpart"), as Hugging Face's decoder does;
/// Java's own decoder counts them differently.
///
/// What [#accept] and [#finish] return, joined, is [Tokenizer#decode] of the same ids. A space that
/// the tokenizer put before the text is dropped; so whoever reads the tokens that follow others has
/// the decoder accept those others first. Mutable; owned by whoever reads one stream of tokens.
public final class Decoder {
  private static final char MALFORMED = '\uFFFD';

  private final Tokenizer tokenizer;

  /// Bits of the character under way.
  private int bits;

  /// Bytes that it still needs; 0 between characters.
  private int missing;

  /// Range in which its next byte must be.
  private int lowest;

  private int highest;

  /// Whether a space that comes next is the tokenizer's own.
  private boolean atEdge;

  Decoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    atEdge = tokenizer.addsSpaceAtStart();
  }

  /// Takes the next token.
  ///
  /// @return the text that is certain now; often empty inside a character
  public String accept(int id) {
    byte[] token = tokenizer.sharedBytes(id);
    StringBuilder text = new StringBuilder(token.length);
    for (int i = atEdge && token.length > 0 && token[0] == ' ' ? 1 : 0; i < token.length; i++) {
      take(token[i] & 0xFF, text);
    }
    atEdge = tokenizer.addsSpaceBehind(id);
    return text.toString();
  }

  /// Ends the stream; the decoder can then be used for another.
  ///
  /// @return U+FFFD where the last character was never completed, else nothing
  public String finish() {
    atEdge = tokenizer.addsSpaceAtStart();
    return broken();
  }

  private String broken() {
    boolean broken = missing > 0;
    missing = 0;
    return broken ? String.valueOf(MALFORMED) : "";
  }

  private void take(int value, StringBuilder text) {
    if (missing > 0) {
      if (value >= lowest && value <= highest) {
        next(value, text);
        return;
      }
      text.append(broken());
    }
    if (value < 0x80) {
      text.append((char) value);
    } else if (value >= 0xC2 && value <= 0xDF) {
      begin(value & 0x1F, 1, 0x80, 0xBF);
    } else if (value >= 0xE0 && value <= 0xEF) {
      begin(value & 0x0F, 2, value == 0xE0 ? 0xA0 : 0x80, value == 0xED ? 0x9F : 0xBF);
    } else if (value >= 0xF0 && value <= 0xF4) {
      begin(value & 0x07, 3, value == 0xF0 ? 0x90 : 0x80, value == 0xF4 ? 0x8F : 0xBF);
    } else {
      text.append(MALFORMED);
    }
  }

  private void begin(int firstBits, int bytesToCome, int low, int high) {
    bits = firstBits;
    missing = bytesToCome;
    lowest = low;
    highest = high;
  }

  private void next(int value, StringBuilder text) {
    begin((bits << 6) | (value & 0x3F), missing - 1, 0x80, 0xBF);
    if (missing == 0) {
      text.appendCodePoint(bits);
    }
  }
}
