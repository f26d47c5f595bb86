package dev.minke.checkpoint;

import dev.minke.checkpoint.ModelHeader.Container;
import dev.minke.checkpoint.ModelHeader.Notes;
import dev.minke.checkpoint.ModelHeader.Role;
import dev.minke.checkpoint.ModelHeader.Stored;
import dev.minke.checkpoint.ModelHeader.TypeTotal;
import dev.minke.input.JsonFile;
import dev.minke.input.RegularFile;
import dev.minke.model.decoder.DecoderConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Describes a Hugging Face directory, or its `config.json` alone.
final class DirectoryHeader {
  private static final String CONFIG = "config.json";
  private static final String TEMPLATE = "chat_template";

  private static final List<String> TEMPLATE_FILES =
      List.of("chat_template.json", "tokenizer_config.json");

  /// The longest of a release has a hundredth of it.
  private static final int MOST_TEMPLATE_BYTES = 4 << 20;

  private final Path directory;
  private final List<Path> files = new ArrayList<>();
  private final List<Stored> tensors = new ArrayList<>();
  private final Map<String, Object> metadata = new LinkedHashMap<>();
  private @Nullable DecoderConfig config;
  private @Nullable String refusal;

  DirectoryHeader(Path directory) {
    this.directory = directory;
  }

  /// @throws CheckpointException if it has no configuration, or one of its files is damaged
  ModelHeader read() {
    Path configFile = directory.resolve(CONFIG);
    if (!Files.exists(configFile)) {
      throw new CheckpointException(
          "%s: expected a model (config.json, or a GGUF file that is named), found a directory without"
              .formatted(directory));
    }
    JsonNode json = object(configFile);
    addAll("config", json);
    understand(configFile);
    readWeights();
    Notes notes =
        new Notes(
            contextLength(json),
            ropeScaling(json),
            tokenizer(),
            chatTemplate(),
            Licence.of(directory),
            generation());
    return header(directory, json, notes);
  }

  /// A configuration without anything beside it: sizes are known whatever the weights are.
  static ModelHeader ofConfiguration(Path configFile) {
    DirectoryHeader header = new DirectoryHeader(configFile);
    JsonNode json = object(configFile);
    header.addAll("config", json);
    try {
      header.config = ModelDirectory.sizes(configFile);
    } catch (CheckpointException e) {
      header.refusal = e.getMessage();
    }
    Notes notes = new Notes(contextLength(json), ropeScaling(json), null, null, null, Map.of());
    return header.header(configFile, json, notes);
  }

  private ModelHeader header(Path path, JsonNode json, Notes notes) {
    return new ModelHeader(
        path,
        Container.SAFETENSORS,
        files,
        json.path("model_type").asString(""),
        config,
        refusal,
        tensors,
        TypeTotal.of(tensors),
        notes,
        metadata);
  }

  /// Sizes may be known of a model whose weights are in a format that is not.
  private void understand(Path configFile) {
    try {
      config = ModelDirectory.sizes(configFile);
      config = ModelDirectory.promised(directory);
    } catch (CheckpointException e) {
      refusal = e.getMessage();
    }
  }

  private void readWeights() {
    if (!SafetensorsFiles.areIn(directory)) {
      return;
    }
    try {
      for (String name : SafetensorsFiles.shards(directory)) {
        try (Safetensors file = Safetensors.open(directory.resolve(name))) {
          files.add(file.file());
          file.metadata().forEach((key, text) -> metadata.putIfAbsent("safetensors." + key, text));
          for (Safetensors.Entry entry : file.entries().values()) {
            add(entry);
          }
        }
      }
      if (config != null && !hasLayer(config.layers())) {
        config = config.withPredictors(0);
      }
      refuse(unreadable());
    } catch (CheckpointException e) {
      // What the configuration says holds without them.
      files.clear();
      tensors.clear();
      refuse(e.getMessage());
    }
  }

