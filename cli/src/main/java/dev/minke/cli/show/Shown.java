package dev.minke.cli.show;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What strangers' files say, made fit for a line of a terminal or for a JSON file.
final class Shown {
  /// A longer list is a table of tokens, and only counted.
  private static final int LONG_LIST = 64;

  private static final int BEGINNING = 5;

  private Shown() {}

  /// A text as one line: nothing in it steers a terminal.
  ///
  /// @param most letters
  static String line(String text, int most) {
    String line = text.codePoints().anyMatch(Shown::isControl) ? replaced(text) : text;
    return line.length() <= most ? line : line.substring(0, most) + " …";
  }

  private static String replaced(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints().forEach(letter -> line.appendCodePoint(isControl(letter) ? ' ' : letter));
    return line.toString();
  }

  private static boolean isControl(int letter) {
    return switch (Character.getType(letter)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  /// A value as one line.
  static String value(Object value, int most) {
    if (value instanceof List<?> list && list.size() > LONG_LIST) {
      String first =
          String.join(", ", list.subList(0, BEGINNING).stream().map(String::valueOf).toList());
      return line("%d elements: %s, …".formatted(list.size(), first), most);
    }
    return line(String.valueOf(value), most);
  }

  /// Metadata for programs: of a long list only how long it is, and how it begins.
  static Map<String, Object> shortened(Map<String, Object> metadata) {
    Map<String, Object> values = new LinkedHashMap<>();
    metadata.forEach((key, value) -> values.put(key, shortened(value)));
    return values;
  }

  private static Object shortened(Object value) {
    return value instanceof List<?> list && list.size() > LONG_LIST
        ? Map.of("elements", list.size(), "first", new ArrayList<>(list.subList(0, BEGINNING)))
        : value;
  }
}
