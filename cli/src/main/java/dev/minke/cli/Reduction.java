package dev.minke.cli;

import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The dial `reduce` of a recipe with published sizes: the same model and schedule, smaller.
///
/// With a factor k: widths (residual stream, hidden layers, experts, compressed queries, latents),
/// vocabulary and steps are divided by k; numbers of heads, widths of a head, layers, experts and
/// tokens of a row by √k, so that all heads together shrink like the stream; rows by k². Everything
/// is rounded to what its kind allows. How many experts a token has, shares and rates stay, and so
/// do groups of experts; the groups that take part have experts enough.
final class Reduction {
  static final String KEY = "reduce";
  private static final int WIDTH_STEP = 8;

  private final double factor;
  private final double root;

  private Reduction(double factor) {
    this.factor = factor;
    this.root = Math.sqrt(factor);
  }

  /// Takes the dial out of a recipe and turns it.
  ///
  /// @throws UsageException if it is no number from 1
  static void take(ObjectNode tree, Path file) {
    JsonNode value = tree.remove(KEY);
    if (value == null) {
      return;
    }
    if (!value.isNumber() || !(value.doubleValue() >= 1)) {
      throw new UsageException(
          "%s: %s: expected 1 for the published sizes or a larger number, found %s"
              .formatted(file, KEY, value));
    }
    turn(tree, value.doubleValue());
  }

  /// Changes the sizes of a recipe without a dial.
  ///
  /// @param factor k; 1 changes nothing, less than 1 makes everything larger
  static void turn(ObjectNode tree, double factor) {
    if (factor != 1) {
      new Reduction(factor).apply(tree);
    }
  }

  private void apply(ObjectNode tree) {
    if (tree.get("model") instanceof ObjectNode model) {
      widths(model, "dim", "denseHidden");
      divide(model, "layers", root, 1, 2);
      divide(model, "denseLayers", root, 1, 1);
      divide(model, "maxLength", root, 64, 64);
      if (model.get("attention") instanceof ObjectNode attention) {
        widths(attention, "queryRank", "latentDim");
        heads(attention);
        divide(attention, "nopeDim", root, WIDTH_STEP, WIDTH_STEP);
        divide(attention, "ropeDim", root, WIDTH_STEP, WIDTH_STEP);
        divide(attention, "valueDim", root, WIDTH_STEP, WIDTH_STEP);
      }
      if (model.get("experts") instanceof ObjectNode experts) {
        JsonNode rule = experts.path("rule");
        int groups = Math.max(1, rule.path("groups").asInt(1));
        int activeGroups = Math.max(1, rule.path("activeGroups").asInt(1));
        int active = Math.max(1, rule.path("activeExperts").asInt(1));
        divide(experts, "count", root, groups, Math.ceilDiv(active, activeGroups) * groups);
        widths(experts, "hidden");
      }
      if (model.get("scaling") instanceof ObjectNode scaling) {
        divide(scaling, "originalLength", root, 64, 64);
      }
    }
    if (tree.get("tokenizer") instanceof ObjectNode tokenizer) {
      divide(tokenizer, "vocab", factor, 1, 512);
    }
    if (tree.get("data") instanceof ObjectNode data) {
      divide(data, "rowTokens", root, 64, 64);
    }
    if (tree.get("batch") instanceof ObjectNode batch) {
      divide(batch, "rows", factor * factor, 1, 4);
    }
    if (tree.get("length") instanceof ObjectNode length) {
      divide(length, "steps", factor, 1, 1);
    }
  }

  /// Query heads stay as many for each head of keys as they were.
  private void heads(ObjectNode attention) {
    int keyHeads = attention.path("keyHeads").asInt(0);
    if (keyHeads == 0) {
      divide(attention, "heads", root, 2, 2);
      return;
    }
    int sharing = Math.max(1, attention.path("heads").asInt(0) / keyHeads);
    divide(attention, "keyHeads", root, 1, 1);
    divide(attention, "headDim", root, WIDTH_STEP, WIDTH_STEP);
    attention.put("heads", sharing * attention.path("keyHeads").asInt(1));
  }

  private void widths(ObjectNode node, String... keys) {
    for (String key : keys) {
      divide(node, key, factor, WIDTH_STEP, 2 * WIDTH_STEP);
    }
  }

  /// Divides a whole number above 0, to the nearest multiple of `step`, at least `least`.
  private static void divide(ObjectNode node, String key, double by, int step, int least) {
    int value = node.path(key).asInt(0);
    if (value > 0) {
      int nearest = (int) Math.round(value / by / step) * step;
      node.put(key, Math.max(Math.min(least, value), nearest));
    }
  }
}
