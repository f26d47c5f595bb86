package dev.minke.cli;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.minke.checkpoint.CheckpointException;
import dev.minke.checkpoint.ModelDirectory;
import dev.minke.data.WeightedSource;
import dev.minke.kernel.Rotation;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.train.TrainRecipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// Recipes as YAML: the keys are the components of [TrainRecipe], `text`, the file to learn from,
/// and `maxBadShare`, how much of it may be bad.
final class Recipes {
  private static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .enable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .addMixIn(DecoderConfig.Attention.class, AttentionByKeys.class)
          .addMixIn(Rotation.Scaling.class, ScalingByKeys.class)
          .build();

  /// The keys that are there say which attention is meant.
  @JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
  @JsonSubTypes({
    @JsonSubTypes.Type(DecoderConfig.Latent.class),
    @JsonSubTypes.Type(DecoderConfig.Grouped.class)
  })
  private interface AttentionByKeys {}

  /// The same for the scaling of positions.
  @JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
  @JsonSubTypes({
    @JsonSubTypes.Type(Rotation.Yarn.class),
    @JsonSubTypes.Type(Rotation.Llama3.class),
    @JsonSubTypes.Type(Rotation.Linear.class),
    @JsonSubTypes.Type(Rotation.Divided.class)
  })
  private interface ScalingByKeys {}

  /// The later phases of a recipe.
  static final String THEN = "then";

  private Recipes() {}

  /// A recipe of a file, or one of its later phases.
  ///
  /// @param sources of text to learn from, their paths resolved against the recipe's folder
  /// @param maxBadShare share of bad documents above which nothing is trained
  /// @param training what decides the bits
  /// @param then phases that follow, each from the model of the one before, in a folder of the run
  ///   that has the phase's name
  /// @param resolved all of it as YAML, overrides taken in and the text by its full path
  record Recipe(
      List<WeightedSource> sources,
      double maxBadShare,
      TrainRecipe training,
      List<Recipe> then,
      String resolved) {
    Recipe {
      then = List.copyOf(then);
    }
  }

  /// Reads a recipe by path, or by name from the folder `recipes`.
  ///
  /// @param overrides `key=value`, keys with dots: `optimizer.rate=3e-4`
  /// @throws UsageException if a key is unknown or missing, or a value does not fit
  static Recipe read(String nameOrPath, List<String> overrides) throws IOException {
    return read(nameOrPath, overrides, null);
  }

  /// The same for a run that begins with the weights of a model, whose sizes and rules then stand
  /// in the place of the recipe's.
  ///
  /// @param from a model directory; null for none
  static Recipe read(String nameOrPath, List<String> overrides, @Nullable Path from)
      throws IOException {
    return draft(nameOrPath, overrides, from).recipe();
  }

  /// The same, its sizes not settled yet.
  static RecipeDraft draft(String nameOrPath, List<String> overrides, @Nullable Path from)
      throws IOException {
    Path file = find(nameOrPath);
    ObjectNode tree = parse(file);
    DecoderConfig model = from == null ? null : ModelDirectory.config(from);
    if (model != null) {
      takeModel(tree, model, file);
    }
    for (String override : overrides) {
      override(tree, override);
    }
    RecipeSources.resolve(tree, file);
    JsonNode then = tree.get(THEN);
    if (then == null || !then.isArray()) {
      throw new UsageException(
          file + ": expected '" + THEN + "', a list of later phases, or [] for none");
    }
    if (model != null) {
      requireSizes(from, model, one(tree, file).training);
    }
    return new RecipeDraft(tree, file, overrides, model != null);
  }

  /// A recipe and its later phases.
  ///
  /// @param tree of all keys, paths resolved
  /// @param file for messages
  static Recipe build(ObjectNode tree, Path file) throws IOException {
    Recipe first = one(tree, file);
    List<Recipe> phases = new ArrayList<>();
    for (JsonNode changes : tree.path(THEN)) {
      ObjectNode phase = tree.deepCopy();
      phase.putArray(THEN);
      merge(phase, changes, file);
      phases.add(one(phase, file));
    }
    requireNames(first.training.name(), phases, file);
    return new Recipe(first.sources, first.maxBadShare, first.training, phases, first.resolved);
  }

  /// Only positions can be chosen anew for weights that are there.
  private static void requireSizes(@Nullable Path from, DecoderConfig has, TrainRecipe recipe) {
    DecoderConfig wanted = recipe.model().config(has.vocab());
    if (!has.with(wanted.positions()).equals(wanted)) {
      throw new UsageException(
          "--from %s: expected its own sizes but for maxLength, ropeBase and scaling, found others; leave out -o model.…"
              .formatted(from));
    }
  }

  /// A recipe without what follows.
  private static Recipe one(ObjectNode tree, Path file) throws IOException {
    String resolved = MAPPER.writeValueAsString(tree);
    ObjectNode left = tree.deepCopy();
    left.remove(THEN);
    Reduction.take(left, file);
    List<WeightedSource> sources = RecipeSources.take(left, file, MAPPER);
    double maxBadShare = share(left, "maxBadShare", file);
    return new Recipe(sources, maxBadShare, map(left, file), List.of(), resolved);
  }

  /// Takes the changes of a phase into a whole recipe.
  static void merge(ObjectNode into, JsonNode changes, Path file) {
    if (!(changes instanceof ObjectNode object)) {
      throw new UsageException(
          "%s: expected keys and values for each phase of '%s', found %s"
              .formatted(file, THEN, changes));
    }
    object
        .properties()
        .forEach(change -> {
          if (change.getValue().isObject()
              && into.get(change.getKey()) instanceof ObjectNode below) {
            merge(below, change.getValue(), file);
          } else {
            into.set(change.getKey(), change.getValue());
          }
        });
  }

