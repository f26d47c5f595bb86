package dev.minke.inference.grammar;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads grammars in GBNF, the format of llama.cpp: rules `name ::= …`, of which `root` is the
/// text.
///
/// There are: texts in quotes, classes `[…]` and `[^…]`, `.` for any letter, references by name,
/// groups, alternatives by `|`, repetition by `*` `+` `?` `{n}` `{n,}` `{n,m}`, comments from `#`
/// to the end of the line. A rule ends with its line, but may go on in groups and after `|`. Tokens
/// as symbols (`<…>`) are refused.
final class GbnfReader {
  private static final String ROOT = "root";
  private static final int MOST_NESTED = 200;
  private static final int MOST_COUNT = 1_000_000_000;

  private final String text;
  private final Map<String, Rule> rules = new LinkedHashMap<>();
  private int at;
  private int nested;

  private GbnfReader(String text) {
    this.text = text;
  }

  static Expression read(String text) {
    return new GbnfReader(text).grammar();
  }

  private Expression grammar() {
    skipSpace();
    while (at < text.length()) {
      String name = name();
      skipBlanks();
      if (!takes("::=")) {
        throw damage("::= after the name of a rule");
      }
      skipSpace();
      rule(name).define(choice());
      if (at < text.length() && !isLineEnd(text.charAt(at))) {
        throw damage("the end of rule " + name);
      }
      skipSpace();
    }
    Rule root = rules.get(ROOT);
    if (root == null) {
      throw new GrammarException("grammar: expected a rule named root, found none");
    }
    rules.values().forEach(Rule::body);
    return new Expression.Call(root);
  }

  private Rule rule(String name) {
    return rules.computeIfAbsent(name, Rule::new);
  }

  private GrammarException damage(String expected) {
    long line = 1 + text.substring(0, at).chars().filter(letter -> letter == '\n').count();
    String found = at < text.length() ? text.substring(at, Math.min(at + 12, text.length())) : "";
    return new GrammarException(
        "grammar, line %d: expected %s, found %s"
            .formatted(line, expected, found.isEmpty() ? "its end" : found));
  }

  private boolean looksAt(String expected) {
    return text.startsWith(expected, at);
  }

  private boolean takes(String expected) {
    boolean found = looksAt(expected);
    at += found ? expected.length() : 0;
    return found;
  }

  private static boolean isLineEnd(char letter) {
    return letter == '\n' || letter == '\r';
  }

  /// Blanks and comments within a line.
  private void skipBlanks() {
    while (at < text.length()) {
      char letter = text.charAt(at);
      if (letter == '#') {
        while (at < text.length() && !isLineEnd(text.charAt(at))) {
          at++;
        }
      } else if (letter == ' ' || letter == '\t') {
        at++;
      } else {
        return;
      }
    }
  }

  /// Those, and ends of lines.
  private void skipSpace() {
    skipBlanks();
    while (at < text.length() && isLineEnd(text.charAt(at))) {
      at++;
      skipBlanks();
    }
  }

  private void skipBetween() {
    if (nested > 0) {
      skipSpace();
    } else {
      skipBlanks();
    }
  }

  private static boolean isNameLetter(char letter) {
    return letter == '-' || letter == '_' || (letter < 0x80 && Character.isLetterOrDigit(letter));
  }

  private String name() {
    int first = at;
    while (at < text.length() && isNameLetter(text.charAt(at))) {
      at++;
    }
    if (at == first) {
      throw damage("the name of a rule");
    }
    return text.substring(first, at);
  }

  private Expression choice() {
    List<Expression> branches = new ArrayList<>();
    branches.add(sequence());
    while (takesBar()) {
      skipSpace();
      branches.add(sequence());
    }
    return branches.size() == 1 ? branches.getFirst() : new Expression.Choice(branches);
  }

  /// A bar may also begin the next line.
  private boolean takesBar() {
    int before = at;
    skipSpace();
    if (takes("|")) {
      return true;
    }
    at = before;
    return false;
  }

