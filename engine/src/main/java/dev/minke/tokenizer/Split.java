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
          "tokenizer.json: Split behaviour \"%s\" is unknown, expected Removed, Isolated,"
                  .formatted(spelling)
              + " MergedWithPrevious, MergedWithNext or Contiguous");
    }
  }

  /// Checks the pattern.
  public Split {
    compile(pattern, literal);
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
