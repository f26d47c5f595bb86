package dev.minke.checkpoint;

import dev.minke.model.WeightName;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.model.decoder.TinyConfigs;
import dev.minke.nn.StoredParameters;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Hugging Face directories of tiny models as JSON trees, which a test edits before it writes them:
/// a key is a file, and a safetensors file is its tensors' types and shapes.
final class TinyDirectories {
  /// Data of tensors: in every type a number between 0 and 2.
  static final byte DATA = 0x3F;

  private static final Map<String, Integer> BITS =
      Map.of("F32", 32, "BF16", 16, "F16", 16, "F64", 64, "F8_E4M3", 8, "F8_E8M0", 8, "F4", 4);

  /// A file is not made larger, whatever its header says.
  private static final long MOST_BYTES = 1 << 20;

  private static final List<String> FP8 =
      List.of("q_b_proj.weight", "kv_b_proj.weight", "o_proj.weight", "down_proj.weight");

  private TinyDirectories() {}

  /// All of them by name.
  static Map<String, ObjectNode> all() {
    Map<String, ObjectNode> all = new TreeMap<>();
    for (DecoderConfig config : TinyConfigs.all()) {
      String name = config.architecture().modelType();
      name += all.containsKey(name) ? "_lite" : "";
      all.put(name, directory(config));
    }
    DecoderConfig v3 =
        TinyConfigs.all().stream()
            .filter(config -> config.architecture() == Architecture.DEEPSEEK_V3)
            .findFirst()
            .orElseThrow();
    all.put("fp8", fp8(directory(v3)));
    all.put("sharded", sharded(directory(v3)));
    return all;
  }

  private static ObjectNode directory(DecoderConfig config) {
    ObjectNode root = JsonMapper.shared().createObjectNode();
    root.set(
        "config.json", JsonMapper.shared().readTree(ConfigWriter.write(config, DType.F32, 0, 1)));
    ObjectNode tensors = root.putObject("model.safetensors");
    try (StoredParameters source = new StoredParameters()) {
      for (WeightName weight : DecoderModel.of(source, config).weightNames()) {
        if (weight.role() == WeightName.Role.OWN) {
          tensor(tensors, weight.name(), "F32", weight.shape());
        }
      }
    }
    return root;
  }

  private static ObjectNode tensor(ObjectNode tensors, String name, String dtype, Shape shape) {
    ObjectNode tensor = tensors.putObject(name).put("dtype", dtype);
    ArrayNode sizes = tensor.putArray("shape");
    for (int axis = 0; axis < shape.rank(); axis++) {
      sizes.add(shape.size(axis));
    }
    return tensor;
  }

  private static ObjectNode fp8(ObjectNode root) {
    ObjectNode quantisation =
        ((ObjectNode) root.get("config.json")).putObject("quantization_config");
    quantisation.put("quant_method", "fp8").put("fmt", "e4m3");
    quantisation.putArray("weight_block_size").add(128).add(128);
    ObjectNode tensors = (ObjectNode) root.get("model.safetensors");
    for (String name : List.copyOf(tensors.propertyNames())) {
      if (FP8.stream().anyMatch(name::endsWith)) {
        ((ObjectNode) tensors.get(name)).put("dtype", "F8_E4M3");
        tensor(tensors, name + "_scale_inv", "F32", Shape.of(1, 1));
      }
    }
    return root;
  }

  private static ObjectNode sharded(ObjectNode root) {
    ObjectNode tensors = (ObjectNode) root.remove("model.safetensors");
    ObjectNode index = root.putObject("model.safetensors.index.json").putObject("weight_map");
    List<String> shards = List.of("first.safetensors", "second.safetensors");
    shards.forEach(root::putObject);
    for (Map.Entry<String, JsonNode> tensor : tensors.properties()) {
      String shard = shards.get(index.size() % 2);
      ((ObjectNode) root.get(shard)).set(tensor.getKey(), tensor.getValue());
      index.put(tensor.getKey(), shard);
    }
    return root;
  }

  /// Writes a directory; what was there before goes.
  static void write(ObjectNode root, Path directory) throws IOException {
    try (Stream<Path> old = Files.list(directory)) {
      for (Path file : old.toList()) {
        Files.delete(file);
      }
    }
    for (Map.Entry<String, JsonNode> file : root.properties()) {
      if (file.getKey().matches("[a-z_][a-z_.]{0,60}")) {
        byte[] bytes =
            file.getKey().endsWith(".safetensors") && file.getValue().isObject()
                ? safetensors((ObjectNode) file.getValue())
                : file.getValue().toString().getBytes(StandardCharsets.UTF_8);
        Files.write(directory.resolve(file.getKey()), bytes);
      }
    }
  }

  /// A file whose tensors follow each other, where they do not say otherwise.
  static byte[] safetensors(ObjectNode tensors) {
    long next = 0;
    ObjectNode header = tensors.deepCopy();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (entry.getValue() instanceof ObjectNode tensor
          && tensor.has("shape")
          && !tensor.has("data_offsets")) {
        long bytes = bytes(tensor);
        tensor.putArray("data_offsets").add(next).add(next + bytes);
        next += bytes;
      }
    }
    byte[] head = HostileSeeds.header(header.toString(), (int) Math.clamp(next, 0, MOST_BYTES));
    Arrays.fill(head, head.length - (int) Math.clamp(next, 0, MOST_BYTES), head.length, DATA);
    return head;
  }

  private static long bytes(ObjectNode tensor) {
    long elements = 1;
    for (JsonNode size : tensor.path("shape")) {
      elements *= size.asLong(1);
    }
    return elements * BITS.getOrDefault(tensor.path("dtype").asString(""), 8) / 8;
  }
}
