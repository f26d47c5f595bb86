package dev.minke.inference.grammar;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Follows references and `allOf`: a list of schemas that all hold, down to those that say
/// something themselves.
final class SchemaResolver {
  /// Schemas that hold together, and references that lead to one another.
  private static final int MOST = 500;

  private final JsonNode root;

  SchemaResolver(JsonNode root) {
    this.root = root;
  }

  /// @return each schema once, without `$ref` and `allOf`, in the order of their mention; none
  ///   where anything is allowed
  List<SchemaPlace> flatten(Collection<SchemaPlace> places) {
    Flattening flattening = new Flattening();
    places.forEach(flattening::add);
    return List.copyOf(flattening.flat.values());
  }

  private final class Flattening {
    private final Map<String, SchemaPlace> flat = new LinkedHashMap<>();

    /// Schemas whose references are being followed, and those whose references were.
    private final Set<String> open = new HashSet<>();

    private final Set<String> closed = new HashSet<>();

    void add(SchemaPlace place) {
      if (place.schema().isBoolean()) {
        if (place.isFalse()) {
          flat.put(place.key(), place);
        }
        return;
      }
      SchemaKeywords.check(place);
      if (open.contains(place.key())) {
        throw new GrammarException(
            "schema, %s: expected a reference that leads to a schema, found one that leads back to itself"
                .formatted(place.pointer()));
      }
      if (!closed.add(place.key())) {
        return;
      }
      open.add(place.key());
      SchemaPlace own = place.without("$ref", "allOf");
      if (SchemaKeywords.asserts(own)) {
        flat.put(own.key(), own);
      }
      if (flat.size() > MOST || open.size() > MOST) {
        throw new GrammarException(
            "schema, %s: expected at most %,d schemas that hold together, found more"
                .formatted(place.pointer(), MOST));
      }
      if (place.has("$ref")) {
        add(target(place));
      }
      if (place.has("allOf")) {
        if (!place.get("allOf").isArray()) {
          throw place.damage("allOf", "a list of schemas");
        }
        for (int i = 0; i < place.get("allOf").size(); i++) {
          add(place.at("allOf", i));
        }
      }
      open.remove(place.key());
    }
  }

  private SchemaPlace target(SchemaPlace place) {
    JsonNode reference = place.get("$ref");
    if (!reference.isString() || !reference.stringValue().matches("#(/.*)?")) {
      throw place.damage("$ref", "a JSON pointer within the schema, such as \"#/$defs/name\"");
    }
    String pointer = reference.stringValue();
    JsonNode target = root;
    String[] steps = pointer.split("/", -1);
    for (int i = 1; i < steps.length; i++) {
      if (i > 1 && target.has("$id")) {
        throw place.refusal("$ref", "it leads through a schema with an $id of its own");
      }
      String step = unescaped(place, steps[i]);
      boolean isIndex = target.isArray() && step.matches("\\d{1,9}");
      target = isIndex ? target.path(Integer.parseInt(step)) : target.path(step);
    }
    if (target.isMissingNode()) {
      throw place.damage("$ref", "a place that is there");
    }
    return new SchemaPlace(target, pointer);
  }

  private static String unescaped(SchemaPlace place, String step) {
    try {
      return URLDecoder.decode(step.replace("+", "%2B"), StandardCharsets.UTF_8)
          .replace("~1", "/")
          .replace("~0", "~");
    } catch (IllegalArgumentException damaged) {
      throw place.damage("$ref", "bytes as % and two hexadecimal digits");
    }
  }
}
