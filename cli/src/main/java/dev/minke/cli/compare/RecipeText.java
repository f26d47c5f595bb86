package dev.minke.cli.compare;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// The text of a recipe, of any version, as keys with dots and their values.
final class RecipeText {
  private static final YAMLMapper YAML = YAMLMapper.builder().build();

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
    } else {
      keys.put(key, plain(value));
    }
  }

  /// A number in one way, however it was written: `3.0e-3` is `0.003`.
  private static String plain(JsonNode value) {
    return value.isFloatingPointNumber()
        ? Double.toString(value.doubleValue())
        : value.asString(value.toString());
  }
}
