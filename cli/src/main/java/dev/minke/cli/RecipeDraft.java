package dev.minke.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A recipe as a tree of keys, before the sizes are settled.
///
/// @param tree of the file, overrides and the model that a run begins with taken in
/// @param file for messages
/// @param overrides what was set by hand, `key=value`
/// @param hasModel whether the run begins with a model, which has its sizes
record RecipeDraft(ObjectNode tree, Path file, List<String> overrides, boolean hasModel) {
  private static final String RATE = "optimizer.rate";

  RecipeDraft {
    overrides = List.copyOf(overrides);
  }

  /// The recipe as it is written.
  Recipes.Recipe recipe() throws IOException {
    return Recipes.build(tree.deepCopy(), file);
  }

  /// Whether nothing may choose the sizes: there is a model, or the dial was set by hand.
  boolean sizesStand() {
    return hasModel || isByHand(Reduction.KEY);
  }

  /// The dial as it is written.
  double written() {
    return tree.path(Reduction.KEY).asDouble(1);
  }

  /// The recipe with the dial turned, each later phase with all of its keys. What was set by hand
  /// stays as it was set; the learning rate goes with one over the root of the width.
  ///
  /// @param factor of [Reduction]; below 1 for larger sizes
  ObjectNode turned(double factor) {
    ObjectNode first = turned(tree.deepCopy(), null, factor);
    ArrayNode then = first.putArray(Recipes.THEN);
    for (JsonNode changes : tree.path(Recipes.THEN)) {
      ObjectNode phase = tree.deepCopy();
      Recipes.merge(phase, changes, file);
      turned(phase, changes, factor).remove(Recipes.THEN);
      then.add(phase);
    }
    return first;
  }

  /// @param changes of a later phase, which outdo what was set by hand; null for the first
  private ObjectNode turned(ObjectNode phase, @Nullable JsonNode changes, double factor) {
    double width = phase.path("model").path("dim").asDouble(1);
    phase.remove(Reduction.KEY);
    Reduction.turn(phase, factor);
    for (String override : overrides) {
      String key = key(override);
      JsonNode set = at(tree, key);
      if (!isOutdone(changes, key) && !set.isMissingNode() && !key.equals(Reduction.KEY)) {
        int dot = key.lastIndexOf('.');
        if (at(phase, key.substring(0, Math.max(0, dot))) instanceof ObjectNode above) {
          above.set(key.substring(dot + 1), set);
        }
      }
    }
    double wider = phase.path("model").path("dim").asDouble(1) / width;
    if (wider != 1
        && phase.get("optimizer") instanceof ObjectNode optimizer
        && (isOutdone(changes, RATE) || !isByHand(RATE))) {
      optimizer.put("rate", rounded(optimizer.path("rate").asDouble() / Math.sqrt(wider)));
    }
    agree(phase);
    return phase;
  }

  /// Whether a later phase has a value of its own.
  private static boolean isOutdone(@Nullable JsonNode changes, String key) {
    return changes != null && !at(changes, key).isMissingNode();
  }

  /// Sizes that were not set by hand follow those that were.
  private void agree(ObjectNode phase) {
    if (phase.get("model") instanceof ObjectNode model) {
      int row = phase.path("data").path("rowTokens").asInt(0);
      int layers = model.path("layers").asInt(0);
      if (!isByHand("model.maxLength")) {
        model.put("maxLength", Math.max(row, model.path("maxLength").asInt(row)));
      }
      int dense = model.path("denseLayers").asInt(0);
      if (!isByHand("model.denseLayers")) {
        model.put("denseLayers", Math.min(layers, dense));
      } else if (!isByHand("model.layers")) {
        model.put("layers", Math.max(layers, dense));
      }
    }
  }

  /// Whether a key, or what it is part of, was set by hand.
  boolean isByHand(String key) {
    return overrides.stream()
        .map(RecipeDraft::key)
        .anyMatch(set -> key.equals(set) || key.startsWith(set + "."));
  }

  private static String key(String override) {
    return override.substring(0, override.indexOf('='));
  }

  /// What a key with dots names; the tree itself for an empty one.
  private static JsonNode at(JsonNode tree, String key) {
    JsonNode node = tree;
    if (!key.isEmpty()) {
      for (String part : key.split("\\.", -1)) {
        node = node.path(part);
      }
    }
    return node;
  }

  /// Three digits, as people write rates.
  private static double rounded(double rate) {
    return Double.parseDouble(String.format(Locale.ROOT, "%.2e", rate));
  }
}
