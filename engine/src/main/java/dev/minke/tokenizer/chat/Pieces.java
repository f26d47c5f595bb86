package dev.minke.tokenizer.chat;

/// Looking for markers in a text of which only a beginning is there.
final class Pieces {
  private Pieces() {}

  /// Where whitespace from a position on ends.
  static int space(CharSequence text, int from) {
    int at = from;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  /// How many characters at the end of a text may be the beginning of a marker.
  static int begun(StringBuilder text, String marker) {
    for (int length = Math.min(text.length(), marker.length() - 1); length > 0; length--) {
      if (text.indexOf(marker.substring(0, length), text.length() - length) >= 0) {
        return length;
      }
    }
    return 0;
  }

  /// Whether a marker may stand at a position, as far as the text goes, without being there whole.
  static boolean mayBegin(StringBuilder text, int at, String marker) {
    return text.length() - at < marker.length() && marker.startsWith(text.substring(at));
  }

  static boolean stands(StringBuilder text, int at, String marker) {
    return text.length() - at >= marker.length()
        && text.substring(at, at + marker.length()).equals(marker);
  }

  /// Takes a beginning away.
  static String take(StringBuilder text, int length) {
    String taken = text.substring(0, length);
    text.delete(0, length);
    return taken;
  }
}
