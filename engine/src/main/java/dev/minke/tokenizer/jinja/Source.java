package dev.minke.tokenizer.jinja;

/// The text of a template, and where in it the lexer stands.
final class Source {
  /// Many times the longest template of a released model.
  private static final int LONGEST = 1 << 18;

  private final String name;
  private final String text;
  private int at;
  private int line = 1;

  /// @param name of the template, for messages
  Source(String name, String text) {
    this.name = name;
    if (text.length() > LONGEST) {
      throw new TemplateException(
          "%s: has %,d characters, at most %,d are read".formatted(name, text.length(), LONGEST));
    }
    String unified = text.replace("\r\n", "\n").replace('\r', '\n');
    // As Jinja does: one line end at the very end belongs to the file, not to the template.
    this.text = unified.endsWith("\n") ? unified.substring(0, unified.length() - 1) : unified;
  }

  String name() {
    return name;
  }

  int line() {
    return line;
  }

  int at() {
    return at;
  }

  boolean ended() {
    return at >= text.length();
  }

  /// The character at a distance from here; 0 beyond the end.
  char peek(int distance) {
    int index = at + distance;
    return index < text.length() ? text.charAt(index) : 0;
  }

  boolean looksAt(String expected) {
    return text.startsWith(expected, at);
  }

  boolean looksAt(String expected, int position) {
    return text.startsWith(expected, position);
  }

  /// Where a text begins, from here on; -1 if nowhere.
  int find(String wanted) {
    return find(wanted, at);
  }

  int find(String wanted, int from) {
    return text.indexOf(wanted, from);
  }

  /// The first position from one on that is no whitespace.
  int afterSpace(int from) {
    int position = from;
    while (position < text.length() && Letter.isSpace(text.charAt(position))) {
      position++;
    }
    return position;
  }

  char charAt(int index) {
    return text.charAt(index);
  }

  int length() {
    return text.length();
  }

  /// Goes to a position further on.
  ///
  /// @return the text between
  String moveTo(int position) {
    String passed = text.substring(at, position);
    line += (int) passed.chars().filter(letter -> letter == '\n').count();
    at = position;
    return passed;
  }

  String move(int characters) {
    return moveTo(at + characters);
  }

  /// Goes past whitespace, line ends included.
  ///
  /// @return whether a line end was the last of it
  boolean skipSpace() {
    return moveTo(afterSpace(at)).endsWith("\n");
  }

  TemplateException error(String reason) {
    return new TemplateException(name, line, reason);
  }
}
