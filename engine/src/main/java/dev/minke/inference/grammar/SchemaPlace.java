package dev.minke.inference.grammar;

import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// A schema and where it stands.
///
/// @param schema an object or a boolean
/// @param pointer JSON pointer as a fragment: `#/properties/name`
/// @param dropped keywords that are dealt with elsewhere and count as absent
record SchemaPlace(JsonNode schema, String pointer, Set<String> dropped) {
  SchemaPlace {
    dropped = Set.copyOf(dropped);
    if (!schema.isObject() && !schema.isBoolean()) {
      throw new GrammarException(
          "schema, %s: expected an object or true or false, found %s"
              .formatted(pointer, schema.getNodeType()));
    }
  }

  SchemaPlace(JsonNode schema, String pointer) {
    this(schema, pointer, Set.of());
  }

  /// The same without some keywords.
  SchemaPlace without(String... keywords) {
    Set<String> all = new TreeSet<>(dropped);
    all.addAll(Set.of(keywords));
    return new SchemaPlace(schema, pointer, all);
  }

  /// Equal for equal schemas at one place.
  String key() {
    return dropped.isEmpty() ? pointer : pointer + " without " + new TreeSet<>(dropped);
  }

  boolean isFalse() {
    return schema.isBoolean() && !schema.booleanValue();
  }

  List<String> keywords() {
    return schema.propertyNames().stream().filter(name -> !dropped.contains(name)).toList();
  }

  boolean has(String keyword) {
    return schema.has(keyword) && !dropped.contains(keyword);
  }

  /// What a keyword says; a missing node where it is absent.
  JsonNode get(String keyword) {
    return schema.path(keyword);
  }

  String pointer(String keyword) {
    return pointer + "/" + escaped(keyword);
  }

  /// The schema that a keyword holds.
  SchemaPlace at(String keyword) {
    return new SchemaPlace(get(keyword), pointer(keyword));
  }

  /// One of the schemas that a keyword holds by name.
  SchemaPlace at(String keyword, String name) {
    return new SchemaPlace(get(keyword).path(name), pointer(keyword) + "/" + escaped(name));
  }

  /// One of the schemas that a keyword holds as a list.
  SchemaPlace at(String keyword, int index) {
    return new SchemaPlace(get(keyword).path(index), pointer(keyword) + "/" + index);
  }

  private static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  /// A refusal of what a keyword says.
  GrammarException damage(String keyword, String expected) {
    JsonNode found = get(keyword);
    return new GrammarException(
        "schema, %s: %s: expected %s, found %s".formatted(pointer, keyword, expected, found));
  }

  /// A refusal of a keyword that can't be enforced.
  GrammarException refusal(String keyword, String remedy) {
    return new GrammarException(
        "schema, %s: %s can't be enforced; %s".formatted(pointer, keyword, remedy));
  }

  /// A whole number of 0 or more.
  int count(String keyword) {
    JsonNode found = get(keyword);
    boolean isWhole = found.isNumber() && found.decimalValue().stripTrailingZeros().scale() <= 0;
    if (!isWhole || found.decimalValue().signum() < 0) {
      throw damage(keyword, "a whole number of 0 or more");
    }
    return found.decimalValue().min(BigDecimal.valueOf(Integer.MAX_VALUE)).intValue();
  }
}
