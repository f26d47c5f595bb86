package dev.minke.tokenizer.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/// Cutting texts as Python's methods do; parts are paid for as they are found.
final class Splitting {
  private final Budget budget;

  Splitting(Budget budget) {
    this.budget = budget;
  }

  /// Where a text occurs in another, without overlap; the empty one at every place.
  ///
  /// @param most how many at most; all where negative
  List<Integer> occurrences(String text, String wanted, int most) {
    List<Integer> found = new ArrayList<>();
    int at = text.indexOf(wanted);
    while (at >= 0 && (most < 0 || found.size() < most)) {
      budget.newValues(1);
      found.add(at);
      int next = wanted.isEmpty() ? nextCharacter(text, at) : at + wanted.length();
      at = next > text.length() ? -1 : text.indexOf(wanted, next);
    }
    return found;
  }

  private static int nextCharacter(String text, int at) {
    return at == text.length() ? at + 1 : text.offsetByCodePoints(at, 1);
  }

  List<String> at(String text, String separator, int most) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int at : occurrences(text, separator, most)) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
    }
    parts.add(text.substring(from));
    return parts;
  }

  /// The separators are looked for from the end.
  List<String> fromEnd(String text, String separator, int most) {
    List<String> parts = new ArrayList<>();
    int end = text.length();
    while (most < 0 || parts.size() < most) {
      int at = text.lastIndexOf(separator, end - separator.length());
      if (at < 0 || end < separator.length()) {
        break;
      }
      budget.newValues(1);
      parts.add(text.substring(at + separator.length(), end));
      end = at;
    }
    parts.add(text.substring(0, end));
    return parts.reversed();
  }

  /// Words between whitespace; the last part is the rest where they are limited.
  List<String> words(String text, int most) {
    List<String> words = new ArrayList<>();
    int at = skip(text, 0, true);
    while (at < text.length()) {
      if (most >= 0 && words.size() == most) {
        words.add(text.substring(at));
        return words;
      }
      budget.newValues(1);
      int end = skip(text, at, false);
      words.add(text.substring(at, end));
      at = skip(text, end, true);
    }
    return words;
  }

  List<String> wordsFromEnd(String text, int most) {
    List<String> words = new ArrayList<>();
    int end = skipBack(text, text.length(), true);
    while (end > 0) {
      if (most >= 0 && words.size() == most) {
        words.add(text.substring(0, end));
        break;
      }
      budget.newValues(1);
      int begin = skipBack(text, end, false);
      words.add(text.substring(begin, end));
      end = skipBack(text, begin, true);
    }
    return words.reversed();
  }

  private static int skipBack(String text, int from, boolean space) {
    int at = from;
    while (at > 0 && Letter.isSpace(text.charAt(at - 1)) == space) {
      at--;
    }
    return at;
  }

  private static int skip(String text, int from, boolean space) {
    int at = from;
    while (at < text.length() && Letter.isSpace(text.charAt(at)) == space) {
      at++;
    }
    return at;
  }

  List<String> lines(String text, boolean keepEnds) {
    List<String> lines = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      int end = from;
      while (end < text.length() && !endsLine(text.charAt(end))) {
        end++;
      }
      int next = end == text.length() ? end : text.startsWith("\r\n", end) ? end + 2 : end + 1;
      budget.newValues(1);
      lines.add(text.substring(from, keepEnds ? next : end));
      from = next;
    }
    return lines;
  }

  private static boolean endsLine(char letter) {
    return (letter >= '\n' && letter <= '\r')
        || (letter >= 0x1C && letter <= 0x1E)
        || letter == 0x85
        || letter == 0x2028
        || letter == 0x2029;
  }

  /// Without the characters of a set at its ends.
  static String stripped(String text, IntPredicate taken, boolean begin, boolean end) {
    int from = 0;
    while (begin && from < text.length() && taken.test(text.codePointAt(from))) {
      from += Character.charCount(text.codePointAt(from));
    }
    int to = text.length();
    while (end && to > from && taken.test(text.codePointBefore(to))) {
      to -= Character.charCount(text.codePointBefore(to));
    }
    return text.substring(from, to);
  }
}
