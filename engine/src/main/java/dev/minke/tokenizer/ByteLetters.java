package dev.minke.tokenizer;

import org.jspecify.annotations.Nullable;

/// GPT-2's printable letter for each byte, in which `tokenizer.json` spells its tokens.
///
/// Bytes that are visible in Latin-1 stand for themselves, the other 68 take the letters from
/// U+0100 on in the order of the bytes: a space is `Ġ`, a line feed `Ċ`.
final class ByteLetters {
  /// First letter that is not a byte's own.
  private static final char FIRST_SHIFTED = 0x100;

  private static final String LETTERS = letters();

  private ByteLetters() {}

  /// The bytes, spelled with letters.
  static String spell(byte[] bytes) {
    StringBuilder letters = new StringBuilder(bytes.length);
    for (byte value : bytes) {
      letters.append(LETTERS.charAt(value & 0xFF));
    }
    return letters.toString();
  }

  /// The bytes that letters spell, or null where one is no byte's letter.
  static byte @Nullable [] bytes(String letters) {
    byte[] bytes = new byte[letters.length()];
    for (int i = 0; i < bytes.length; i++) {
      int value = LETTERS.indexOf(letters.charAt(i));
      if (value < 0) {
        return null;
      }
      bytes[i] = (byte) value;
    }
    return bytes;
  }

  /// The 256 bytes in the order of their letters, the order of a new vocabulary.
  static byte[] inLetterOrder() {
    byte[] ordered = new byte[256];
    int next = 0;
    for (int shifted = 0; shifted < 2; shifted++) {
      for (int value = 0; value < 256; value++) {
        if ((LETTERS.charAt(value) >= FIRST_SHIFTED) == (shifted == 1)) {
          ordered[next++] = (byte) value;
        }
      }
    }
    return ordered;
  }

  private static String letters() {
    StringBuilder letters = new StringBuilder(256);
    char shifted = FIRST_SHIFTED;
    for (char value = 0; value < 256; value++) {
      boolean visible =
          (value > ' ' && value < 0x7F) || (value > 0xA0 && value != 0xAD /* soft hyphen */);
      letters.append(visible ? value : shifted++);
    }
    return letters.toString();
  }
}
