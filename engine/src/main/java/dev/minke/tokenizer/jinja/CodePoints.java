package dev.minke.tokenizer.jinja;

/// Text as Python sees it: code points, where Java has pairs of surrogates for some.
final class CodePoints {
  private CodePoints() {}

  /// Whether every character is one `char`, so that positions are those of Java.
  private static boolean plain(String text) {
    return text.chars().noneMatch(letter -> Character.isSurrogate((char) letter));
  }

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /// The character at an index that is within the text.
  static String at(String text, int index) {
    int begin = text.offsetByCodePoints(0, index);
    return Character.toString(text.codePointAt(begin));
  }

  /// A part with step 1.
  static String part(String text, int from, int to) {
    if (plain(text)) {
      return text.substring(from, to);
    }
    int begin = text.offsetByCodePoints(0, from);
    return text.substring(begin, text.offsetByCodePoints(begin, to - from));
  }

  /// The position in code points of a position in chars; -1 stays.
  static int position(String text, int index) {
    return index < 0 ? index : text.codePointCount(0, index);
  }

  /// Order by code point.
  static int compare(String left, String right) {
    int shorter = Math.min(left.length(), right.length());
    for (int i = 0; i < shorter; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        // A surrogate stands for a character above all that are one char.
        boolean high = Character.isSurrogate(a);
        return high == Character.isSurrogate(b) ? Character.compare(a, b) : high ? 1 : -1;
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}
