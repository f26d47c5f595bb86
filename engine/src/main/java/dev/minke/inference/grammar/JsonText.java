package dev.minke.inference.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// JSON as text (RFC 8259): its values without a schema, and the pieces that schemas are made of.
///
/// Numbers are bounded so that they fit what reads them (RFC 7493): 15 digits before the point, 17
/// behind it, two of exponent. Halves of surrogate pairs are not escaped.
final class JsonText {
  static final int MOST_DIGITS = 15;
  static final int MOST_DECIMALS = 17;

  private static final CodePoints DIGIT = CodePoints.range('0', '9');
  private static final CodePoints HEXADECIMAL =
      DIGIT.union(CodePoints.range('a', 'f')).union(CodePoints.range('A', 'F'));

  /// Letters that need no escape.
  private static final CodePoints UNESCAPED =
      CodePoints.range(0x20, Character.MAX_CODE_POINT).without(CodePoints.of("\"\\"));

  private final Expression between;
  private final Expression letter =
      Expression.choice(
          new Expression.OneOf(UNESCAPED), new Expression.Call(new Rule("escape", escape())));
  private final Expression string =
      new Expression.Call(new Rule("string", quoted(Expression.any(letter))));
  private final Expression number = new Expression.Call(new Rule("number", numberText()));
  private final Expression integer = new Expression.Call(new Rule("integer", integerText()));
  private final Rule object = new Rule("object");
  private final Rule array = new Rule("array");
  private final Expression value;

  JsonText(JsonLayout layout) {
    between = layout.between();
    value =
        new Expression.Call(
            new Rule(
                "value",
                Expression.choice(
                    new Expression.Call(object),
                    new Expression.Call(array),
                    string,
                    number,
                    Expression.text("true"),
                    Expression.text("false"),
                    Expression.text("null"))));
    object.define(object(List.of(new Expression.Member(property(string, value), false, true))));
    array.define(
        array(new Expression.Members(List.of(new Expression.Member(value, false, true)), comma())));
  }

  private static Expression escape() {
    Expression hex = new Expression.OneOf(HEXADECIMAL);
    CodePoints firstOfPair = CodePoints.of("dD");
    return Expression.sequence(
        Expression.text("\\"),
        Expression.choice(
            new Expression.OneOf(CodePoints.of("\"\\/bfnrt")),
            Expression.sequence(
                Expression.text("u"),
                Expression.choice(
                    Expression.sequence(
                        new Expression.OneOf(HEXADECIMAL.without(firstOfPair)), hex, hex, hex),
                    Expression.sequence(
                        new Expression.OneOf(firstOfPair),
                        new Expression.OneOf(CodePoints.range('0', '7')),
                        hex,
                        hex),
                    Expression.sequence(
                        new Expression.OneOf(firstOfPair),
                        new Expression.OneOf(CodePoints.of("89abAB")),
                        hex,
                        hex,
                        Expression.text("\\u"),
                        new Expression.OneOf(firstOfPair),
                        new Expression.OneOf(CodePoints.of("cdefCDEF")),
                        hex,
                        hex)))));
  }

  private static Expression integerPart() {
    return Expression.choice(
        Expression.text("0"),
        Expression.sequence(
            new Expression.OneOf(CodePoints.range('1', '9')),
            new Expression.Repeat(new Expression.OneOf(DIGIT), 0, MOST_DIGITS - 1)));
  }

  private static Expression integerText() {
    return Expression.choice(
        Expression.text("0"),
        Expression.sequence(
            Expression.optional(Expression.text("-")),
            new Expression.OneOf(CodePoints.range('1', '9')),
            new Expression.Repeat(new Expression.OneOf(DIGIT), 0, MOST_DIGITS - 1)));
  }

  private static Expression numberText() {
    return Expression.sequence(
        Expression.optional(Expression.text("-")),
        integerPart(),
        Expression.optional(
            Expression.sequence(
                Expression.text("."),
                new Expression.Repeat(new Expression.OneOf(DIGIT), 1, MOST_DECIMALS))),
        Expression.optional(
            Expression.sequence(
                new Expression.OneOf(CodePoints.of("eE")),
                Expression.optional(new Expression.OneOf(CodePoints.of("+-"))),
                new Expression.Repeat(new Expression.OneOf(DIGIT), 1, 2))));
  }

  private static Expression quoted(Expression letters) {
    return Expression.sequence(Expression.text("\""), letters, Expression.text("\""));
  }

  /// Any value.
  Expression value() {
    return value;
  }

  Expression anyObject() {
    return new Expression.Call(object);
  }

  Expression number() {
    return number;
  }

  Expression integer() {
    return integer;
  }

  Expression string() {
    return string;
  }

  /// A string of so many letters.
  ///
  /// @param most [Expression.Repeat#NO_LIMIT], or how many at most
  Expression string(int least, int most) {
    return quoted(new Expression.Repeat(letter, least, most));
  }

  /// A string whose value is one of a language without calls. It has one spelling, the shortest.
  static Expression string(Expression values) {
    return quoted(new Expression.Escaped(values));
  }

  Expression comma() {
    return Expression.sequence(Expression.text(","), between);
  }

  /// A property: its name, a colon, its value.
  Expression property(Expression name, Expression content) {
    return Expression.sequence(name, Expression.text(":"), between, content);
  }

  Expression object(List<Expression.Member> members) {
    return Expression.sequence(
        Expression.text("{"),
        between,
        new Expression.Members(members, comma()),
        between,
        Expression.text("}"));
  }

  /// @param items with commas between them
  Expression array(Expression items) {
    return Expression.sequence(Expression.text("["), between, items, between, Expression.text("]"));
  }

  /// Exactly one value, whatever blanks it is written with.
  Expression constant(JsonNode constant) {
    if (constant.isString()) {
      return string(Expression.text(constant.stringValue()));
    }
    if (constant.isObject()) {
      List<Expression.Member> members = new ArrayList<>();
      for (Map.Entry<String, JsonNode> entry : constant.properties()) {
        Expression name = string(Expression.text(entry.getKey()));
        members.add(new Expression.Member(property(name, constant(entry.getValue())), true, false));
      }
      return object(members);
    }
    if (constant.isArray()) {
      List<Expression.Member> members = new ArrayList<>();
      constant.forEach(item -> members.add(new Expression.Member(constant(item), true, false)));
      return array(new Expression.Members(members, comma()));
    }
    return Expression.text(constant.toString());
  }
}
