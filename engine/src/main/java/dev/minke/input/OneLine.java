package dev.minke.input;

/// A message as one line of a sensible length, whatever it quotes of a file.
public final class OneLine {
  /// Letters that stay of a longer message, from its beginning and from its end: what is quoted
  /// stands between.
  private static final int HEAD = 700;

  private static final int TAIL = 200;

  private OneLine() {}

  /// The message, with control characters escaped (`\n`, `\u001b`) and cut in its middle if it is
  /// long.
  public static String of(String message) {
    String part = cut(message);
    if (part.chars().noneMatch(OneLine::isEscaped)) {
      return part;
    }
    StringBuilder line = new StringBuilder();
    for (char letter : part.toCharArray()) {
      if (letter == '\n') {
        line.append("\\n");
      } else if (isEscaped(letter)) {
        line.append("\\u%04x".formatted((int) letter));
      } else {
        line.append(letter);
      }
    }
    return cut(line.toString());
  }

  private static String cut(String text) {
    return text.length() <= HEAD + TAIL
        ? text
        : text.substring(0, HEAD) + " … " + text.substring(text.length() - TAIL);
  }

  /// What breaks a line, moves a terminal's cursor, or turns the direction of what follows.
  private static boolean isEscaped(int letter) {
    return switch (Character.getType(letter)) {
      case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      case Character.FORMAT -> letter >= 0x202A && letter <= 0x2069;
      default -> false;
    };
  }
}
