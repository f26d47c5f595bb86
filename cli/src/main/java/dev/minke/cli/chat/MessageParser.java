package dev.minke.cli.chat;

import java.util.List;
import java.util.stream.Stream;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/// Where a message ends: with its line, unless that ends with a backslash or `"""` is open.
final class MessageParser implements Parser {
  static final String FENCE = "\"\"\"";

  @Override
  public ParsedLine parse(String line, int cursor, ParseContext context) {
    if (context != ParseContext.COMPLETE && context != ParseContext.SPLIT_LINE && isOpen(line)) {
      throw new EOFError(-1, cursor, "the message goes on", "");
    }
    int start = Math.max(0, line.lastIndexOf(' ', Math.max(0, cursor - 1)) + 1);
    String before = line.substring(0, Math.min(start, cursor));
    List<String> words = before.isBlank() ? List.of() : List.of(before.strip().split("\\s+"));
    return new Words(line, cursor, words, line.substring(Math.min(start, cursor), cursor));
  }

  static boolean isOpen(String line) {
    String text = line.stripLeading();
    if (text.startsWith(FENCE)) {
      return text.indexOf(FENCE, FENCE.length()) < 0;
    }
    return line.endsWith("\\");
  }

  /// The message that lines stand for.
  static String message(String lines) {
    String text = lines.strip();
    if (!text.startsWith(FENCE)) {
      return text.replace("\\\n", "\n");
    }
    int end = text.indexOf(FENCE, FENCE.length());
    String inside = text.substring(FENCE.length(), end < 0 ? text.length() : end);
    String behind = end < 0 ? "" : text.substring(end + FENCE.length());
    return (inside + behind).strip();
  }

  /// @param before the words before the one that is completed
  /// @param word that is completed, as far as it goes
  private record Words(String line, int cursor, List<String> before, String word)
      implements CompletingParsedLine {
    @Override
    public int wordCursor() {
      return word.length();
    }

    @Override
    public int wordIndex() {
      return before.size();
    }

    @Override
    public List<String> words() {
      return Stream.concat(before.stream(), Stream.of(word)).toList();
    }

    @Override
    public CharSequence escape(CharSequence candidate, boolean complete) {
      return candidate;
    }

    @Override
    public int rawWordCursor() {
      return word.length();
    }

    @Override
    public int rawWordLength() {
      return word.length();
    }
  }
}
