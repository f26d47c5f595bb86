package dev.minke.inference.grammar;

import dev.minke.input.EditDistance;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What a schema may say: keywords that are enforced, those that say nothing about values, and
/// those that are refused by name.
final class SchemaKeywords {
  private static final Set<String> ANNOTATIONS =
      Set.of(
          "title",
          "description",
          "default",
          "examples",
          "$schema",
          "$id",
          "$comment",
          "deprecated",
          "readOnly",
          "writeOnly",
          "$defs",
          "definitions");

  /// Keywords of values of one type, by type.
  static final Map<String, Set<String>> OF_TYPE =
      Map.of(
          "object",
          Set.of(
              "properties",
              "required",
              "additionalProperties",
              "patternProperties",
              "propertyNames",
              "minProperties",
              "maxProperties"),
          "array",
          Set.of("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
          "string",
          Set.of("minLength", "maxLength", "pattern", "format"),
          "number",
          Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"));

  private static final Set<String> OF_ALL =
      Set.of("type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref");

  private static final Map<String, String> REMEDIES =
      Map.ofEntries(
          Map.entry("not", "say what is allowed instead"),
          Map.entry("if", "write the cases as anyOf"),
          Map.entry("then", "write the cases as anyOf"),
          Map.entry("else", "write the cases as anyOf"),
          Map.entry("dependentRequired", "write the cases as anyOf"),
          Map.entry("dependentSchemas", "write the cases as anyOf"),
          Map.entry("dependencies", "write the cases as anyOf"),
          Map.entry("contains", "use prefixItems and items"),
          Map.entry("minContains", "use prefixItems and items"),
          Map.entry("maxContains", "use prefixItems and items"),
          Map.entry("unevaluatedProperties", "use additionalProperties"),
          Map.entry("unevaluatedItems", "use items"),
          Map.entry("additionalItems", "use prefixItems and items"),
          Map.entry("$dynamicRef", "use $ref"),
          Map.entry("$recursiveRef", "use $ref"),
          Map.entry("$anchor", "refer by JSON pointer"),
          Map.entry("$dynamicAnchor", "refer by JSON pointer"),
          Map.entry("nullable", "list \"null\" in type"),
          Map.entry("contentEncoding", "use pattern"),
          Map.entry("contentMediaType", "leave it out"),
          Map.entry("contentSchema", "leave it out"));

  private static final int FAR = 3;

  private SchemaKeywords() {}

  /// Refuses a schema with a keyword that would not be enforced.
  static void check(SchemaPlace place) {
    for (String keyword : place.keywords()) {
      boolean isKnown =
          ANNOTATIONS.contains(keyword)
              || OF_ALL.contains(keyword)
              || keyword.startsWith("x-")
              || OF_TYPE.values().stream().anyMatch(some -> some.contains(keyword));
      if (!isKnown) {
        throw place.refusal(keyword, REMEDIES.getOrDefault(keyword, guess(keyword)));
      }
    }
  }

  /// Whether a schema says anything about values.
  static boolean asserts(SchemaPlace place) {
    return place.keywords().stream()
        .anyMatch(keyword -> !ANNOTATIONS.contains(keyword) && !keyword.startsWith("x-"));
  }

  private static String guess(String keyword) {
    Set<String> known =
        OF_TYPE.values().stream()
            .flatMap(Set::stream)
            .collect(Collectors.toCollection(TreeSet::new));
    known.addAll(OF_ALL);
    return known.stream()
        .filter(name -> EditDistance.between(name, keyword) < FAR)
        .findFirst()
        .map("is %s meant?"::formatted)
        .orElse("leave it out, or begin its name with x- if it says nothing about values");
  }
}
