package dev.minke.cli.compare;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// The text of a recipe, of any version, as keys with dots and their values. Elements of a list
/// that have keys themselves are numbered, from 1.
final class RecipeText {
  private static final YAMLMapper YAML = YAMLMapper.builder().build();

  /// Below it, a double that is whole is written like an integer.
  private static final double EXACT = 1e15;

  private RecipeText() {}

  /// Keys in the order of the text; none if there is no recipe or it cannot be read.
  static Map<String, String> keys(@Nullable String recipe) {
    Map<String, String> keys = new LinkedHashMap<>();
    if (recipe != null) {
      try {
        YAML.readTree(recipe)
            .properties()
            .forEach(entry -> add(entry.getKey(), entry.getValue(), keys));
      } catch (JacksonException _) {
        keys.clear();
      }
    }
    return keys;
  }

  private static void add(String key, JsonNode value, Map<String, String> keys) {
    if (value.isObject()) {
      value.properties().forEach(entry -> add(key + "." + entry.getKey(), entry.getValue(), keys));
    } else if (value.isArray() && value.valueStream().anyMatch(JsonNode::isObject)) {
      for (int i = 0; i < value.size(); i++) {
        add(key + "." + (i + 1), value.get(i), keys);
      }
    } else {
      keys.put(key, plain(value));
    }
  }

  /// A number in one way, however it was written: `3.0e-3` is `0.003` and `1.0` is `1`.
  private static String plain(JsonNode value) {
    if (!value.isFloatingPointNumber()) {
      return value.asString(value.toString());
    }
    double number = value.doubleValue();
    return number == Math.rint(number) && Math.abs(number) < EXACT
        ? Long.toString((long) number)
        : Double.toString(number);
  }
}
