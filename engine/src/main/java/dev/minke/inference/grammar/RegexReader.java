package dev.minke.inference.grammar;

import java.util.ArrayList;
import java.util.List;

/// Reads regular expressions, in the dialect of ECMA-262 with its flag `u` that JSON schema asks
/// for.
///
/// There are: letters, `.` (no line terminator), classes, `\d` `\w` `\s` and their opposites,
/// `\p{…}` with general categories and scripts, groups of any kind that only group, alternatives,
/// greedy and lazy repetition (the same texts), `^` and `$` at the ends of the outermost
/// alternatives. Whatever does not describe a regular set of texts (lookaround, back references),
/// and word boundaries, flags and possessive repetition, are refused by name.
final class RegexReader {
  private static final CodePoints DIGIT = CodePoints.range('0', '9');
  private static final CodePoints WORD =
      CodePoints.of("_")
          .union(DIGIT)
          .union(CodePoints.range('a', 'z'))
          .union(CodePoints.range('A', 'Z'));
  private static final CodePoints SPACE =
      CodePoints.of(
          "\t\n"
              + "\u000B\f\r"
              + " \u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF");
  private static final CodePoints LINE_END = CodePoints.of("\n\r\u2028\u2029");

  private static final Expression ANYTHING = Expression.any(new Expression.OneOf(CodePoints.ANY));

  private static final int MOST_NESTED = 200;
  private static final int MOST_COUNT = 1_000_000_000;

  private final String pattern;
  private final boolean isSearch;
  private final UnicodeProperties properties;
  private int at;
  private int nested;

  private RegexReader(String pattern, boolean isSearch, UnicodeProperties properties) {
    this.pattern = pattern;
    this.isSearch = isSearch;
    this.properties = properties;
  }

  /// The texts that match as a whole.
  static Expression whole(String pattern, Budget budget) {
    return new RegexReader(pattern, false, new UnicodeProperties(budget)).read();
  }

  /// The texts that match somewhere, as JSON schema has it.
  static Expression anywhere(String pattern, UnicodeProperties properties) {
    return new RegexReader(pattern, true, properties).read();
  }

  private Expression read() {
    List<Expression> branches = new ArrayList<>();
    do {
      boolean fromStart = takes("^");
      Expression inner = sequence();
      boolean toEnd = takes("$");
      if (at < pattern.length() && pattern.charAt(at) != '|') {
        throw refusal(looksAt(")") ? "an unopened )" : "$ before the end");
      }
      branches.add(
          isSearch
              ? Expression.sequence(
                  fromStart ? Expression.EMPTY : ANYTHING,
                  inner,
                  toEnd ? Expression.EMPTY : ANYTHING)
              : inner);
    } while (takes("|"));
    return branches.size() == 1 ? branches.getFirst() : new Expression.Choice(branches);
  }

  private GrammarException refusal(String found) {
    return new GrammarException(
        "regular expression %s: %s at letter %d can't be enforced".formatted(pattern, found, at));
  }

  private GrammarException damage(String expected) {
    String found = at < pattern.length() ? pattern.substring(at, at + 1) : "its end";
    return new GrammarException(
        "regular expression %s: expected %s at letter %d, found %s"
            .formatted(pattern, expected, at, found));
  }

  private boolean looksAt(String expected) {
    return pattern.startsWith(expected, at);
  }

  private boolean takes(String expected) {
    boolean found = looksAt(expected);
    at += found ? expected.length() : 0;
    return found;
  }

  private int nextLetter() {
    if (at == pattern.length()) {
      throw damage("a letter");
    }
    int letter = pattern.codePointAt(at);
    at += Character.charCount(letter);
    return letter;
  }

  private Expression choice() {
    List<Expression> branches = new ArrayList<>();
    do {
      branches.add(sequence());
      if (looksAt("^") || looksAt("$")) {
        throw refusal(pattern.charAt(at) + " inside a group");
      }
    } while (takes("|"));
    return branches.size() == 1 ? branches.getFirst() : new Expression.Choice(branches);
  }

