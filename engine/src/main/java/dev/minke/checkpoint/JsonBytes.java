package dev.minke.checkpoint;

import dev.minke.input.JsonFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Reads JSON in UTF-8 from front to back, strictly. For the tables of large models, a hundred
/// thousand names and more: a tree of them, or a parser for everything that JSON can be, takes
/// longer than all else that opening such a model does.
///
/// A caller enters an object or a list, asks for [#more] before each element, and reads or passes
/// over every value; what is passed over is looked at only as far as its end needs. Mutable, for
/// one file.
final class JsonBytes {
  private static final int MOST_DEPTH = 100;

  /// A number of more digits does not fit into 64 bits; one of so many may be seen as negative.
  private static final int MOST_DIGITS = 19;

  /// A text of a file may be longer than any that is used: no memory is taken for it.
  private static final int MOST_TEXT_BYTES = 16 << 20;

  /// Letters that a message quotes.
  private static final int MOST_QUOTED = 40;

  private final Path file;
  private final byte[] bytes;
  private int at;
  private boolean isEntered;

  JsonBytes(Path file, byte[] bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  /// Reads a file.
  ///
  /// @throws CheckpointException if it cannot be read, or is larger than any of a model
  static JsonBytes of(Path file) {
    try {
      return new JsonBytes(file, JsonFile.bytes(file));
    } catch (IOException e) {
      throw CheckpointException.of("read", file, e);
    }
  }

  /// The first letter of what comes next; 0 at the end.
  char peek() {
    while (at < bytes.length) {
      byte letter = bytes[at];
      if (letter != ' ' && letter != '\n' && letter != '\r' && letter != '\t') {
        return (char) (letter & 0xFF);
      }
      at++;
    }
    return 0;
  }

  /// Goes into an object or a list.
  ///
  /// @param bracket that opens it
  void enter(char bracket) {
    take(bracket);
    isEntered = true;
  }

  /// Whether there is another element; if not, the object or list has been left.
  ///
  /// @param bracket that closes it
  boolean more(char bracket) {
    boolean isFirst = isEntered;
    isEntered = false;
    if (peek() == bracket) {
      at++;
      return false;
    }
    if (!isFirst) {
      take(',');
    }
    return true;
  }

  /// The key of an object's element.
  String key() {
    String key = text();
    take(':');
    return key;
  }

  /// Passes over the key of an object's element.
  void skipKey() {
    skipText();
    take(':');
  }

  String text() {
    take('"');
    int start = at;
    while (at < bytes.length) {
      byte letter = bytes[at];
      if (letter == '"') {
        requireShort(start);
        return new String(bytes, start, at++ - start, StandardCharsets.ISO_8859_1);
      }
      if (letter < ' ' || letter == '\\') {
        return unusualText(start);
      }
      at++;
    }
    throw fault("the end of a text");
  }

  /// A text with escapes or with letters outside ASCII; the latter are negative as bytes.
  private String unusualText(int start) {
    StringBuilder text = new StringBuilder();
    int done = start;
    while (at < bytes.length && bytes[at] != '"') {
      if (bytes[at] >= 0 && bytes[at] < ' ') {
        throw fault("no control character in a text");
      }
      requireShort(start);
      if (bytes[at] == '\\') {
        text.append(decoded(done));
        text.append(escaped());
        done = at;
      } else {
        at++;
      }
    }
    text.append(decoded(done));
    take('"');
    return text.toString();
  }

  private void requireShort(int start) {
    if (at - start > MOST_TEXT_BYTES) {
      at = start;
      throw fault("a text of at most %d bytes".formatted(MOST_TEXT_BYTES));
    }
  }

  private String decoded(int start) {
    if (start == at) {
      return "";
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, start, at - start))
          .toString();
    } catch (CharacterCodingException e) {
      throw new CheckpointException(
          "%s: expected UTF-8, found other bytes before byte %d".formatted(file, at), e);
    }
  }

  private char escaped() {
    at++;
    char letter = at < bytes.length ? (char) bytes[at] : 0;
    char meant =
        switch (letter) {
          case '"', '\\', '/' -> letter;
          case 'b' -> '\b';
          case 'f' -> '\f';
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case 'u' -> hexadecimal();
          default -> throw fault("an escape that JSON has");
        };
    at++;
    return meant;
  }

  private char hexadecimal() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      at++;
      int digit = at < bytes.length ? Character.digit(bytes[at], 16) : -1;
      if (digit < 0) {
        throw fault("four hexadecimal digits");
      }
      value = 16 * value + digit;
    }
    return (char) value;
  }

  /// A whole number of 0 or more.
  long natural() {
    peek();
    int start = at;
    long value = 0;
    while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9') {
      value = 10 * value + bytes[at++] - '0';
    }
    int digits = at - start;
    boolean isLonger = at < bytes.length && ".eE".indexOf(bytes[at]) >= 0;
    boolean isTooLarge = digits > MOST_DIGITS || value < 0;
    if (digits == 0 || isTooLarge || (digits > 1 && bytes[start] == '0') || isLonger) {
      at = start;
      throw fault("a whole number from 0 to 2^63 - 1");
    }
    return value;
  }

  /// Passes over a value, whatever it is.
  void skip() {
    skip(0);
  }

  private void skip(int depth) {
    if (depth > MOST_DEPTH) {
      throw fault("values in values, at most %d deep".formatted(MOST_DEPTH));
    }
    switch (peek()) {
      case '{' -> {
        enter('{');
        while (more('}')) {
          skipKey();
          skip(depth + 1);
        }
      }
      case '[' -> {
        enter('[');
        while (more(']')) {
          skip(depth + 1);
        }
      }
      case '"' -> skipText();
      case 't' -> word("true");
      case 'f' -> word("false");
      case 'n' -> word("null");
      default -> skipNumber();
    }
  }

  private void skipText() {
    take('"');
    while (at < bytes.length && bytes[at] != '"') {
      at += bytes[at] == '\\' ? 2 : 1;
    }
    take('"');
  }

  private void skipNumber() {
    int start = at;
    while (at < bytes.length && "0123456789+-.eE".indexOf(bytes[at]) >= 0) {
      at++;
    }
    if (at == start) {
      throw fault("a value");
    }
  }

  private void word(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (at >= bytes.length || bytes[at] != word.charAt(i)) {
        throw fault(word);
      }
      at++;
    }
  }

  /// Nothing may follow.
  void end() {
    if (peek() != 0 || at < bytes.length) {
      throw fault("nothing more");
    }
  }

  private void take(char letter) {
    if (peek() != letter || at >= bytes.length) {
      throw fault("'" + letter + "'");
    }
    at++;
  }

  /// What is wrong at this place.
  CheckpointException fault(String expected) {
    return new CheckpointException(
        "%s: JSON at byte %d: expected %s, found %s".formatted(file, at, expected, found()));
  }

  /// The letter here, or the whole number or word.
  private String found() {
    if (at >= bytes.length) {
      return "the end";
    }
    if (bytes[at] < ' ') {
      return "byte %02x".formatted(bytes[at]);
    }
    int end = at;
    while (end < bytes.length && end - at < MOST_QUOTED && isOfWord(bytes[end])) {
      end++;
    }
    return "'%s'"
        .formatted(new String(bytes, at, Math.max(1, end - at), StandardCharsets.ISO_8859_1));
  }

  private static boolean isOfWord(byte letter) {
    return letter == '.' || letter == '+' || letter == '-' || Character.isLetterOrDigit(letter);
  }
}
