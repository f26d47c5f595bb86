package dev.minke.tokenizer.jinja;

import dev.minke.tokenizer.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Cuts a template into text and the words of its tags, and decides which whitespace around a tag
/// is part of the text: `-` takes all of it away, and unless `+` stands there, a tag that is no `{{
/// }}` takes the indentation before it and the line end after it.
final class Lexer {
  private static final List<String> OPERATORS =
      List.of(
          "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
          "}", "=", ">", "<", ".", ":", "|", ",");

  private final Source source;
  private final List<Token> tokens = new ArrayList<>();

  /// Whether the next text begins a line.
  private boolean lineStarts = true;

  private Lexer(Source source) {
    this.source = source;
  }

  static List<Token> read(Source source) {
    Lexer lexer = new Lexer(source);
    while (!source.ended()) {
      lexer.textAndTag();
    }
    lexer.add(Kind.END, "");
    return lexer.tokens;
  }

  private void add(Kind kind, String text) {
    tokens.add(new Token(kind, text, source.line()));
  }

  private void addText(String text, int line) {
    if (!text.isEmpty()) {
      tokens.add(new Token(Kind.DATA, text, line));
    }
  }

  private void textAndTag() {
    int line = source.line();
    int begin = nextTag();
    String text = source.moveTo(begin);
    if (source.ended()) {
      addText(text, line);
      return;
    }
    char sign = source.peek(2);
    boolean variable = source.peek(1) == '{';
    addText(stripped(text, sign, variable), line);
    lineStarts = false;
    if (source.peek(1) == '#') {
      comment();
    } else if (!variable && raw()) {
      return;
    } else {
      source.move(sign == '-' || sign == '+' ? 3 : 2);
      tag(variable);
    }
  }

  private int nextTag() {
    for (int at = source.at(); at + 1 < source.length(); at++) {
      if (source.charAt(at) == '{' && "{%#".indexOf(source.charAt(at + 1)) >= 0) {
        return at;
      }
    }
    return source.length();
  }

  /// The text before a tag, without the whitespace that the tag takes.
  private String stripped(String text, char sign, boolean variable) {
    if (sign == '-') {
      return trimmedEnd(text);
    }
    int lineBegin = text.lastIndexOf('\n') + 1;
    boolean indentation =
        (lineBegin > 0 || lineStarts) && trimmedEnd(text.substring(lineBegin)).isEmpty();
    return sign != '+' && !variable && indentation ? text.substring(0, lineBegin) : text;
  }

