package dev.minke.cli;

import dev.minke.data.Source;
import dev.minke.data.SourceFormat;
import dev.minke.data.WeightedSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/// What a recipe learns from: the key `text`, a path, or the key `sources`, a list.
final class RecipeSources {
  private RecipeSources() {}

  /// A source as a recipe lists it; one of weight and epochs is 0.
  private record Keys(
      String path,
      SourceFormat format,
      String field,
      double weight,
      double epochs,
      String licence) {}

  /// Puts full paths in the place of those that are meant from the recipe's folder or from here.
  ///
  /// @throws UsageException if there is not exactly one of the two keys
  static void resolve(ObjectNode tree, Path file) {
    JsonNode text = tree.get("text");
    JsonNode list = tree.get("sources");
    if ((text == null) == (list == null) || (text != null && !text.isString())) {
      throw new UsageException(
          file + ": expected the key 'text', a file or folder to learn from, or a list 'sources'");
    }
    if (text != null) {
      tree.put("text", resolve(text.stringValue(), file));
      return;
    }
    RecipeKeys.requireList(list, Keys.class, file.toString(), "sources");
    for (JsonNode entry : list) {
      if (entry instanceof ObjectNode source) {
        source.put("path", resolve(source.path("path").asString(), file));
      }
    }
  }

  private static String resolve(String path, Path recipe) {
    Path base = recipe.toAbsolutePath().resolveSibling(path);
    Path found = Files.exists(base) ? base : Path.of(path);
    return found.toAbsolutePath().normalize().toString();
  }

  /// Takes the sources out of a recipe whose paths are resolved.
  ///
  /// @throws UsageException if a value does not fit
  static List<WeightedSource> take(ObjectNode tree, Path file, ObjectMapper mapper) {
    JsonNode text = tree.remove("text");
    JsonNode list = tree.remove("sources");
    if (text != null) {
      return List.of(WeightedSource.of(Source.of(Path.of(text.asString()))));
    }
    List<WeightedSource> sources = new ArrayList<>();
    for (JsonNode entry : list) {
      try {
        Keys keys = mapper.treeToValue(entry, Keys.class);
        Source source = new Source(Path.of(keys.path), keys.format, keys.field, keys.licence);
        sources.add(new WeightedSource(source, keys.weight, keys.epochs));
      } catch (JacksonException e) {
        throw new UsageException(file + ": sources: " + Recipes.unfit(e), e);
      } catch (IllegalArgumentException e) {
        throw new UsageException(file + ": " + e.getMessage(), e);
      }
    }
    if (sources.isEmpty()) {
      throw new UsageException(file + ": expected a source in 'sources', found none");
    }
    if (sources.stream().map(source -> source.weight() > 0).distinct().count() > 1) {
      throw new UsageException(
          file + ": sources: expected weights for all or epochs for all, found both");
    }
    return sources;
  }
}
