package dev.minke.cli;

import dev.minke.input.EditDistance;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The keys of a recipe: the components of its records, all of them and no others.
final class RecipeKeys {
  private RecipeKeys() {}

  /// Checks keys against the components of a record, and below them.
  ///
  /// @param path of the tree's key with a dot behind it; empty at the top
  /// @throws UsageException for the first key that is unknown, then for one that is missing
  static void require(ObjectNode tree, Class<?> record, String where, String path) {
    List<String> known =
        Arrays.stream(record.getRecordComponents()).map(RecordComponent::getName).toList();
    for (String key : tree.propertyNames()) {
      if (!known.contains(key)) {
        List<String> absent = new ArrayList<>(known);
        absent.removeAll(tree.propertyNames());
        throw unknown(where, path, key, absent.isEmpty() ? known : absent);
      }
    }
    for (RecordComponent component : record.getRecordComponents()) {
      String key = component.getName();
      JsonNode value = tree.get(key);
      if (value != null && value.isNull() && mayBeNull(component)) {
        continue;
      }
      if (value == null || value.isNull()) {
        throw new UsageException(
            "%s: expected the key '%s', found none".formatted(where, path + key));
      }
      if (component.getType().isRecord() || component.getType().isSealed()) {
        if (!(value instanceof ObjectNode below)) {
          throw new UsageException(
              "%s: expected keys below '%s', found %s".formatted(where, path + key, value));
        }
        require(below, kind(component.getType(), below), where, path + key + ".");
      }
      if (component.getGenericType() instanceof ParameterizedType list
          && list.getActualTypeArguments()[0] instanceof Class<?> element
          && element.isRecord()) {
        requireList(value, element, where, path + key);
      }
    }
  }

  private static boolean mayBeNull(RecordComponent component) {
    return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
  }

  /// Checks the keys of each entry of a list.
  static void requireList(JsonNode value, Class<?> element, String where, String path) {
    for (JsonNode entry : value) {
      if (!value.isArray() || !(entry instanceof ObjectNode below)) {
        throw new UsageException(
            "%s: expected a list of keys and values for '%s', found %s"
                .formatted(where, path, value));
      }
      require(below, element, where, path + ".");
    }
  }

  /// The record itself, or of the kinds of a sealed interface the one with the most of the keys.
  private static Class<?> kind(Class<?> type, ObjectNode tree) {
    if (type.isRecord()) {
      return type;
    }
    return Arrays.stream(type.getPermittedSubclasses())
        .max(Comparator.comparingLong(kind -> known(kind, tree)))
        .orElseThrow();
  }

  private static long known(Class<?> record, ObjectNode tree) {
    return Arrays.stream(record.getRecordComponents())
        .filter(component -> tree.has(component.getName()))
        .count();
  }

  /// A key that nobody knows, with the one that was probably meant.
  static UsageException unknown(String where, String path, String key, List<String> known) {
    String nearest = "";
    int distance = Integer.MAX_VALUE;
    for (String candidate : known) {
      int edits = EditDistance.between(key, candidate);
      if (edits < distance) {
        distance = edits;
        nearest = candidate;
      }
    }
    return new UsageException(
        "%s: unknown key '%s'; did you mean '%s'?".formatted(where, path + key, path + nearest));
  }
}
