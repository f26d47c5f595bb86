package dev.minke.inference.grammar;

import dev.minke.tensor.RandomStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Schemas of all the keywords that are enforced, nested, with references into one another.
final class RandomSchemas {
  private static final List<String> NAMES =
      List.of("name", "id", "a", "ab", "été", "with \"quotes\"", "日本", "x-y", "_", "back\\slash");
  private static final List<String> PATTERNS =
      List.of(
          "^[a-z]{2,5}$",
          "a|b",
          "^\\d+(-\\d+)?$",
          "^\"",
          "é",
          "^(foo|bar)baz?$",
          "[^x]y",
          "^$",
          "^\\\\a$",
          "^\\w+$",
          "^.{3}$");

  /// Without email: the validator wants a domain that was once registered.
  private static final List<String> FORMATS =
      List.of(
          "date",
          "time",
          "date-time",
          "duration",
          "uuid",
          "hostname",
          "ipv4",
          "ipv6",
          "uri",
          "json-pointer");

  private static final int DEFINITIONS = 2;

  private final RandomStream random;
  private final JsonMapper mapper = JsonMapper.shared();
  private long draws;

  RandomSchemas(long seed) {
    random = new RandomStream(seed, 0x5C);
  }

  private int below(int bound) {
    return random.below(bound, draws++);
  }

  private boolean often() {
    return below(2) == 0;
  }

  private boolean rarely() {
    return below(5) == 0;
  }

  private <T> T oneOf(List<T> values) {
    return values.get(below(values.size()));
  }

  JsonNode schema() {
    ObjectNode schema = below(3) == 0 ? any(3) : object(3);
    ObjectNode definitions = schema.putObject("$defs");
    for (int i = 0; i < DEFINITIONS; i++) {
      definitions.set("d" + i, any(2));
    }
    return schema;
  }

  private ObjectNode any(int depth) {
    ObjectNode schema =
        switch (below(depth > 0 ? 13 : 6)) {
          case 0 -> string();
          case 1 -> number("number");
          case 2 -> number("integer");
          case 3 -> constants();
          case 4 -> mapper.createObjectNode().put("type", often() ? "boolean" : "null");
          case 5 -> string();
          case 6, 7 -> object(depth);
          case 8 -> array(depth);
          case 9 -> alternatives(depth);
          case 10 -> exclusive(depth);
          case 11 -> both(depth);
          default -> mapper.createObjectNode().put("$ref", "#/$defs/d" + below(DEFINITIONS));
        };
    if (rarely()) {
      schema.put("description", "some words").put("title", "T");
    }
    return schema;
  }

  private ObjectNode string() {
    ObjectNode schema = mapper.createObjectNode().put("type", "string");
    switch (below(5)) {
      case 0 -> schema.put("pattern", oneOf(PATTERNS));
      case 1 -> schema.put("format", oneOf(FORMATS));
      case 2 -> {
        int least = below(4);
        schema.put("minLength", least).put("maxLength", least + below(40));
      }
      case 3 -> schema.put("pattern", "^[a-f]*[xy]?").put("maxLength", 3 + below(5));
      default -> {}
    }
    return schema;
  }

  private BigDecimal bound() {
    return BigDecimal.valueOf(below(2000) - 1000, below(4));
  }

  private ObjectNode number(String type) {
    ObjectNode schema = mapper.createObjectNode().put("type", type);
    BigDecimal low = bound();
    BigDecimal high = low.add(BigDecimal.valueOf(1 + below(3000), below(3)));
    if (often()) {
      schema.put(rarely() ? "exclusiveMinimum" : "minimum", low);
    }
    if (often()) {
      schema.put(rarely() ? "exclusiveMaximum" : "maximum", high);
    }
    if (rarely()) {
      schema.put(
          "multipleOf",
          oneOf(
              List.of(
                  new BigDecimal("0.5"),
                  new BigDecimal("3"),
                  new BigDecimal("0.01"),
                  new BigDecimal("7"),
                  new BigDecimal("0.25"))));
    }
    return schema;
  }

