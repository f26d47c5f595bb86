package dev.minke.inference.grammar;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads JSON schema (draft 2020-12): the texts of JSON that satisfy one.
///
/// Each text is valid; not each valid text is among them. Properties come in the order of their
/// declaration; an object with `properties` and without `additionalProperties` has no others;
/// keywords of one type imply it where `type` is absent; numbers have bounded digits ([JsonText]).
/// Whatever would let an invalid text through is refused with the JSON pointer of where it stands:
/// so is `oneOf` whose branches are not seen to exclude one another.
///
/// A rule stands for a set of schemas that all hold at once, so recursion ends: there are finitely
/// many sets.
final class JsonSchema {
  private static final int MOST_RULES = 5_000;

  /// A combination of schemas takes some microseconds, and more for each of them.
  private static final int WORK_A_RULE = 1000;

  private static final int WORK_A_PLACE = 400;
  private static final int MOST_NESTED = 150;
  private static final int MOST_EXCLUSIVE = 64;
  private static final int MOST_PREFIX = 500;
  private static final Expression ANY_TEXT = new Expression.OneOf(CodePoints.ANY);

  /// Of all that is compiled while the schema is read.
  private final Budget budget = new Budget();

  private final UnicodeProperties properties = new UnicodeProperties(budget);
  private final JsonText json;
  private final SchemaResolver resolver;
  private final SchemaObjects objects;
  private final Map<List<String>, Rule> rules = new HashMap<>();
  private int nested;

  private JsonSchema(JsonNode schema, JsonLayout layout) {
    json = new JsonText(layout);
    resolver = new SchemaResolver(schema);
    objects = new SchemaObjects(this, json, budget);
  }

  static Expression read(JsonNode schema, JsonLayout layout) {
    return new JsonSchema(schema, layout).compile(List.of(new SchemaPlace(schema, "#")));
  }

  /// The values of schemas that all hold.
  Expression compile(List<SchemaPlace> places) {
    List<SchemaPlace> flat = resolver.flatten(places);
    if (flat.isEmpty()) {
      return json.value();
    }
    List<String> key = flat.stream().map(SchemaPlace::key).sorted().toList();
    Rule known = rules.get(key);
    if (known != null) {
      return new Expression.Call(known);
    }
    budget.spendWork(WORK_A_RULE + (long) WORK_A_PLACE * flat.size());
    SchemaPlace first = flat.getFirst();
    Rule rule = new Rule(first.pointer());
    rules.put(key, rule);
    if (rules.size() > MOST_RULES || nested > MOST_NESTED) {
      throw new GrammarException(
          "schema, %s: expected at most %,d combinations of schemas, nested at most %,d deep, found more"
              .formatted(first.pointer(), MOST_RULES, MOST_NESTED));
    }
    nested++;
    rule.define(body(flat));
    nested--;
    return new Expression.Call(rule);
  }

  private Expression body(List<SchemaPlace> flat) {
    for (SchemaPlace place : flat) {
      if (place.isFalse()) {
        return Expression.NEVER;
      }
      for (String keyword : List.of("anyOf", "oneOf")) {
        if (place.has(keyword)) {
          return branches(flat, place, keyword);
        }
      }
    }
    SchemaFacts facts = new SchemaFacts(flat);
    List<JsonNode> values = facts.values();
    return values == null ? types(facts) : constants(facts, values);
  }

