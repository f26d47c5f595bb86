package dev.minke.tokenizer;

import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// One cut of a pre-tokenizer: where a pattern matches, and what becomes of the matches.
///
/// Patterns are written in the dialect of `tokenizer.json` (Oniguruma). For the classes that
/// tokenizers use, Java's with Unicode classes means the same: `\s` is the property White_Space,
/// `\p{L}` the general category, `(?i:…)` folds beyond ASCII, `$` stands before a line feed or at
/// the end.
///
/// @param pattern a regular expression, or plain text
/// @param literal whether the pattern is plain text
/// @param behaviour what becomes of a match
/// @param inverted whether matches and the rest change places
public record Split(String pattern, boolean literal, Behaviour behaviour, boolean inverted) {
  /// A property with a name of more than two letters, which may be a script.
  private static final Pattern SCRIPT = Pattern.compile("\\\\([pP])\\{([A-Z][a-z_A-Z]{2,})\\}");

  /// A repetition with a number: `{3}`, `{1,3}`, `{2,}`; not a letter by its number, `\x{2581}`.
  private static final Pattern REPETITION = Pattern.compile("(?<!\\\\x)\\{(\\d+)(?:,(\\d+)?)?}");

  /// The patterns of all known tokenizers stay far below these.
  private static final int MOST_LETTERS = 2000;

  private static final int MOST_DEPTH = 100;
  private static final int MOST_REPETITIONS = 100_000;

  /// What becomes of a match.
  public enum Behaviour {
    /// It is dropped.
    REMOVED("Removed"),
    /// It is a piece of its own.
    ISOLATED("Isolated"),
    /// It ends the piece before it.
    MERGED_WITH_PREVIOUS("MergedWithPrevious"),
    /// It begins the piece after it.
    MERGED_WITH_NEXT("MergedWithNext"),
    /// Neighbouring matches are one piece.
    CONTIGUOUS("Contiguous");

    private final String spelling;

    Behaviour(String spelling) {
      this.spelling = spelling;
    }

    /// The name in `tokenizer.json`.
    String spelling() {
      return spelling;
    }

    static Behaviour of(String spelling) {
      for (Behaviour behaviour : values()) {
        if (behaviour.spelling.equals(spelling)) {
          return behaviour;
        }
      }
      throw new TokenizerException(
          "pre-tokenizer: Split behaviour \"%s\" is unknown, expected Removed, Isolated,"
                  .formatted(spelling)
              + " MergedWithPrevious, MergedWithNext or Contiguous");
    }
  }

  /// Checks the pattern.
  public Split {
    if (!literal) {
      requireModest(pattern);
    }
    compile(pattern, literal);
  }

  /// Java's engine recurses for each part and each group of a pattern, and repeats what is empty as
  /// often as it is told.
  private static void requireModest(String pattern) {
    int depth = 0;
    int deepest = 0;
    for (int i = 0; i < pattern.length(); i++) {
      switch (pattern.charAt(i)) {
        case '\\' -> i++;
        case '(', '[' -> deepest = Math.max(deepest, ++depth);
        case ')', ']' -> depth--;
        default -> {}
      }
    }
    double repetitions =
        REPETITION
            .matcher(pattern)
            .results()
            .mapToDouble(one -> Double.parseDouble(one.group(one.group(2) == null ? 1 : 2)))
            .reduce(1, (a, b) -> a * Math.max(1, b));
    if (pattern.length() > MOST_LETTERS || deepest > MOST_DEPTH || repetitions > MOST_REPETITIONS) {
      throw new TokenizerException(
          "pre-tokenizer: expected a pattern of at most %d letters, %d groups in each other and %d repetitions, found %s"
              .formatted(MOST_LETTERS, MOST_DEPTH, MOST_REPETITIONS, pattern));
    }
  }

  /// A regular expression whose matches are pieces.
  public static Split isolated(String regex) {
    return new Split(regex, false, Behaviour.ISOLATED, false);
  }

  /// The pattern in Java's dialect.
  Pattern compiled() {
    return compile(pattern, literal);
  }

  private static Pattern compile(String pattern, boolean literal) {
    if (literal) {
      String java = SCRIPT.matcher(pattern).replaceAll(Split::script);
      return Pattern.compile(java, Pattern.LITERAL);
    }
    try {
      String java = SCRIPT.matcher(pattern).replaceAll(Split::script);
      return Pattern.compile(
          java, Pattern.UNICODE_CHARACTER_CLASS | Pattern.MULTILINE | Pattern.UNIX_LINES);
    } catch (PatternSyntaxException e) {
      throw new TokenizerException(
          "pre-tokenizer: cannot use the pattern %s: %s"
              .formatted(pattern, e.getDescription().toLowerCase(Locale.ROOT)),
          e);
    }
  }

  /// Scripts have a prefix in Java: `\p{Han}` is `\p{IsHan}`.
  private static String script(MatchResult property) {
    String name = property.group(2);
    try {
      Character.UnicodeScript.forName(name);
    } catch (IllegalArgumentException e) {
      return Matcher.quoteReplacement(property.group());
    }
    return Matcher.quoteReplacement("\\" + property.group(1) + "{Is" + name + "}");
  }
}