  /// A phase has a folder of its own.
  private static void requireNames(String first, List<Recipe> phases, Path file) {
    Set<String> names = new HashSet<>(Set.of(first));
    for (Recipe phase : phases) {
      String name = phase.training.name();
      if (!name.matches("[A-Za-z0-9._-]+") || !names.add(name)) {
        throw new UsageException(
            "%s: expected a name of its own for each phase of '%s', made of letters and digits, found '%s'"
                .formatted(file, THEN, name));
      }
    }
  }

  private static void takeModel(ObjectNode tree, DecoderConfig config, Path file) {
    if (!(tree.get("tokenizer") instanceof ObjectNode tokenizer)) {
      throw new UsageException(file + ": expected the key 'tokenizer', found none");
    }
    double deviation = tree.path("model").path("initialDeviation").asDouble(0.02);
    tree.set("model", MAPPER.valueToTree(TrainRecipe.Model.of(config, deviation)));
    tokenizer.put("vocab", config.vocab());
  }

  private static double share(ObjectNode tree, String key, Path file) {
    JsonNode value = tree.remove(key);
    if (value == null || !value.isNumber() || !(value.asDouble() >= 0 && value.asDouble() <= 1)) {
      throw new UsageException(
          "%s: expected '%s', a share from 0 to 1, found %s"
              .formatted(file, key, value == null ? "none" : value));
    }
    return value.asDouble();
  }

  private static Path find(String nameOrPath) {
    Path direct = Path.of(nameOrPath);
    if (Files.isRegularFile(direct)) {
      return direct;
    }
    if (isKnown(nameOrPath)) {
      return named(nameOrPath);
    }
    throw new UsageException(
        "recipe %s: expected a file, or one of %s".formatted(nameOrPath, known()));
  }

  /// Whether the folder `recipes` has one of this name.
  static boolean isKnown(String name) {
    return Files.isRegularFile(named(name));
  }

  private static Path folder() {
    return Path.of(System.getProperty("minke.home", ""), "recipes");
  }

  private static Path named(String name) {
    return folder().resolve(name + ".yaml");
  }

  /// The names in the folder `recipes`.
  static String known() {
    Path folder = folder();
    if (!Files.isDirectory(folder)) {
      return "the recipes in " + folder + ", which is absent";
    }
    try (Stream<Path> files = Files.list(folder)) {
      return String.join(
          ", ",
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".yaml"))
              .map(name -> name.substring(0, name.length() - 5))
              .sorted()
              .toList());
    } catch (IOException e) {
      return "the recipes in " + folder;
    }
  }

  private static ObjectNode parse(Path file) throws IOException {
    try {
      JsonNode tree = MAPPER.readTree(Files.readString(file));
      if (tree instanceof ObjectNode object) {
        return object;
      }
      throw new UsageException(file + ": expected keys and values, found none");
    } catch (JacksonException e) {
      throw new UsageException(
          "%s: expected YAML, found a fault at line %d: %s"
              .formatted(
                  file,
                  e.getLocation().getLineNr(),
                  e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  private static void override(ObjectNode tree, String override) {
    int equals = override.indexOf('=');
    if (equals < 1) {
      throw new UsageException(
          "-o " + override + ": expected key=value, for example -o optimizer.rate=3e-4");
    }
    String[] path = override.substring(0, equals).split("\\.", -1);
    ObjectNode node = tree;
    for (int i = 0; i < path.length; i++) {
      JsonNode next = node.get(path[i]);
      if (next == null) {
        String above = i == 0 ? "" : String.join(".", Arrays.copyOf(path, i)) + ".";
        throw RecipeKeys.unknown("-o " + override, above, path[i], keys(node));
      }
      if (i == path.length - 1) {
        node.set(path[i], MAPPER.readTree(override.substring(equals + 1)));
      } else if (next instanceof ObjectNode object) {
        node = object;
      } else {
        throw new UsageException(
            "-o %s: expected keys below '%s', found a value".formatted(override, path[i]));
      }
    }
  }

  private static List<String> keys(ObjectNode node) {
    return node.properties().stream().map(Map.Entry::getKey).toList();
  }

  private static TrainRecipe map(ObjectNode tree, Path file) {
    RecipeKeys.require(tree, TrainRecipe.class, file.toString(), "");
    try {
      TrainRecipe recipe = MAPPER.treeToValue(tree, TrainRecipe.class);
      ModelDirectory.requireWritable(recipe.model().config(recipe.tokenizer().vocab()));
      return recipe;
    } catch (JacksonException e) {
      throw new UsageException(file + ": " + unfit(e), e);
    } catch (CheckpointException e) {
      throw new UsageException(file + ": " + e.getMessage(), e);
    }
  }

  /// What does not fit, in words of people.
  static String unfit(JacksonException fault) {
    if (fault.getCause() instanceof IllegalArgumentException known) {
      return String.valueOf(known.getMessage());
    }
    if (fault instanceof InvalidFormatException value) {
      return "'%s': expected %s, found '%s'"
          .formatted(path(fault), expected(value.getTargetType()), value.getValue());
    }
    return "'%s': %s"
        .formatted(path(fault), fault.getOriginalMessage().lines().findFirst().orElse(""));
  }

  private static String expected(Class<?> type) {
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(Object::toString)
          .collect(Collectors.joining(" or "));
    }
    return switch (type.getSimpleName()) {
      case "int", "long" -> "a whole number";
      case "float", "double" -> "a number";
      case "boolean" -> "true or false";
      default -> "a " + type.getSimpleName();
    };
  }

  private static String path(JacksonException fault) {
    return fault.getPath().stream()
        .map(JacksonException.Reference::getPropertyName)
        .collect(Collectors.joining("."));
  }
}
