package dev.minke.inference.grammar;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Whether two schemas are sure to share no value: then `oneOf` is `anyOf`. What can't be seen here
/// may still be so.
final class SchemaExclusion {
  private static final int MOST_DEPTH = 5;

  /// A comparison of two schemas takes some microseconds; comparisons of properties multiply.
  private static final int WORK = 100;

  private final SchemaResolver resolver;
  private final Budget budget;

  SchemaExclusion(SchemaResolver resolver, Budget budget) {
    this.resolver = resolver;
    this.budget = budget;
  }

  boolean isSure(List<SchemaPlace> a, List<SchemaPlace> b) {
    return isSure(a, b, 0);
  }

  private boolean isSure(List<SchemaPlace> a, List<SchemaPlace> b, int depth) {
    budget.spendWork(WORK);
    List<SchemaPlace> left = resolver.flatten(a);
    List<SchemaPlace> right = resolver.flatten(b);
    if (left.stream().anyMatch(SchemaPlace::isFalse)
        || right.stream().anyMatch(SchemaPlace::isFalse)) {
      return true;
    }
    SchemaFacts one = new SchemaFacts(left);
    SchemaFacts other = new SchemaFacts(right);
    return haveNoCommonType(one, other)
        || haveNoCommonValue(one, other)
        || areApart(one.high(), other.low())
        || areApart(other.high(), one.low())
        || (depth < MOST_DEPTH
            && (haveAnExclusiveProperty(one, other, depth)
                || haveAnExclusiveProperty(other, one, depth)));
  }

  /// Only types that are named count: properties allow what is no object.
  private static boolean haveNoCommonType(SchemaFacts one, SchemaFacts other) {
    return namedTypes(one).stream()
        .noneMatch(type ->
            namedTypes(other).contains(type)
                || (type.equals("integer") && namedTypes(other).contains("number"))
                || (type.equals("number") && namedTypes(other).contains("integer")));
  }

  private static Set<String> namedTypes(SchemaFacts facts) {
    List<JsonNode> values = facts.values();
    if (values != null) {
      return Set.copyOf(values.stream().map(SchemaFacts::typeOf).toList());
    }
    return facts.with("type").isEmpty() ? SchemaFacts.TYPES : facts.types();
  }

  private static boolean haveNoCommonValue(SchemaFacts one, SchemaFacts other) {
    List<JsonNode> values = one.values();
    List<JsonNode> others = other.values();
    return values != null
        && others != null
        && values.stream().noneMatch(value -> SchemaFacts.contains(others, value));
  }

  /// Whether numbers end before others begin. Both have to be numbers.
  private static boolean areApart(
      JsonNumbers.@Nullable Bound high, JsonNumbers.@Nullable Bound low) {
    if (high == null || low == null) {
      return false;
    }
    int order = high.value().compareTo(low.value());
    return order < 0 || (order == 0 && !(high.isInclusive() && low.isInclusive()));
  }

  /// Whether both are objects that need a property, and it can't be the same; or one forbids it.
  private boolean haveAnExclusiveProperty(SchemaFacts one, SchemaFacts other, int depth) {
    if (!isObject(one) || !isObject(other)) {
      return false;
    }
    Map<String, List<SchemaPlace>> properties = one.properties();
    Map<String, List<SchemaPlace>> others = other.properties();
    for (String name : one.required()) {
      List<SchemaPlace> here = properties.getOrDefault(name, List.of());
      List<SchemaPlace> there = others.get(name);
      if (there == null
          ? forbids(other, name)
          : other.required().contains(name) && isSure(here, there, depth + 1)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isObject(SchemaFacts facts) {
    return namedTypes(facts).equals(Set.of("object"));
  }

  private static boolean forbids(SchemaFacts facts, String name) {
    return facts.with("additionalProperties").stream()
        .anyMatch(place ->
            place.at("additionalProperties").isFalse()
                && !place.get("properties").has(name)
                && !place.has("patternProperties"));
  }
}
