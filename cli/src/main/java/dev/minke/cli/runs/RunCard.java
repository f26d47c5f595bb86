package dev.minke.cli.runs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a run said of itself when it started. Every part may be unknown: null, or NaN, or 0 steps.
///
/// @param name of the recipe
/// @param recipe as resolved, in YAML
/// @param later phases of its training, by their folders in its directory
/// @param steps of the whole run; 0 if unknown
/// @param parameters trained numbers
/// @param activeParameters of those, what a token meets
/// @param peakFlops measured peak of matrix products, operations a second
/// @param facts everything else that was written, in its order: git hash, start, backend, machine
public record RunCard(
    @Nullable String name,
    @Nullable String recipe,
    List<String> later,
    int steps,
    double parameters,
    double activeParameters,
    double peakFlops,
    Map<String, String> facts) {
  private static final List<String> OWN =
      List.of("name", "recipe", "later", "steps", "parameters", "activeParameters", "peakFlops");

  public RunCard {
    later = List.copyOf(later);
    facts = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  static RunCard read(Path directory) throws IOException {
    String text = Json.read(directory.resolve("run.json"));
    JsonNode found = text == null ? null : Json.line(text);
    JsonNode card = found == null ? JsonMapper.shared().createObjectNode() : found;
    Map<String, String> facts = new LinkedHashMap<>();
    card.properties()
        .forEach(entry -> {
          if (!OWN.contains(entry.getKey())) {
            flatten(entry.getKey(), entry.getValue(), facts);
          }
        });
    String recipe = Json.text(card, "recipe");
    List<String> later = new ArrayList<>();
    card.path("later").forEach(phase -> later.add(phase.asString("")));
    return new RunCard(
        Json.text(card, "name"),
        recipe == null ? Json.read(directory.resolve("recipe.yaml")) : recipe,
        later,
        card.path("steps").asInt(0),
        Json.number(card, "parameters"),
        Json.number(card, "activeParameters"),
        Json.number(card, "peakFlops"),
        facts);
  }

  private static void flatten(String key, JsonNode value, Map<String, String> facts) {
    if (value.isObject()) {
      value.properties().forEach(entry -> flatten(entry.getKey(), entry.getValue(), facts));
    } else if (value.isArray()) {
      List<String> parts = new ArrayList<>();
      value.forEach(part -> parts.add(part.asString(part.toString())));
      facts.put(key, String.join(", ", parts));
    } else if (!value.isNull()) {
      facts.put(key, value.asString(value.toString()));
    }
  }
}
