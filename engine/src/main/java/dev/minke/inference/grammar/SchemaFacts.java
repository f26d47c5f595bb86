package dev.minke.inference.grammar;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What several schemas say together about one value: all of them hold. References and `allOf` are
/// resolved; `anyOf` and `oneOf` are not among it.
final class SchemaFacts {
  static final Set<String> TYPES =
      Set.of("null", "boolean", "integer", "number", "string", "array", "object");

  /// Of one `enum`: values of two are compared each with each.
  private static final int MOST_VALUES = 5_000;

  private final List<SchemaPlace> places;

  /// @param places each of them an object
  SchemaFacts(List<SchemaPlace> places) {
    this.places = List.copyOf(places);
  }

  List<SchemaPlace> places() {
    return places;
  }

  /// The schemas with a keyword.
  List<SchemaPlace> with(String keyword) {
    return places.stream().filter(place -> place.has(keyword)).toList();
  }

  /// The types that a value may have; `integer` stands beside `number` only where both are named.
  Set<String> types() {
    Set<String> types = null;
    for (SchemaPlace place : with("type")) {
      Set<String> named = typesOf(place);
      types = types == null ? named : common(types, named);
    }
    return types == null ? impliedTypes() : types;
  }

  /// Keywords that are about one type imply it: who lists properties means an object.
  private Set<String> impliedTypes() {
    Set<String> implied = new LinkedHashSet<>();
    SchemaKeywords.OF_TYPE.forEach((type, keywords) -> {
      if (keywords.stream().anyMatch(keyword -> !with(keyword).isEmpty())) {
        implied.add(type);
      }
    });
    return implied.isEmpty() ? TYPES : implied;
  }

  private static Set<String> typesOf(SchemaPlace place) {
    JsonNode type = place.get("type");
    Set<String> names = new LinkedHashSet<>();
    for (JsonNode name : type.isArray() ? type : List.of(type)) {
      if (!name.isString() || !TYPES.contains(name.stringValue())) {
        throw place.damage(
            "type", "null, boolean, integer, number, string, array, object or a list of them");
      }
      names.add(name.stringValue());
    }
    return names;
  }

  private static Set<String> common(Set<String> a, Set<String> b) {
    Set<String> both = new LinkedHashSet<>();
    for (String type : a) {
      if (b.contains(type) || (type.equals("integer") && b.contains("number"))) {
        both.add(type);
      } else if (type.equals("number") && b.contains("integer")) {
        both.add("integer");
      }
    }
    return both;
  }

  /// The values that `enum` and `const` leave, or null where neither is there.
  @Nullable List<JsonNode> values() {
    List<JsonNode> values = null;
    for (SchemaPlace place : places) {
      if (place.has("enum")) {
        if (!place.get("enum").isArray() || place.get("enum").size() > MOST_VALUES) {
          throw place.damage("enum", "a list of at most %,d values".formatted(MOST_VALUES));
        }
        values = kept(values, new ArrayList<>(place.get("enum").values()));
      }
      if (place.has("const")) {
        values = kept(values, List.of(place.get("const")));
      }
    }
    return values;
  }

  private static List<JsonNode> kept(@Nullable List<JsonNode> values, Collection<JsonNode> others) {
    return (values == null ? others : values)
        .stream().filter(value -> contains(others, value)).toList();
  }

  /// Whether a value is among others; numbers are equal where they are the same number.
  static boolean contains(Collection<JsonNode> values, JsonNode value) {
    return values.stream()
        .anyMatch(other ->
            value.isNumber() && other.isNumber()
                ? value.decimalValue().compareTo(other.decimalValue()) == 0
                : value.equals(other));
  }

  /// The type of a value, `integer` for a number without decimals.
  static String typeOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case NULL -> "null";
      case BOOLEAN -> "boolean";
      case STRING -> "string";
      case ARRAY -> "array";
      case OBJECT -> "object";
      default -> value.decimalValue().stripTrailingZeros().scale() <= 0 ? "integer" : "number";
    };
  }

  /// The highest of a keyword's counts, 0 without any.
  int highest(String keyword) {
    return with(keyword).stream().mapToInt(place -> place.count(keyword)).max().orElse(0);
  }

  /// The lowest of a keyword's counts, or [Expression.Repeat#NO_LIMIT].
  int lowest(String keyword) {
    return with(keyword).stream()
        .mapToInt(place -> place.count(keyword))
        .min()
        .orElse(Expression.Repeat.NO_LIMIT);
  }

  JsonNumbers.@Nullable Bound low() {
    return bound("minimum", "exclusiveMinimum", 1);
  }

  JsonNumbers.@Nullable Bound high() {
    return bound("maximum", "exclusiveMaximum", -1);
  }

  /// The bound that excludes most.
  private JsonNumbers.@Nullable Bound bound(String inclusive, String exclusive, int sign) {
    JsonNumbers.Bound tightest = null;
    for (SchemaPlace place : places) {
      for (String keyword : List.of(inclusive, exclusive)) {
        if (place.has(keyword)) {
          BigDecimal value = number(place, keyword);
          JsonNumbers.Bound bound = new JsonNumbers.Bound(value, keyword.equals(inclusive));
          int order = tightest == null ? 1 : sign * value.compareTo(tightest.value());
          if (order > 0 || (order == 0 && !bound.isInclusive())) {
            tightest = bound;
          }
        }
      }
    }
    return tightest;
  }

  static BigDecimal number(SchemaPlace place, String keyword) {
    if (!place.get(keyword).isNumber()) {
      throw place.damage(keyword, "a number");
    }
    return place.get(keyword).decimalValue();
  }

  /// The properties that have to be there, in the order of their first mention.
  Set<String> required() {
    Set<String> names = new LinkedHashSet<>();
    for (SchemaPlace place : with("required")) {
      if (!place.get("required").isArray()) {
        throw place.damage("required", "a list of names");
      }
      for (JsonNode name : place.get("required")) {
        if (!name.isString()) {
          throw place.damage("required", "a list of names");
        }
        names.add(name.stringValue());
      }
    }
    return names;
  }

  /// The schemas of the declared properties, in the order of their declaration.
  Map<String, List<SchemaPlace>> properties() {
    Map<String, List<SchemaPlace>> properties = new LinkedHashMap<>();
    for (SchemaPlace place : with("properties")) {
      if (!place.get("properties").isObject()) {
        throw place.damage("properties", "an object of schemas");
      }
      for (String name : place.get("properties").propertyNames()) {
        properties
            .computeIfAbsent(name, unknown -> new ArrayList<>())
            .add(place.at("properties", name));
      }
    }
    return properties;
  }
}
