package dev.minke.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/// Reads the regular expressions that pre-tokenizers are made of: letters, classes, Unicode
/// properties, groups, alternatives, greedy repetition, `(?i:…)`, a negative lookahead at one
/// letter, and `$`, the end of a line.
///
/// Every other construct is refused with [UnsupportedOperationException]; such a pattern is left to
/// Java's engine, which gives the same words in more time.
final class PatternReader {
  private static final Letters SPACE = new Letters.Space();
  private static final Letters LINE_FEED = new Letters.Range('\n', '\n');
  private static final int MOST_COPIES = 100;

  private final String pattern;
  private int at;
  private boolean anyCase;

  private PatternReader(String pattern) {
    this.pattern = pattern;
  }

  /// @throws UnsupportedOperationException for what is not in the subset
  static PatternNode read(String pattern) {
    PatternReader reader = new PatternReader(pattern);
    PatternNode node = reader.choice();
    if (reader.at < pattern.length()) {
      throw reader.unsupported();
    }
    return node;
  }

  private UnsupportedOperationException unsupported() {
    return new UnsupportedOperationException(
        "pattern %s: not known what stands at letter %d".formatted(pattern, at));
  }

  private boolean looksAt(String expected) {
    return pattern.startsWith(expected, at);
  }

  private boolean takes(String expected) {
    boolean found = looksAt(expected);
    at += found ? expected.length() : 0;
    return found;
  }

  private void require(String expected) {
    if (!takes(expected)) {
      throw unsupported();
    }
  }

  private int nextLetter() {
    if (at == pattern.length()) {
      throw unsupported();
    }
    int letter = pattern.codePointAt(at);
    at += Character.charCount(letter);
    return letter;
  }

  private PatternNode choice() {
    List<PatternNode> branches = new ArrayList<>();
    do {
      branches.add(sequence());
    } while (takes("|"));
    return branches.size() == 1 ? branches.getFirst() : new PatternNode.Choice(branches);
  }

  private PatternNode sequence() {
    List<PatternNode> parts = new ArrayList<>();
    while (at < pattern.length() && !looksAt("|") && !looksAt(")")) {
      parts.add(repeated(atom()));
    }
    return parts.size() == 1 ? parts.getFirst() : new PatternNode.Sequence(parts);
  }

  private PatternNode atom() {
    if (takes("(?!")) {
      PatternNode inner = choice();
      require(")");
      if (inner instanceof PatternNode.One(Letters letters)) {
        return new PatternNode.NotBefore(letters);
      }
      throw unsupported();
    }
    if (takes("$")) {
      return new PatternNode.NotBefore(new Letters.Not(LINE_FEED));
    }
    if (looksAt("(")) {
      return group();
    }
    if (takes("[")) {
      return new PatternNode.One(characterClass());
    }
    if (takes("\\")) {
      return new PatternNode.One(escape());
    }
    int letter = nextLetter();
    if (".^?*+{}[]".indexOf(letter) >= 0) {
      at--;
      throw unsupported();
    }
    return new PatternNode.One(single(letter));
  }

  private PatternNode group() {
    boolean before = anyCase;
    if (takes("(?i:")) {
      anyCase = true;
    } else if (!takes("(?:")) {
      require("(");
      if (looksAt("?")) {
        throw unsupported();
      }
    }
    PatternNode inner = choice();
    require(")");
    anyCase = before;
    return inner;
  }

  private PatternNode repeated(PatternNode node) {
    PatternNode result = node;
    if (takes("?")) {
      result = new PatternNode.Repeat(node, 0, 1);
    } else if (takes("*")) {
      result = new PatternNode.Repeat(node, 0, PatternNode.Repeat.NO_LIMIT);
    } else if (takes("+")) {
      result = new PatternNode.Repeat(node, 1, PatternNode.Repeat.NO_LIMIT);
    } else if (takes("{")) {
      int least = number();
      int most = least;
      if (takes(",")) {
        most = looksAt("}") ? PatternNode.Repeat.NO_LIMIT : number();
      }
      require("}");
      if (most >= 0 && most < least) {
        throw unsupported();
      }
      result = new PatternNode.Repeat(node, least, most);
    } else {
      return node;
    }
    // Lazy, possessive, or repeated again.
    if (looksAt("?") || looksAt("*") || looksAt("+") || looksAt("{")) {
      throw unsupported();
    }
    return result;
  }

  private int number() {
    int value = 0;
    int first = at;
    while (at < pattern.length() && pattern.charAt(at) >= '0' && pattern.charAt(at) <= '9') {
      value = Math.min(10 * value + pattern.charAt(at) - '0', MOST_COPIES + 1);
      at++;
    }
    if (at == first || value > MOST_COPIES) {
      throw unsupported();
    }
    return value;
  }

  private Letters single(int letter) {
    return anyCase ? Letters.Folded.of(letter) : new Letters.Range(letter, letter);
  }

