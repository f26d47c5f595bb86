package dev.minke.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/// The bytes of a token as one printable line.
final class TokenDisplay {
  private TokenDisplay() {}

  static String of(byte[] bytes) {
    StringBuilder shown = new StringBuilder();
    CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      CharBuffer text = CharBuffer.allocate(rest.remaining());
      utf8.reset().decode(rest, text, true);
      text.flip().codePoints().forEach(letter -> append(shown, letter));
      if (rest.hasRemaining()) {
        shown.append("\\x%02X".formatted(rest.get() & 0xFF));
      }
    }
    return shown.toString();
  }

  private static void append(StringBuilder shown, int letter) {
    switch (letter) {
      case '\n' -> shown.append("\\n");
      case '\r' -> shown.append("\\r");
      case '\t' -> shown.append("\\t");
      case '\\' -> shown.append("\\\\");
      default -> {
        boolean hidden =
            switch (Character.getType(letter)) {
              case Character.CONTROL,
                  Character.FORMAT,
                  Character.LINE_SEPARATOR,
                  Character.PARAGRAPH_SEPARATOR,
                  Character.UNASSIGNED,
                  Character.PRIVATE_USE ->
                  true;
              default -> false;
            };
        shown.append(hidden ? "\\u{%X}".formatted(letter) : Character.toString(letter));
      }
    }
  }
}
