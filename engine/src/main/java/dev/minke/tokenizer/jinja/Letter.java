package dev.minke.tokenizer.jinja;

/// What Python thinks of one character.
final class Letter {
  private Letter() {}

  /// Whether `str.isspace` holds: Java's notion leaves some out.
  static boolean isSpace(int letter) {
    return Character.isWhitespace(letter) || Character.isSpaceChar(letter) || letter == 0x85;
  }

  /// Whether `repr` shows it as it is.
  static boolean isPrintable(int letter) {
    if (letter == ' ') {
      return true;
    }
    return switch (Character.getType(letter)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /// Whether it has a case, so that it is within a word for `str.title`.
  static boolean isCased(int letter) {
    return Character.isUpperCase(letter)
        || Character.isLowerCase(letter)
        || Character.isTitleCase(letter);
  }
}
