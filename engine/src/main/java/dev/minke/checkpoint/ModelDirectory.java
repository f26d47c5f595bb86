package dev.minke.checkpoint;

import dev.minke.model.WeightName;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A model as Hugging Face keeps it: `config.json`, `model.safetensors` (or shards and their
/// index), `tokenizer.json`.
///
/// Tensor names are the model's own table ([dev.minke.model.CausalModel#weightNames]), used in both
/// directions.
public final class ModelDirectory {
  static final String CONFIG = "config.json";
  private static final String WEIGHTS = SafetensorsFiles.WEIGHTS;
  private static final String INDEX = SafetensorsFiles.INDEX;

  private ModelDirectory() {}

  /// Reads a model into memory of its own, in F32.
  ///
  /// A configuration that promises a predictor whose tensors are nowhere (converters drop them)
  /// gives a model without one.
  ///
  /// @throws CheckpointException if a file is missing, damaged, of another architecture, or a
  ///   weight is missing, left over, of another shape or not finite
  public static OpenModel open(Path directory) {
    try (Weights weights = new Weights(directory)) {
      DecoderConfig config = weights.config;
      ParameterStore parameters = ParameterStore.toLoad();
      try {
        DecoderModel model = DecoderModel.of(parameters, config);
        weights.readInto(model);
        return new OpenModel(directory, config, model, parameters);
      } catch (RuntimeException e) {
        parameters.close();
        throw e;
      }
    }
  }

  /// The sizes and rules of a model, from its headers alone.
  ///
  /// @throws CheckpointException as for [#open]
  public static DecoderConfig config(Path directory) {
    try (Weights weights = new Weights(directory)) {
      return weights.config;
    }
  }

  /// Reads weights into a model that stands in memory already. Its positions may differ, as no
  /// weight depends on them: so a context is extended.
  ///
  /// @throws CheckpointException as for [#open], or if the model has other sizes or rules
  public static void readInto(Path directory, DecoderModel model) {
    try (Weights weights = new Weights(directory)) {
      if (!weights.config.with(model.config().positions()).equals(model.config())) {
        throw new CheckpointException(
            "%s: expected the model %s, found %s"
                .formatted(directory, model.config(), weights.config));
      }
      weights.readInto(model);
    }
  }

  /// SHA-256 over the names and the bytes of a model's weights.
  ///
  /// @throws CheckpointException if a file cannot be read
  public static String hash(Path directory) {
    try (Weights weights = new Weights(directory)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Safetensors file : weights.files.opened()) {
        digest.update(file.file().getFileName().toString().getBytes(StandardCharsets.UTF_8));
        try (InputStream in = Files.newInputStream(file.file())) {
          byte[] chunk = new byte[1 << 20];
          for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
            digest.update(chunk, 0, read);
          }
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw CheckpointException.of("read", directory, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: every Java platform has it", e);
    }
  }

  /// The opened files of a model and what its configuration says.
  private static final class Weights implements AutoCloseable {
    private final SafetensorsFiles files;
    private final DecoderConfig config;

    Weights(Path directory) {
      DecoderConfig promised = promised(directory);
      files = new SafetensorsFiles(directory);
      config = withoutMissingPredictor(promised, files.names());
      try {
        Plausibility.require(config, files);
      } catch (CheckpointException e) {
        files.close();
        throw e;
      }
    }

    void readInto(DecoderModel model) {
      new WeightReader(files).read(model.weightNames(), Set.of());
    }

    @Override
    public void close() {
      files.close();
    }
  }

  /// Sizes and rules of a model from its configuration alone, without its weights: also of models
  /// whose quantised weights cannot be read.
  ///
  /// @param configFile a `config.json`
  /// @throws CheckpointException if it is missing, damaged or of another architecture
  public static DecoderConfig sizes(Path configFile) {
    return ConfigFile.sizes(configFile);
  }

  /// What `config.json` says.
  static DecoderConfig promised(Path directory) {
    return ConfigFile.read(directory.resolve(CONFIG));
  }

  static DecoderConfig withoutMissingPredictor(DecoderConfig config, Set<String> names) {
    String prefix = "model.layers." + config.layers() + ".";
    return names.stream().anyMatch(name -> name.startsWith(prefix))
        ? config
        : config.withPredictors(0);
  }

  /// How a model is saved.
  ///
  /// @param dtype F32 or BF16
  /// @param shardBytes a file is not made larger than this, if a tensor allows it
  /// @param beginOfText id of the token that begins a text; negative for none
  /// @param endOfText id of the token that ends a text; negative for none
  public record Settings(DType dtype, long shardBytes, int beginOfText, int endOfText) {
    public Settings {
      if (dtype != DType.F32 && dtype != DType.BF16) {
        throw new IllegalArgumentException("model file: expected F32 or BF16, found " + dtype);
      }
    }

    public static Settings of(DType dtype, int beginOfText, int endOfText) {
      return new Settings(dtype, 5L << 30, beginOfText, endOfText);
    }
  }

  /// Writes further files of a model: a tokenizer, a note.
  @FunctionalInterface
  public interface Companion {
    void writeTo(Path directory) throws IOException;
  }

  /// Saves a model: all files, or none.
  ///
  /// @param directory is made; an older model there is replaced, anything else refused
  /// @throws CheckpointException if it cannot be written; what was there stays
  public static void save(
      Path directory, DecoderModel model, Settings settings, Companion companion) {
    Path target = directory.toAbsolutePath();
    if (Files.exists(target) && !isModelOrEmpty(target)) {
      throw new CheckpointException(
          directory
              + ": expected a model or an empty directory to write to, found other files; choose"
              + " another");
    }
    Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
    try {
      delete(temporary);
      Files.createDirectories(temporary);
      write(temporary, model, settings);
      companion.writeTo(temporary);
      AtomicFile.syncDirectory(temporary);
      replace(temporary, target);
    } catch (IOException e) {
      deleteAfter(temporary, e);
      throw CheckpointException.of("write", directory, e);
    } catch (RuntimeException e) {
      deleteAfter(temporary, e);
      throw e;
    }
  }

  /// Which models have a form in these files: to be asked before the work, not after it.
  ///
  /// @throws CheckpointException if this one has none
  public static void requireWritable(DecoderConfig config) {
    ConfigWriter.requireWritable(config);
  }

  private static boolean isModelOrEmpty(Path target) {
    if (Files.exists(target.resolve(CONFIG))) {
      return true;
    }
    try (var files = Files.list(target)) {
      return files.findAny().isEmpty();
    } catch (IOException e) {
      throw CheckpointException.of("read", target, e);
    }
  }

  private static void replace(Path temporary, Path target) throws IOException {
    Path old = target.resolveSibling("." + target.getFileName() + ".old");
    delete(old);
    if (Files.exists(target)) {
      Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    AtomicFile.syncDirectory(target.resolveSibling("."));
    delete(old);
  }

  private static void write(Path directory, DecoderModel model, Settings settings) {
    List<List<SafetensorsWriter.Source>> shards = shards(model.weightNames(), settings);
    Map<String, String> metadata = Map.of("format", "pt");
    if (shards.size() == 1) {
      SafetensorsWriter.write(directory.resolve(WEIGHTS), shards.getFirst(), metadata);
    } else {
      ObjectNode index = JsonMapper.shared().createObjectNode();
      long total = shards.stream().flatMap(List::stream).mapToLong(s -> s.bytes()).sum();
      index.putObject("metadata").put("total_size", total);
      ObjectNode map = index.putObject("weight_map");
      for (int i = 0; i < shards.size(); i++) {
        String name = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
        shards.get(i).forEach(source -> map.put(source.name(), name));
        SafetensorsWriter.write(directory.resolve(name), shards.get(i), metadata);
      }
      writeJson(directory.resolve(INDEX), index);
    }
    ObjectNode generation = JsonMapper.shared().createObjectNode();
    generation.put("_from_model_config", true);
    if (settings.beginOfText >= 0) {
      generation.put("bos_token_id", settings.beginOfText);
    }
    if (settings.endOfText >= 0) {
      generation.put("eos_token_id", settings.endOfText);
    }
    writeJson(directory.resolve("generation_config.json"), generation);
    AtomicFile.write(
        directory.resolve(CONFIG),
        ConfigWriter.write(model.config(), settings.dtype, settings.beginOfText, settings.endOfText)
            .getBytes(StandardCharsets.UTF_8));
  }

  private static void writeJson(Path file, ObjectNode json) {
    String text = JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json);
    AtomicFile.write(file, (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static List<List<SafetensorsWriter.Source>> shards(
      List<WeightName> table, Settings settings) {
    List<List<SafetensorsWriter.Source>> shards = new ArrayList<>();
    long bytes = Long.MAX_VALUE / 2;
    for (WeightName weight : table) {
      if (weight.role() == WeightName.Role.SPARE) {
        continue;
      }
      SafetensorsWriter.Source source =
          new SafetensorsWriter.Source(
              weight.name(),
              isRouterBias(weight) ? DType.F32 : settings.dtype,
              weight.shape(),
              weight.parts().stream().map(WeightName.Part::view).toList());
      if (bytes + source.bytes() > settings.shardBytes) {
        shards.add(new ArrayList<>());
        bytes = 0;
      }
      shards.getLast().add(source);
      bytes += source.bytes();
    }
    return shards;
  }

  /// The one tensor that the releases keep in F32: it moves by steps smaller than BF16 can hold.
  private static boolean isRouterBias(WeightName weight) {
    return weight.name().endsWith(".e_score_correction_bias");
  }

  private static void deleteAfter(Path temporary, Exception cause) {
    try {
      delete(temporary);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException fault)
              throws IOException {
            if (fault != null) {
              throw fault;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
