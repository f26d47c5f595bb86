package dev.minke;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/// Edits of a JSON tree that people can read and fuzzers can change: a line each, a path and the
/// JSON that is put there, or a path alone for what is dropped.
///
/// `config.json/hidden_size 2147483647`. Whatever a fuzzer makes of a line means something: a path
/// that leads nowhere is one of those that there are, and what is no JSON is a string.
public final class Edits {
  private static final int MOST_LINES = 16;

  private final List<String> lines;

  public Edits(byte[] text) {
    lines =
        new String(text, StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.isBlank())
            .limit(MOST_LINES)
            .toList();
  }

  /// One of some things, by the name in the first line.
  public <T> T chosen(Map<String, T> things) {
    String name = lines.isEmpty() ? "" : lines.getFirst().strip();
    List<String> names = things.keySet().stream().sorted().toList();
    T found = things.get(name);
    return found == null ? things.get(names.get(index(name, names.size()))) : found;
  }

  /// Makes the edits, all lines but the first.
  public void apply(ObjectNode root) {
    for (int i = 1; i < lines.size(); i++) {
      String[] parts = lines.get(i).split(" ", 2);
      List<String> path = List.of(parts[0].split("/", -1));
      JsonNode parent = parent(root, path);
      if (!has(parent, path.getLast())) {
        List<List<String>> all = new ArrayList<>();
        collect(root, List.of(), all);
        if (all.isEmpty()) {
          return;
        }
        path = all.get(index(parts[0], all.size()));
        parent = parent(root, path);
      }
      put(parent, path.getLast(), parts.length == 1 ? null : json(parts[1]));
    }
  }

  private static int index(String text, int size) {
    return Math.floorMod(text.hashCode(), size);
  }

  private static JsonNode parent(JsonNode root, List<String> path) {
    JsonNode node = root;
    for (String key : path.subList(0, path.size() - 1)) {
      node = node.isArray() ? node.path(number(key)) : node.path(key);
    }
    return node;
  }

  /// New keys may be put into objects, not new elements into arrays.
  private static boolean has(JsonNode parent, String key) {
    return (parent.isObject() && !key.isEmpty()) || (parent.isArray() && parent.has(number(key)));
  }

  private static int number(String key) {
    return key.matches("\\d{1,6}") ? Integer.parseInt(key) : -1;
  }

  private static void collect(JsonNode node, List<String> path, List<List<String>> all) {
    if (node instanceof ObjectNode object) {
      object.forEachEntry((key, value) -> collect(value, path, key, all));
    }
    for (int i = 0; node instanceof ArrayNode && i < Math.min(node.size(), 8); i++) {
      collect(node.get(i), path, String.valueOf(i), all);
    }
  }

  private static void collect(
      JsonNode value, List<String> path, String key, List<List<String>> all) {
    List<String> longer = new ArrayList<>(path);
    longer.add(key);
    all.add(longer);
    collect(value, longer, all);
  }

  private static JsonNode json(String text) {
    try {
      JsonNode value = JsonMapper.shared().readTree(text);
      return value.isMissingNode() ? JsonNodeFactory.instance.nullNode() : value;
    } catch (JacksonException e) {
      return StringNode.valueOf(text);
    }
  }

  private static void put(
      JsonNode parent, String key, @org.jspecify.annotations.Nullable JsonNode value) {
    switch (parent) {
      case ObjectNode object when value == null -> object.remove(key);
      case ObjectNode object -> object.set(key, value);
      case ArrayNode array when value == null -> array.remove(number(key));
      case ArrayNode array -> array.set(number(key), value);
      default -> {}
    }
  }
}