  private ObjectNode constants() {
    ObjectNode schema = mapper.createObjectNode();
    if (rarely()) {
      schema.put("const", oneOf(NAMES));
      return schema;
    }
    ArrayNode values = schema.putArray("enum");
    for (int i = 0; i <= below(4); i++) {
      switch (below(6)) {
        case 0 -> values.add(below(100));
        case 1 -> values.add(often());
        case 2 -> values.addNull();
        case 3 -> values.addObject().put("k", below(3)).putArray("l").add("x");
        default -> values.add(oneOf(NAMES) + i);
      }
    }
    return schema;
  }

  private ObjectNode object(int depth) {
    ObjectNode schema = mapper.createObjectNode();
    if (!rarely()) {
      schema.put("type", "object");
    }
    ObjectNode properties = schema.putObject("properties");
    List<String> required = new ArrayList<>();
    for (int i = below(5); i >= 0; i--) {
      String name = oneOf(NAMES);
      properties.set(name, any(depth - 1));
      if (often() && !required.contains(name)) {
        required.add(name);
      }
    }
    ArrayNode list = schema.putArray("required");
    required.forEach(list::add);
    switch (below(6)) {
      case 0 -> schema.set("additionalProperties", any(0));
      case 1 -> schema.put("additionalProperties", true);
      case 2, 3 -> schema.put("additionalProperties", false);
      case 4 -> {
        schema.putObject("patternProperties").set("^p_", any(0));
        schema.withObject("patternProperties").set("^\\d+$", any(0));
        if (often()) {
          schema.put("additionalProperties", false);
        }
      }
      default -> {}
    }
    if (rarely()) {
      schema.putObject("propertyNames").put("maxLength", 20);
    }
    if (rarely() && !required.isEmpty()) {
      schema.put("minProperties", 1);
    }
    return schema;
  }

  private ObjectNode array(int depth) {
    ObjectNode schema = mapper.createObjectNode().put("type", "array");
    int prefix = rarely() ? 1 + below(3) : 0;
    for (int i = 0; i < prefix; i++) {
      schema.withArray("prefixItems").add(any(depth - 1));
    }
    if (!rarely()) {
      schema.set("items", any(depth - 1));
    } else if (often()) {
      schema.put("items", false);
      return schema;
    }
    int least = below(3);
    if (often()) {
      schema.put("minItems", least);
    }
    if (often()) {
      schema.put("maxItems", least + below(5));
    }
    return schema;
  }

  private ObjectNode alternatives(int depth) {
    ObjectNode schema = mapper.createObjectNode();
    ArrayNode branches = schema.putArray("anyOf");
    for (int i = 0; i <= 1 + below(2); i++) {
      branches.add(any(depth - 1));
    }
    return schema;
  }

  /// Objects that differ in a constant, as unions of types are written.
  private ObjectNode exclusive(int depth) {
    ObjectNode schema = mapper.createObjectNode();
    ArrayNode branches = schema.putArray("oneOf");
    for (int i = 0; i <= 1 + below(2); i++) {
      ObjectNode branch = object(depth - 1);
      branch.put("type", "object");
      branch.remove(List.of("patternProperties", "propertyNames"));
      branch.withObject("properties").putObject("kind").put("const", "kind" + i);
      branch.withArray("required").add("kind");
      branches.add(branch);
    }
    return schema;
  }

  private ObjectNode both(int depth) {
    ObjectNode schema = mapper.createObjectNode();
    ArrayNode parts = schema.putArray("allOf");
    for (int i = 0; i < 2; i++) {
      ObjectNode part = parts.addObject().put("type", "object");
      for (int j = 0; j <= below(2); j++) {
        String name = "p" + i + j;
        part.withObject("properties").set(name, any(depth - 1));
        if (often()) {
          part.withArray("required").add(name);
        }
      }
    }
    return schema;
  }
}
