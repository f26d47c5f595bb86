package dev.minke.inference.grammar;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A set of texts that a model's answer has to be one of, compiled.
///
/// Parts can be joined: a call of a tool is [#until] its opening text, JSON of its schema, [#text].
/// Each factory works or refuses in time, in one line that says what can't be enforced and where;
/// what is joined is compiled when it is first asked for. Immutable and safe for many threads.
public final class Grammar {
  private static final Expression ANY_TEXT = Expression.any(new Expression.OneOf(CodePoints.ANY));

  private final Expression expression;

  // Guarded by this.
  private @Nullable Machine machine;

  private Grammar(Expression expression) {
    this.expression = expression;
  }

  /// One that is compiled at once.
  static Grammar compiled(Expression expression) {
    Grammar grammar = new Grammar(expression);
    Machine _ = grammar.machine();
    return grammar;
  }

  /// JSON that satisfies a schema of draft 2020-12. Each text is valid; not each valid text is
  /// among them: properties come in the order of their declaration, an object with `properties` and
  /// without `additionalProperties` has no others, keywords of one type imply it where `type` is
  /// absent.
  ///
  /// @throws GrammarException where it is damaged or too large, or holds a keyword that can't be
  ///   enforced; says its JSON pointer
  public static Grammar ofJsonSchema(JsonNode schema, JsonLayout layout) {
    Expression read = JsonSchema.read(schema, layout);
    try {
      return compiled(read);
    } catch (GrammarException e) {
      throw e.of("schema");
    }
  }

  /// Any value of JSON.
  public static Grammar anyJson(JsonLayout layout) {
    return compiled(new JsonText(layout).value());
  }

  /// Any object of JSON.
  public static Grammar anyJsonObject(JsonLayout layout) {
    return compiled(new JsonText(layout).anyObject());
  }

  /// The texts that a regular expression matches as a whole. The dialect is ECMA-262's; what is in
  /// it and what isn't regular is refused by name.
  ///
  /// @throws GrammarException where it is damaged, too large, or holds what can't be enforced
  public static Grammar ofRegex(String pattern) {
    return compiled(RegexReader.whole(pattern, new Budget()));
  }

  /// The texts of a grammar in GBNF, from its rule `root` on.
  ///
  /// @throws GrammarException where it is damaged or too large, recurses on its left, or holds what
  ///   can't be enforced
  public static Grammar ofGbnf(String rules) {
    return compiled(GbnfReader.read(rules));
  }

  /// Exactly this text.
  public static Grammar text(String text) {
    return new Grammar(Expression.text(text));
  }

  /// Exactly this special token, which no text can spell.
  ///
  /// @param content its name, such as `<｜tool▁calls▁begin｜>`
  public static Grammar token(String content) {
    return new Grammar(
        new Expression.Literal(TokenTrie.marked(content.getBytes(StandardCharsets.UTF_8))));
  }

  /// Any text up to the first place where this one stands, and this one.
  public static Grammar until(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("until: expected a text that something ends with");
    }
    Expression end = Expression.text(text);
    return new Grammar(
        new Expression.Except(
            Expression.sequence(ANY_TEXT, end),
            Expression.sequence(ANY_TEXT, end, new Expression.OneOf(CodePoints.ANY), ANY_TEXT)));
  }

  /// Any text, an empty one included.
  public static Grammar anyText() {
    return new Grammar(ANY_TEXT);
  }

  /// Those texts of a regular expression in which none of some others stands.
  ///
  /// @param pattern as in [#ofRegex]
  public static Grammar without(String pattern, List<String> others) {
    Expression standing =
        new Expression.Choice(
            others.stream()
                .map(text -> Expression.sequence(ANY_TEXT, Expression.text(text), ANY_TEXT))
                .toList());
    return compiled(new Expression.Except(RegexReader.whole(pattern, new Budget()), standing));
  }

  /// One after the other.
  public static Grammar sequence(Grammar... parts) {
    return new Grammar(new Expression.Sequence(expressions(parts)));
  }

  /// Any one of them.
  public static Grammar choice(Grammar... branches) {
    return new Grammar(new Expression.Choice(expressions(branches)));
  }

  /// One again and again.
  ///
  /// @param least how often at least
  /// @param most how often at most
  public static Grammar repeat(Grammar part, int least, int most) {
    if (least < 0 || most < least) {
      throw new IllegalArgumentException(
          "repeat: expected 0 ≤ least ≤ most, found %d and %d".formatted(least, most));
    }
    return new Grammar(new Expression.Repeat(part.expression, least, most));
  }

  /// One as often as wanted, also not at all.
  public static Grammar any(Grammar part) {
    return new Grammar(Expression.any(part.expression));
  }

  private static List<Expression> expressions(Grammar[] parts) {
    return Stream.of(parts).map(part -> part.expression).toList();
  }

  /// Whether a text is one of them.
  public boolean matches(String text) {
    return machine().matches(text);
  }

  /// @throws GrammarException if it is too large, or no text is of it
  synchronized Machine machine() {
    Machine known = machine;
    if (known == null) {
      known = Machine.of(expression, new Budget());
      machine = known;
    }
    return known;
  }
}