  private static String trimmedEnd(String text) {
    int end = text.length();
    while (end > 0 && Letter.isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  private void comment() {
    source.move(2);
    if (source.peek(0) == '-' || source.peek(0) == '+') {
      source.move(1);
    }
    int end = source.find("#}");
    if (end < 0) {
      throw source.error("comment without its end, expected #}");
    }
    int from = source.at();
    source.moveTo(end);
    endOfTag(end > from ? source.charAt(end - 1) : 0);
  }

  /// Goes past the two characters that end a tag, and past the whitespace that the tag takes.
  private void endOfTag(char sign) {
    source.move(2);
    if (sign == '-') {
      lineStarts = source.skipSpace();
    } else if (sign != '+' && source.peek(0) == '\n') {
      source.move(1);
      lineStarts = true;
    }
  }

  /// Reads `{% raw %}…{% endraw %}` if that stands here.
  private boolean raw() {
    int end = tagEnd(source.at(), "raw");
    if (end < 0 || source.charAt(end - 3) == '+') {
      return false;
    }
    source.moveTo(end);
    if (source.charAt(end - 3) == '-') {
      lineStarts = source.skipSpace();
    }
    int line = source.line();
    for (int at = source.find("{%"); at >= 0; at = source.find("{%", at + 2)) {
      int after = tagEnd(at, "endraw");
      if (after >= 0) {
        String text = source.moveTo(at);
        addText(stripped(text, source.peek(2), false), line);
        lineStarts = false;
        source.moveTo(after - 2);
        endOfTag(source.charAt(after - 3));
        return true;
      }
    }
    throw source.error("raw block without its end, expected {% endraw %}");
  }

  /// Where a tag that consists of one word ends; -1 if another tag stands there.
  private int tagEnd(int begin, String word) {
    int at = begin + 2;
    if (at < source.length() && (source.charAt(at) == '-' || source.charAt(at) == '+')) {
      at++;
    }
    at = source.afterSpace(at);
    if (!source.looksAt(word, at)) {
      return -1;
    }
    at = source.afterSpace(at + word.length());
    if (at < source.length() && (source.charAt(at) == '-' || source.charAt(at) == '+')) {
      at++;
    }
    return source.looksAt("%}", at) ? at + 2 : -1;
  }

  private void tag(boolean variable) {
    add(variable ? Kind.VARIABLE_BEGIN : Kind.BLOCK_BEGIN, "");
    int line = source.line();
    String end = variable ? "}}" : "%}";
    Deque<Character> open = new ArrayDeque<>();
    while (true) {
      source.skipSpace();
      if (source.ended()) {
        throw new TemplateException(source.name(), line, "tag without its end, expected " + end);
      }
      if (open.isEmpty() && endsTag(end, variable)) {
        return;
      }
      word(open);
    }
  }

  private boolean endsTag(String end, boolean variable) {
    char sign = source.peek(0);
    boolean signed = sign == '-' || (sign == '+' && !variable);
    if (!source.looksAt(end) && !(signed && source.looksAt(sign + end))) {
      return false;
    }
    add(variable ? Kind.VARIABLE_END : Kind.BLOCK_END, "");
    source.move(signed ? 1 : 0);
    endOfTag(signed ? sign : variable ? '+' : 0);
    return true;
  }

  private void word(Deque<Character> open) {
    char first = source.peek(0);
    if (first >= '0' && first <= '9') {
      number();
    } else if (Character.isUnicodeIdentifierStart(first) || first == '_') {
      int length = 1;
      while (Character.isUnicodeIdentifierPart(source.peek(length)) && source.peek(length) > 0) {
        length++;
      }
      int line = source.line();
      tokens.add(new Token(Kind.NAME, source.move(length), line));
    } else if (first == '"' || first == '\'') {
      tokens.add(new Token(Kind.STRING, StringLiteral.read(source), source.line()));
    } else {
      operator(open);
    }
  }

  private void number() {
    Token before = tokens.getLast();
    int length = digits(0);
    boolean real = false;
    if (!before.isOperator(".")) {
      if (source.peek(length) == '.' && digits(length + 1) > length + 1) {
        length = digits(length + 1);
        real = true;
      }
      int exponent = length + 1;
      if (source.peek(exponent) == '-' || source.peek(exponent) == '+') {
        exponent++;
      }
      if ("eE".indexOf(source.peek(length)) >= 0 && digits(exponent) > exponent) {
        length = digits(exponent);
        real = true;
      }
    }
    String text = source.move(length).replace("_", "");
    if (!real && text.length() > 1 && text.startsWith("0") && !text.matches("0+")) {
      throw source.error("number %s begins with a zero".formatted(text));
    }
    add(real ? Kind.REAL : Kind.WHOLE, text);
  }

  private int digits(int from) {
    int length = from;
    while (Character.digit(source.peek(length), 10) >= 0
        || (source.peek(length) == '_' && length > from)) {
      length++;
    }
    return length;
  }

  private void operator(Deque<Character> open) {
    for (String operator : OPERATORS) {
      if (source.looksAt(operator)) {
        balance(open, operator.charAt(0));
        add(Kind.OPERATOR, operator);
        source.move(operator.length());
        return;
      }
    }
    throw source.error("unexpected '%s'".formatted(source.peek(0)));
  }

  private void balance(Deque<Character> open, char bracket) {
    switch (bracket) {
      case '(' -> open.push(')');
      case '[' -> open.push(']');
      case '{' -> open.push('}');
      case ')', ']', '}' -> {
        Character expected = open.poll();
        if (expected == null || expected != bracket) {
          throw source.error(
              "unexpected '%s'%s"
                  .formatted(bracket, expected == null ? "" : ", expected '" + expected + "'"));
        }
      }
      default -> {}
    }
  }
}