  /// Alternatives: each branch, together with all the rest.
  private Expression branches(List<SchemaPlace> flat, SchemaPlace place, String keyword) {
    JsonNode list = place.get(keyword);
    if (!list.isArray() || list.isEmpty()) {
      throw place.damage(keyword, "a list of schemas");
    }
    List<SchemaPlace> rest = new ArrayList<>(flat);
    rest.remove(place);
    if (SchemaKeywords.asserts(place.without(keyword))) {
      rest.add(0, place.without(keyword));
    }
    List<List<SchemaPlace>> branches = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      List<SchemaPlace> branch = new ArrayList<>(rest);
      branch.add(place.at(keyword, i));
      branches.add(branch);
    }
    if (keyword.equals("oneOf")) {
      checkExclusive(place, branches);
    }
    return new Expression.Choice(branches.stream().map(this::compile).toList());
  }

  private void checkExclusive(SchemaPlace place, List<List<SchemaPlace>> branches) {
    if (branches.size() > MOST_EXCLUSIVE) {
      throw place.refusal(
          "oneOf", "it has more than %d branches; use anyOf".formatted(MOST_EXCLUSIVE));
    }
    SchemaExclusion exclusion = new SchemaExclusion(resolver, budget);
    for (int i = 0; i < branches.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (!exclusion.isSure(branches.get(j), branches.get(i))) {
          throw place.refusal(
              "oneOf",
              "branches %d and %d may both hold; use anyOf, or give them a required property with different const"
                  .formatted(j, i));
        }
      }
    }
  }

  /// The values of `enum` and `const` that satisfy all the rest.
  private Expression constants(SchemaFacts facts, List<JsonNode> values) {
    List<SchemaPlace> rest =
        facts.places().stream()
            .map(place -> place.without("enum", "const"))
            .filter(SchemaKeywords::asserts)
            .toList();
    Set<String> types = facts.types();
    List<Expression> kept = new ArrayList<>();
    boolean hasTypesOnly =
        rest.stream().allMatch(place -> !SchemaKeywords.asserts(place.without("type")));
    @Nullable Machine others =
        hasTypesOnly || rest.isEmpty() ? null : Machine.of(compile(rest), budget);
    for (JsonNode value : values) {
      String type = SchemaFacts.typeOf(value);
      boolean isTyped =
          types.contains(type) || (type.equals("integer") && types.contains("number"));
      boolean isKept =
          rest.isEmpty() || (others == null ? isTyped : others.matches(value.toString()));
      if (isKept) {
        kept.add(json.constant(value));
      }
    }
    return new Expression.Choice(kept);
  }

  private Expression types(SchemaFacts facts) {
    List<Expression> branches = new ArrayList<>();
    Set<String> types = facts.types();
    for (String type : types) {
      switch (type) {
        case "null" -> branches.add(Expression.text("null"));
        case "boolean" -> {
          branches.add(Expression.text("true"));
          branches.add(Expression.text("false"));
        }
        case "integer" -> {
          if (!types.contains("number")) {
            branches.add(number(facts, true));
          }
        }
        case "number" -> branches.add(number(facts, false));
        case "string" -> branches.add(string(facts));
        case "array" -> branches.add(array(facts));
        case "object" -> branches.add(objects.object(facts));
        default -> throw new IllegalStateException("type " + type);
      }
    }
    return new Expression.Choice(branches);
  }

  private Expression number(SchemaFacts facts, boolean isInteger) {
    JsonNumbers.Bound low = facts.low();
    JsonNumbers.Bound high = facts.high();
    for (SchemaPlace place : facts.with("format")) {
      int bits =
          switch (place.get("format").asString("")) {
            case "int32" -> 31;
            case "int64" -> 63;
            case "float", "double" -> 0;
            default -> throw place.damage("format", "int32, int64, float or double for a number");
          };
      if (bits > 0) {
        BigDecimal end = BigDecimal.TWO.pow(bits);
        low = tighter(low, new JsonNumbers.Bound(end.negate(), true), 1);
        high = tighter(high, new JsonNumbers.Bound(end, false), -1);
      }
    }
    List<SchemaPlace> multiples = facts.with("multipleOf");
    if (low == null && high == null && multiples.isEmpty()) {
      return isInteger ? json.integer() : json.number();
    }
    Expression numbers = JsonNumbers.between(low, high, isInteger);
    for (SchemaPlace place : multiples) {
      try {
        numbers =
            new Expression.Both(
                numbers, JsonNumbers.multiples(SchemaFacts.number(place, "multipleOf")));
      } catch (GrammarException e) {
        throw e.of("schema, %s: multipleOf".formatted(place.pointer()));
      }
    }
    return numbers;
  }

  private static JsonNumbers.Bound tighter(
      JsonNumbers.@Nullable Bound known, JsonNumbers.Bound other, int sign) {
    return known != null && sign * known.value().compareTo(other.value()) > 0 ? known : other;
  }

  private Expression string(SchemaFacts facts) {
    int least = facts.highest("minLength");
    int most = facts.lowest("maxLength");
    if (facts.with("pattern").isEmpty() && facts.with("format").isEmpty()) {
      return least == 0 && most == Expression.Repeat.NO_LIMIT
          ? json.string()
          : isEmptyRange(least, most) ? Expression.NEVER : json.string(least, most);
    }
    return JsonText.string(stringValues(facts));
  }

  static boolean isEmptyRange(int least, int most) {
    return most != Expression.Repeat.NO_LIMIT && most < least;
  }

  /// The strings that satisfy schemas, without quotes and escapes.
  Expression stringValues(SchemaFacts facts) {
    List<JsonNode> constants = facts.values();
    if (constants != null) {
      return new Expression.Choice(
          constants.stream()
              .filter(JsonNode::isString)
              .map(text -> Expression.text(text.stringValue()))
              .toList());
    }
    int least = facts.highest("minLength");
    int most = facts.lowest("maxLength");
    Expression values =
        isEmptyRange(least, most) ? Expression.NEVER : new Expression.Repeat(ANY_TEXT, least, most);
    for (SchemaPlace place : facts.with("pattern")) {
      values = new Expression.Both(values, pattern(place, place.get("pattern")));
    }
    for (SchemaPlace place : facts.with("format")) {
      Expression format = JsonFormats.values(place.get("format").asString(""), budget);
      if (format == null) {
        throw place.damage("format", "one of " + JsonFormats.known());
      }
      values = new Expression.Both(values, format);
    }
    return values;
  }

  private Expression pattern(SchemaPlace place, JsonNode pattern) {
    if (!pattern.isString()) {
      throw place.damage("pattern", "a regular expression");
    }
    return pattern(place, pattern.stringValue());
  }

  /// The strings that a pattern matches somewhere.
  Expression pattern(SchemaPlace place, String pattern) {
    try {
      return RegexReader.anywhere(pattern, properties);
    } catch (GrammarException e) {
      throw e.of("schema, " + place.pointer());
    }
  }

  /// The schemas behind a list of them, as facts.
  SchemaFacts facts(List<SchemaPlace> places) {
    return new SchemaFacts(resolver.flatten(places));
  }

  private Expression array(SchemaFacts facts) {
    for (SchemaPlace place : facts.with("uniqueItems")) {
      boolean isAsked =
          !place.get("uniqueItems").isBoolean() || place.get("uniqueItems").booleanValue();
      int most = facts.lowest("maxItems");
      if (isAsked && (most == Expression.Repeat.NO_LIMIT || most > 1)) {
        throw place.refusal("uniqueItems", "leave it out, or list the items in prefixItems");
      }
    }
    int least = facts.highest("minItems");
    int most = facts.lowest("maxItems");
    if (isEmptyRange(least, most)) {
      return Expression.NEVER;
    }
    int prefix = 0;
    for (SchemaPlace place : facts.with("prefixItems")) {
      if (!place.get("prefixItems").isArray()) {
        throw place.damage("prefixItems", "a list of schemas");
      }
      prefix = Math.max(prefix, place.get("prefixItems").size());
      if (prefix > MOST_PREFIX) {
        throw place.refusal("prefixItems", "it has more than %,d items".formatted(MOST_PREFIX));
      }
    }
    int inPrefix = most == Expression.Repeat.NO_LIMIT ? prefix : Math.min(prefix, most);
    Expression items = rest(facts, inPrefix, least, most);
    for (int i = inPrefix - 1; i >= 0; i--) {
      Expression item = compile(item(facts, i));
      Expression from = Expression.sequence(i == 0 ? Expression.EMPTY : json.comma(), item, items);
      items = i >= least ? Expression.optional(from) : from;
    }
    return json.array(items);
  }

  /// The items after those that `prefixItems` describes.
  private Expression rest(SchemaFacts facts, int prefix, int least, int most) {
    if (most == prefix) {
      return Expression.EMPTY;
    }
    Expression item = compile(item(facts, MOST_PREFIX));
    Expression next = Expression.sequence(json.comma(), item);
    int more = Math.max(0, least - prefix);
    boolean isUnlimited = most == Expression.Repeat.NO_LIMIT;
    if (prefix > 0) {
      return new Expression.Repeat(next, more, isUnlimited ? most : most - prefix);
    }
    Expression some =
        Expression.sequence(
            item,
            new Expression.Repeat(next, Math.max(0, more - 1), isUnlimited ? most : most - 1));
    return more > 0 ? some : Expression.optional(some);
  }

  /// The schemas of one item, by its index.
  private static List<SchemaPlace> item(SchemaFacts facts, int index) {
    List<SchemaPlace> schemas = new ArrayList<>();
    for (SchemaPlace place : facts.places()) {
      if (index < place.get("prefixItems").size()) {
        schemas.add(place.at("prefixItems", index));
      } else if (place.has("items")) {
        if (place.get("items").isArray()) {
          throw place.damage("items", "one schema; a list of them is prefixItems");
        }
        schemas.add(place.at("items"));
      }
    }
    return schemas;
  }
}