  private Expression sequence() {
    List<Expression> parts = new ArrayList<>();
    skipBetween();
    while (at < text.length() && beginsPart(text.charAt(at))) {
      Expression part = part();
      skipBetween();
      while (at < text.length() && "*+?{".indexOf(text.charAt(at)) >= 0) {
        part = repeated(part);
        skipBetween();
      }
      parts.add(part);
    }
    return parts.size() == 1 ? parts.getFirst() : new Expression.Sequence(parts);
  }

  private boolean beginsPart(char letter) {
    if (letter == '<' || letter == '!') {
      throw damage("no token as a symbol; a grammar is of text");
    }
    if ("*+?{".indexOf(letter) >= 0) {
      throw damage("something to repeat before");
    }
    return letter == '"' || letter == '[' || letter == '(' || letter == '.' || isNameLetter(letter);
  }

  private Expression part() {
    if (takes("\"")) {
      StringBuilder literal = new StringBuilder();
      while (!takes("\"")) {
        literal.appendCodePoint(letter("\""));
      }
      return Expression.text(literal.toString());
    }
    if (takes("[")) {
      return new Expression.OneOf(characterClass());
    }
    if (takes(".")) {
      return new Expression.OneOf(CodePoints.ANY);
    }
    if (takes("(")) {
      if (++nested > MOST_NESTED) {
        throw damage("at most " + MOST_NESTED + " nested groups");
      }
      skipSpace();
      Expression inner = choice();
      skipSpace();
      if (!takes(")")) {
        throw damage(")");
      }
      nested--;
      return inner;
    }
    return new Expression.Call(rule(name()));
  }

  private Expression repeated(Expression part) {
    if (takes("*")) {
      return new Expression.Repeat(part, 0, Expression.Repeat.NO_LIMIT);
    }
    if (takes("+")) {
      return new Expression.Repeat(part, 1, Expression.Repeat.NO_LIMIT);
    }
    if (takes("?")) {
      return new Expression.Repeat(part, 0, 1);
    }
    at++;
    skipSpace();
    int least = number();
    int most = least;
    skipSpace();
    if (takes(",")) {
      skipSpace();
      most = looksAt("}") ? Expression.Repeat.NO_LIMIT : number();
      skipSpace();
    }
    if (!takes("}")) {
      throw damage("}");
    }
    if (most != Expression.Repeat.NO_LIMIT && most < least) {
      throw damage("bounds in order before");
    }
    return new Expression.Repeat(part, least, most);
  }

  private int number() {
    int first = at;
    long value = 0;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      value = Math.min(10 * value + text.charAt(at) - '0', MOST_COUNT);
      at++;
    }
    if (at == first) {
      throw damage("a number");
    }
    return (int) value;
  }

  private CodePoints characterClass() {
    boolean negated = takes("^");
    CodePoints letters = CodePoints.NONE;
    while (!takes("]")) {
      int first = letter("]");
      int last = first;
      if (looksAt("-") && !looksAt("-]")) {
        at++;
        last = letter("]");
      }
      if (last < first) {
        throw damage("a range from one letter to a later one before");
      }
      letters = letters.union(CodePoints.range(first, last));
    }
    return negated ? letters.complement() : letters;
  }

  /// One letter of a text or a class, which may be escaped.
  private int letter(String closing) {
    if (at == text.length()) {
      throw damage(closing);
    }
    int letter = text.codePointAt(at);
    at += Character.charCount(letter);
    if (letter != '\\') {
      return letter;
    }
    int escaped = at < text.length() ? text.charAt(at++) : -1;
    return switch (escaped) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'x' -> hexadecimal(2);
      case 'u' -> hexadecimal(4);
      case 'U' -> hexadecimal(8);
      case '\\', '"', '[', ']', '-', '^' -> escaped;
      default -> throw damage("one of \\n \\r \\t \\x \\u \\U \\\\ \\\" \\[ \\] before");
    };
  }

  private int hexadecimal(int digits) {
    long value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
      if (digit < 0) {
        throw damage(digits + " hexadecimal digits");
      }
      value = 16 * value + digit;
      at++;
    }
    if (value > Character.MAX_CODE_POINT) {
      throw damage("a code point of Unicode before");
    }
    return (int) value;
  }
}