  private Letters characterClass() {
    boolean negated = takes("^");
    List<Letters> sets = new ArrayList<>();
    while (!takes("]")) {
      if (looksAt("[") || looksAt("&&")) {
        throw unsupported();
      }
      if (looksAt("\\") && literalEscape(at + 1).isEmpty()) {
        at++;
        sets.add(escape());
      } else {
        sets.add(range());
      }
    }
    if (sets.isEmpty()) {
      throw unsupported();
    }
    Letters any = sets.size() == 1 ? sets.getFirst() : new Letters.AnyOf(sets);
    return negated ? new Letters.Not(any) : any;
  }

  private Letters range() {
    int from = classLetter();
    if (looksAt("-") && !looksAt("-]")) {
      at++;
      int to = classLetter();
      if (to < from || anyCase) {
        throw unsupported();
      }
      return new Letters.Range(from, to);
    }
    return single(from);
  }

  private int classLetter() {
    if (takes("\\")) {
      OptionalInt letter = literalEscape(at);
      if (letter.isEmpty()) {
        throw unsupported();
      }
      at++;
      return letter.getAsInt();
    }
    if (looksAt("[")) {
      throw unsupported();
    }
    return nextLetter();
  }

  /// The letter that a backslash before `index` stands for, where it stands for one.
  private OptionalInt literalEscape(int index) {
    if (index >= pattern.length()) {
      return OptionalInt.empty();
    }
    char letter = pattern.charAt(index);
    return switch (letter) {
      case 'n' -> OptionalInt.of('\n');
      case 'r' -> OptionalInt.of('\r');
      case 't' -> OptionalInt.of('\t');
      default -> {
        boolean sign = letter < 0x80 && !Character.isLetterOrDigit(letter);
        yield sign ? OptionalInt.of(letter) : OptionalInt.empty();
      }
    };
  }

  /// What stands after a backslash.
  private Letters escape() {
    OptionalInt letter = literalEscape(at);
    if (letter.isPresent()) {
      at++;
      return single(letter.getAsInt());
    }
    if (takes("s")) {
      return SPACE;
    }
    if (takes("S")) {
      return new Letters.Not(SPACE);
    }
    if (takes("d")) {
      return categories("Nd");
    }
    if (takes("D")) {
      return new Letters.Not(categories("Nd"));
    }
    boolean negated = looksAt("P{");
    if (!takes("p{") && !takes("P{")) {
      throw unsupported();
    }
    int end = pattern.indexOf('}', at);
    if (end < 0) {
      throw unsupported();
    }
    String name = pattern.substring(at, end);
    Letters property = name.length() <= 2 ? categories(name) : script(name);
    at = end + 1;
    return negated ? new Letters.Not(property) : property;
  }

  /// A general category (`Lu`) or a group of them (`L`).
  private Letters categories(String name) {
    int bits =
        switch (name) {
          case "L" -> bits("Lu Ll Lt Lm Lo");
          case "M" -> bits("Mn Me Mc");
          case "N" -> bits("Nd Nl No");
          case "P" -> bits("Pc Pd Ps Pe Pi Pf Po");
          case "S" -> bits("Sm Sc Sk So");
          case "Z" -> bits("Zs Zl Zp");
          default -> bits(name);
        };
    return new Letters.Categories(bits);
  }

  private int bits(String names) {
    int bits = 0;
    for (String name : names.split(" ")) {
      bits |=
          1
              << switch (name) {
                case "Lu" -> Character.UPPERCASE_LETTER;
                case "Ll" -> Character.LOWERCASE_LETTER;
                case "Lt" -> Character.TITLECASE_LETTER;
                case "Lm" -> Character.MODIFIER_LETTER;
                case "Lo" -> Character.OTHER_LETTER;
                case "Mn" -> Character.NON_SPACING_MARK;
                case "Me" -> Character.ENCLOSING_MARK;
                case "Mc" -> Character.COMBINING_SPACING_MARK;
                case "Nd" -> Character.DECIMAL_DIGIT_NUMBER;
                case "Nl" -> Character.LETTER_NUMBER;
                case "No" -> Character.OTHER_NUMBER;
                case "Pc" -> Character.CONNECTOR_PUNCTUATION;
                case "Pd" -> Character.DASH_PUNCTUATION;
                case "Ps" -> Character.START_PUNCTUATION;
                case "Pe" -> Character.END_PUNCTUATION;
                case "Pi" -> Character.INITIAL_QUOTE_PUNCTUATION;
                case "Pf" -> Character.FINAL_QUOTE_PUNCTUATION;
                case "Po" -> Character.OTHER_PUNCTUATION;
                case "Sm" -> Character.MATH_SYMBOL;
                case "Sc" -> Character.CURRENCY_SYMBOL;
                case "Sk" -> Character.MODIFIER_SYMBOL;
                case "So" -> Character.OTHER_SYMBOL;
                case "Zs" -> Character.SPACE_SEPARATOR;
                case "Zl" -> Character.LINE_SEPARATOR;
                case "Zp" -> Character.PARAGRAPH_SEPARATOR;
                default -> throw unsupported();
              };
    }
    return bits;
  }

  private Letters script(String name) {
    try {
      return new Letters.Script(Character.UnicodeScript.forName(name.toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException e) {
      throw unsupported();
    }
  }
}