  private Expression sequence() {
    List<Expression> parts = new ArrayList<>();
    while (at < pattern.length() && "|)$^".indexOf(pattern.charAt(at)) < 0) {
      parts.add(repeated(atom()));
    }
    if (looksAt("^")) {
      throw refusal("^ behind the beginning");
    }
    return parts.size() == 1 ? parts.getFirst() : new Expression.Sequence(parts);
  }

  private Expression atom() {
    if (looksAt("(")) {
      return group();
    }
    if (takes("[")) {
      return new Expression.OneOf(characterClass());
    }
    if (takes(".")) {
      return new Expression.OneOf(LINE_END.complement());
    }
    if (takes("\\")) {
      return new Expression.OneOf(escape());
    }
    int letter = nextLetter();
    if ("?*+{".indexOf(letter) >= 0) {
      at--;
      throw damage("something to repeat; a letter of that kind is written \\" + (char) letter);
    }
    if (letter >= Character.MIN_SURROGATE && letter <= Character.MAX_SURROGATE) {
      throw refusal("half of a surrogate pair");
    }
    return new Expression.OneOf(CodePoints.of(letter));
  }

  private Expression group() {
    for (String look : List.of("(?=", "(?!", "(?<=", "(?<!")) {
      if (looksAt(look)) {
        throw refusal("lookaround " + look + "…)");
      }
    }
    if (!takes("(?:")) {
      if (looksAt("(?<")) {
        int end = pattern.indexOf('>', at);
        if (end < 0) {
          throw damage("a group's name and >");
        }
        at = end + 1;
      } else if (looksAt("(?>")) {
        throw refusal("atomic group (?>…)");
      } else if (looksAt("(?")) {
        throw refusal("flag " + pattern.substring(at, Math.min(at + 3, pattern.length())) + "…)");
      } else {
        at++;
      }
    }
    if (++nested > MOST_NESTED) {
      throw refusal("nesting of more than " + MOST_NESTED + " groups");
    }
    Expression inner = choice();
    if (!takes(")")) {
      throw damage(")");
    }
    nested--;
    return inner;
  }

  private Expression repeated(Expression part) {
    Expression.Repeat repeat;
    if (takes("?")) {
      repeat = new Expression.Repeat(part, 0, 1);
    } else if (takes("*")) {
      repeat = new Expression.Repeat(part, 0, Expression.Repeat.NO_LIMIT);
    } else if (takes("+")) {
      repeat = new Expression.Repeat(part, 1, Expression.Repeat.NO_LIMIT);
    } else if (takes("{")) {
      int least = number();
      int most = least;
      if (takes(",")) {
        most = looksAt("}") ? Expression.Repeat.NO_LIMIT : number();
      }
      if (!takes("}")) {
        throw damage("}");
      }
      if (most != Expression.Repeat.NO_LIMIT && most < least) {
        throw damage("bounds in order before");
      }
      repeat = new Expression.Repeat(part, least, most);
    } else {
      return part;
    }
    if (looksAt("+")) {
      throw refusal("possessive repetition");
    }
    // Lazy: other matches in a longer text, the same texts as a whole.
    takes("?");
    if (looksAt("?") || looksAt("*") || looksAt("{")) {
      throw damage("no second repetition");
    }
    return repeat;
  }

  private int number() {
    int first = at;
    long value = 0;
    while (at < pattern.length() && DIGIT.contains(pattern.charAt(at))) {
      value = Math.min(10 * value + pattern.charAt(at) - '0', MOST_COUNT);
      at++;
    }
    if (at == first) {
      throw damage("a number; the letter { is written \\{");
    }
    return (int) value;
  }

  private CodePoints characterClass() {
    boolean negated = takes("^");
    CodePoints letters = CodePoints.NONE;
    while (!takes("]")) {
      if (looksAt("[")) {
        throw refusal("[ in a class; the letter is written \\[");
      }
      if (looksAt("&&") || looksAt("--")) {
        throw refusal("set operation " + pattern.substring(at, at + 2));
      }
      letters = letters.union(classPart());
    }
    return negated ? letters.complement() : letters;
  }