  private boolean hasLayer(int layer) {
    String prefix = "model.layers." + layer + ".";
    for (Stored one : tensors) {
      if (one.name().startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  /// The first reason stands.
  private void refuse(@Nullable String reason) {
    refusal = refusal == null ? reason : refusal;
  }

  /// Why a type is not read; null if all are. Whether each FP8 tensor has its own scales is seen
  /// when it is read.
  private @Nullable String unreadable() {
    Set<String> read = new HashSet<>(Set.of("F32", "F16", "BF16", "F64"));
    for (Stored one : tensors) {
      if (one.role() == Role.SCALE) {
        read.addAll(List.of("F8_E4M3", "F8_E8M0"));
        break;
      }
    }
    for (Stored one : tensors) {
      if (!read.contains(one.type())) {
        return "%s: tensor %s: expected F32, F16, BF16, F64, or F8_E4M3 with %s%s, found %s"
            .formatted(directory, one.name(), one.name(), Fp8Tensor.SUFFIX, one.type());
      }
    }
    return null;
  }

  private void add(Safetensors.Entry entry) {
    String name = entry.name();
    Role role = Role.WEIGHT;
    if (name.endsWith(Fp8Tensor.SUFFIX)) {
      role = Role.SCALE;
    } else if (name.endsWith(".inv_freq")) {
      role = Role.TABLE;
    }
    long bytes = entry.end() - entry.begin();
    tensors.add(new Stored(name, entry.dtype(), entry.shape(), bytes, role));
  }

  private static @Nullable Long contextLength(JsonNode json) {
    for (String key : List.of("max_position_embeddings", "n_positions", "n_ctx")) {
      if (json.path(key).isIntegralNumber()) {
        return json.path(key).asLong(0);
      }
    }
    return null;
  }

  private static @Nullable String ropeScaling(JsonNode json) {
    JsonNode old = json.path("rope_scaling");
    JsonNode rope = old.isObject() ? old : json.path("rope_parameters");
    String type = rope.path("rope_type").asString(rope.path("type").asString(""));
    return type.isEmpty() || type.equals("default") ? null : type;
  }

  private @Nullable TokenizerHeader tokenizer() {
    Path file = directory.resolve("tokenizer.json");
    return Files.exists(file) ? TokenizerHeader.read(file) : null;
  }

  /// A file of its own goes before what a configuration holds.
  private @Nullable String chatTemplate() {
    Path own = directory.resolve(TEMPLATE + ".jinja");
    if (Files.exists(own)) {
      return text(own);
    }
    for (String name : TEMPLATE_FILES) {
      Path file = directory.resolve(name);
      if (Files.exists(file)) {
        String template = template(object(file).path(TEMPLATE));
        if (template != null) {
          return template;
        }
      }
    }
    return null;
  }

  /// A text, or a list of texts with names.
  private static @Nullable String template(JsonNode node) {
    if (node.isString()) {
      return node.stringValue();
    }
    for (JsonNode one : node) {
      if (one.path("name").asString("").equals("default") && one.path("template").isString()) {
        return one.path("template").stringValue();
      }
    }
    return null;
  }

  private Map<String, Object> generation() {
    Path file = directory.resolve("generation_config.json");
    if (!Files.exists(file)) {
      return Map.of();
    }
    JsonNode json = object(file);
    addAll("generation_config", json);
    Map<String, Object> settings = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      String key = entry.getKey();
      if (!key.startsWith("_")
          && !key.equals("transformers_version")
          && !entry.getValue().isNull()) {
        settings.put(key, plain(entry.getValue()));
      }
    }
    return settings;
  }

  private void addAll(String prefix, JsonNode json) {
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      if (!entry.getValue().isNull()) {
        metadata.put(prefix + "." + entry.getKey(), plain(entry.getValue()));
      }
    }
  }

  private static Object plain(JsonNode node) {
    return JsonMapper.shared().treeToValue(node, Object.class);
  }

  private static String text(Path file) {
    try {
      byte[] bytes = RegularFile.bytes(file, MOST_TEMPLATE_BYTES, "a template");
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw CheckpointException.of("read", file, e);
    }
  }

  private static JsonNode object(Path file) {
    try {
      JsonNode json = JsonFile.read(file);
      if (!json.isObject()) {
        throw new CheckpointException(
            "%s: expected a JSON object, found %s"
                .formatted(file, json.isMissingNode() ? "an empty file" : "something else"));
      }
      return json;
    } catch (IOException e) {
      throw CheckpointException.of("read", file, e);
    } catch (JacksonException e) {
      throw new CheckpointException(
          file + ": expected JSON, found a fault: " + e.getOriginalMessage(), e);
    }
  }
}
