package dev.minke.tokenizer.jinja;

/// What stands between quotes: Python's escapes, except `\N{…}`.
final class StringLiteral {
  private static final int MOST_OCTAL_DIGITS = 3;

  private final Source source;
  private final StringBuilder text = new StringBuilder();

  private StringLiteral(Source source) {
    this.source = source;
  }

  /// Reads the literal that begins here.
  ///
  /// @return the characters that it means
  static String read(Source source) {
    return new StringLiteral(source).read();
  }

  private String read() {
    int line = source.line();
    char quote = source.move(1).charAt(0);
    while (!source.ended()) {
      char letter = source.move(1).charAt(0);
      if (letter == quote) {
        return text.toString();
      }
      if (letter == '\\' && !source.ended()) {
        escape(source.move(1).charAt(0));
      } else {
        text.append(letter);
      }
    }
    throw new TemplateException(source.name(), line, "string without its end, expected " + quote);
  }

  private void escape(char letter) {
    switch (letter) {
      case '\n' -> {}
      case 'n' -> text.append('\n');
      case 't' -> text.append('\t');
      case 'r' -> text.append('\r');
      case 'a' -> text.append('\u0007');
      case 'b' -> text.append('\b');
      case 'f' -> text.append('\f');
      case 'v' -> text.append('\u000B');
      case '\\', '\'', '"' -> text.append(letter);
      case 'x' -> code(2);
      case 'u' -> code(4);
      case 'U' -> code(8);
      case 'N' -> throw source.error("escape \\N{…} is not supported; write \\u and the digits");
      default -> {
        if (octal(letter)) {
          octalCode(letter);
        } else {
          text.append('\\').append(letter);
        }
      }
    }
  }

  private void code(int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = Character.digit(source.peek(i), 16);
      if (digit < 0 || value > Character.MAX_CODE_POINT) {
        throw source.error("escape needs %d hexadecimal digits".formatted(digits));
      }
      value = value * 16 + digit;
    }
    if (value > Character.MAX_CODE_POINT) {
      throw source.error("escape is no character: U+%X".formatted(value));
    }
    source.move(digits);
    text.appendCodePoint(value);
  }

  private static boolean octal(char letter) {
    return letter >= '0' && letter <= '7';
  }

  private void octalCode(char first) {
    int value = first - '0';
    for (int i = 1; i < MOST_OCTAL_DIGITS && octal(source.peek(0)); i++) {
      value = value * 8 + (source.move(1).charAt(0) - '0');
    }
    text.appendCodePoint(value);
  }
}