  private CodePoints classPart() {
    CodePoints first = classLetter();
    if (!looksAt("-") || looksAt("-]")) {
      return first;
    }
    at++;
    CodePoints last = classLetter();
    if (!isOne(first) || !isOne(last) || last.first(0) < first.first(0)) {
      throw damage("a range from one letter to a later one before");
    }
    return CodePoints.range(first.first(0), last.first(0));
  }

  private static boolean isOne(CodePoints letters) {
    return letters.ranges() == 1 && letters.first(0) == letters.last(0);
  }

  private CodePoints classLetter() {
    if (takes("\\b")) {
      return CodePoints.of('\b');
    }
    return takes("\\") ? escape() : CodePoints.of(nextLetter());
  }

  /// What stands after a backslash.
  private CodePoints escape() {
    int letter = nextLetter();
    return switch (letter) {
      case 'd' -> DIGIT;
      case 'D' -> DIGIT.complement();
      case 'w' -> WORD;
      case 'W' -> WORD.complement();
      case 's' -> SPACE;
      case 'S' -> SPACE.complement();
      case 'n' -> CodePoints.of('\n');
      case 'r' -> CodePoints.of('\r');
      case 't' -> CodePoints.of('\t');
      case 'f' -> CodePoints.of('\f');
      case 'v' -> CodePoints.of(0x0B);
      case 'c' -> control();
      case 'x' -> CodePoints.of(hexadecimal(2));
      case 'u' -> unicode();
      case 'p' -> property();
      case 'P' -> property().complement();
      case 'b', 'B' -> throw refusal("word boundary \\" + (char) letter);
      case 'k' -> throw refusal("back reference \\k");
      case '0' -> {
        if (at < pattern.length() && DIGIT.contains(pattern.charAt(at))) {
          throw refusal("octal escape");
        }
        yield CodePoints.of(0);
      }
      default -> {
        if (DIGIT.contains(letter)) {
          throw refusal("back reference \\" + (char) letter);
        }
        if (WORD.contains(letter)) {
          throw refusal("escape \\" + (char) letter);
        }
        yield CodePoints.of(letter);
      }
    };
  }

  private CodePoints control() {
    int letter = nextLetter();
    if (letter > 'z' || !Character.isLetter(letter)) {
      throw damage("a letter after \\c before");
    }
    return CodePoints.of(letter & 0x1F);
  }

  private CodePoints unicode() {
    if (takes("{")) {
      int end = pattern.indexOf('}', at);
      int letter = end <= at || end - at > 6 ? -1 : hexadecimal(end - at);
      if (letter < 0 || letter > Character.MAX_CODE_POINT || !takes("}")) {
        throw damage("a code point and }");
      }
      return CodePoints.of(letter);
    }
    int unit = hexadecimal(4);
    if (Character.isHighSurrogate((char) unit) && takes("\\u")) {
      int low = hexadecimal(4);
      if (Character.isLowSurrogate((char) low)) {
        return CodePoints.of(Character.toCodePoint((char) unit, (char) low));
      }
    }
    if (Character.isSurrogate((char) unit)) {
      throw refusal("half of a surrogate pair");
    }
    return CodePoints.of(unit);
  }

  private int hexadecimal(int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = at < pattern.length() ? Character.digit(pattern.charAt(at), 16) : -1;
      if (digit < 0) {
        throw damage(digits + " hexadecimal digits");
      }
      value = 16 * value + digit;
      at++;
    }
    return value;
  }

  private CodePoints property() {
    int end = takes("{") ? pattern.indexOf('}', at) : -1;
    if (end < 0) {
      throw damage("{, a property and }");
    }
    String name = pattern.substring(at, end);
    at = end + 1;
    CodePoints letters = properties.find(name);
    if (letters == null) {
      throw refusal("property " + name);
    }
    return letters;
  }
}
