package dev.minke.checkpoint;

import dev.minke.TinyTokenizers;
import dev.minke.model.WeightName;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.model.decoder.TinyConfigs;
import dev.minke.nn.StoredParameters;
import dev.minke.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// GGUF files of tiny models as JSON trees, which a test edits before it writes them: a key of the
/// metadata is a type and a value, a tensor its type and its shape, the fastest axis first.
final class TinyGgufs {
  private static final int MOST_BYTES = 1 << 20;

  private TinyGgufs() {}

  /// All of them by name.
  static Map<String, ObjectNode> all() {
    Map<String, ObjectNode> all = new TreeMap<>();
    for (DecoderConfig config : TinyConfigs.all()) {
      if (config.architecture() != Architecture.DEEPSEEK) {
        String name = config.architecture().modelType();
        all.put(all.containsKey(name) ? name + "_lite" : name, model(config));
      }
    }
    return all;
  }

  private static ObjectNode model(DecoderConfig config) {
    ObjectNode root = JsonMapper.shared().createObjectNode();
    Metadata metadata = new Metadata(root.putObject("metadata"), config.architecture().ggufName());
    metadata.sizes(config);
    metadata.tokenizer(config.tiedHead());
    ObjectNode tensors = root.putObject("tensors");
    try (StoredParameters source = new StoredParameters()) {
      DecoderModel model = DecoderModel.of(source, config);
      for (WeightName weight : model.ggufNames(Set.of())) {
        if (weight.role() == WeightName.Role.OWN) {
          tensor(tensors, weight.name(), weight.shape());
        }
      }
    }
    if (config.architecture() == Architecture.QWEN2) {
      tensor(tensors, "rope_freqs.weight", Shape.of(config.attention().ropeDim() / 2));
    }
    return root;
  }

  private static void tensor(ObjectNode tensors, String name, Shape shape) {
    ArrayNode sizes = tensors.putArray(name).add("F32").addArray();
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      sizes.add(shape.size(axis));
    }
  }

  /// What a file says of a model.
  private record Metadata(ObjectNode node, String architecture) {
    private void whole(String key, int value) {
      node.putArray(architecture + "." + key).add("U32").add(value);
    }

    private void real(String key, double value) {
      node.putArray(architecture + "." + key).add("F32").add(value);
    }

    private void text(String key, String value) {
      node.putArray(key).add("TEXT").add(value);
    }

    void sizes(DecoderConfig config) {
      text("general.architecture", architecture);
      whole("block_count", config.layers() + config.predictors());
      whole("nextn_predict_layers", config.predictors());
      whole("embedding_length", config.dim());
      whole("feed_forward_length", config.denseHidden());
      whole("context_length", config.positions().maxLength());
      real("rope.freq_base", config.positions().base());
      real("attention.layer_norm_rms_epsilon", config.normEpsilon());
      whole("attention.head_count", config.attention().heads());
      whole("rope.dimension_count", config.attention().ropeDim());
      whole("attention.key_length", config.attention().keyDim());
      whole("attention.value_length", config.attention().valueDim());
      switch (config.attention()) {
        case DecoderConfig.Grouped grouped -> whole("attention.head_count_kv", grouped.keyHeads());
        case DecoderConfig.Latent latent -> {
          whole("attention.q_lora_rank", latent.queryRank());
          whole("attention.kv_lora_rank", latent.latentDim());
        }
      }
      whole("leading_dense_block_count", config.denseLayers());
      experts(config.experts());
      if (config.positions().scaling() != null) {
        text(architecture + ".rope.scaling.type", "yarn");
        real("rope.scaling.factor", 4);
        whole("rope.scaling.original_context_length", 64);
        real("rope.scaling.yarn_log_multiplier", 0.1);
      }
    }

    private void experts(DecoderConfig.Experts experts) {
      if (experts.count() > 0) {
        whole("expert_count", experts.count());
        whole("expert_shared_count", experts.shared());
        whole("expert_feed_forward_length", experts.hidden());
        whole("expert_used_count", experts.rule().activeExperts());
        whole("expert_group_count", experts.rule().groups());
        whole("expert_group_used_count", experts.rule().activeGroups());
        whole("expert_gating_func", experts.rule().groupTopTwo() ? 2 : 1);
      }
    }

    void tokenizer(boolean piecewise) {
      List<String> tokens = piecewise ? TinyTokenizers.pieces() : TinyTokenizers.byteLetters();
      text("tokenizer.ggml.model", piecewise ? "llama" : "gpt2");
      text("tokenizer.ggml.pre", "deepseek-v3");
      ArrayNode texts = node.putArray("tokenizer.ggml.tokens").add("TEXTS").addArray();
      ArrayNode types = node.putArray("tokenizer.ggml.token_type").add("I32S").addArray();
      ArrayNode scores = node.putArray("tokenizer.ggml.scores").add("F32S").addArray();
      for (int id = 0; id < tokens.size(); id++) {
        texts.add(tokens.get(id));
        types.add(!piecewise || id > 258 ? 1 : id > 2 ? 6 : 3);
        scores.add(-id);
      }
      texts.add("<x>");
      types.add(3);
      scores.add(0);
      node.putArray("tokenizer.ggml.merges").add("TEXTS").addArray();
      node.putArray("tokenizer.ggml.bos_token_id").add("U32").add(tokens.size());
      node.putArray("tokenizer.ggml.add_bos_token").add("BOOL").add(true);
    }
  }

  /// The bytes of a file: its header, and data for as many tensors as fit.
  static byte[] bytes(ObjectNode root) {
    Map<String, GgufValue> metadata = new TreeMap<>();
    root.path("metadata")
        .forEachEntry((key, value) -> {
          GgufValue known = value(value.path(0).asString(""), value.path(1));
          if (known != null) {
            metadata.put(key, known);
          }
        });
    GgufOutput out = new GgufOutput();
    out.int32(GgufHeader.MAGIC);
    out.int32(3);
    out.int64(root.path("tensors").size());
    out.int64(metadata.size());
    metadata.forEach((key, value) -> {
      out.text(key);
      out.typed(value);
    });
    long offset = 0;
    for (Map.Entry<String, JsonNode> tensor : root.path("tensors").properties()) {
      GgmlType type = type(tensor.getValue().path(0).asString(""));
      JsonNode shape = tensor.getValue().path(1);
      out.text(tensor.getKey());
      out.int32(shape.size());
      long elements = 1;
      for (JsonNode size : shape) {
        out.int64(size.asLong(0));
        elements *= size.asLong(0);
      }
      out.int32(type.number());
      out.int64(tensor.getValue().path(2).asLong(offset));
      offset += Math.ceilDiv(elements / type.blockElements() * type.blockBytes(), 32L) * 32;
    }
    int header = Math.ceilDiv(out.bytes().length, 32) * 32;
    int data = (int) Math.clamp(offset, 0, MOST_BYTES);
    byte[] file = Arrays.copyOf(out.bytes(), header + data);
    Arrays.fill(file, header, header + data, TinyDirectories.DATA);
    return file;
  }

  private static GgmlType type(String name) {
    return Arrays.stream(GgmlType.values())
        .filter(type -> type.name().equals(name))
        .findFirst()
        .orElse(GgmlType.F32);
  }

  private static @org.jspecify.annotations.Nullable GgufValue value(String type, JsonNode value) {
    return switch (type) {
      case "U32", "I32", "U64", "I64", "U8", "I8", "U16", "I16" ->
          new GgufValue.Whole(GgufType.valueOf(type), value.asLong(0));
      case "F32", "F64" ->
          new GgufValue.Real(
              GgufType.valueOf(type),
              value.isString() ? real(value.stringValue()) : value.asDouble(0));
      case "BOOL" -> new GgufValue.Flag(value.asBoolean(false));
      case "TEXT" -> new GgufValue.Text(value.asString(""));
      case "TEXTS" ->
          new GgufValue.Texts(value.valueStream().map(text -> text.asString("")).toList());
      case "I32S" ->
          GgufValue.Numbers.of(value.valueStream().mapToInt(one -> one.asInt(0)).toArray());
      case "F32S" -> {
        float[] numbers = new float[value.size()];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = (float) value.path(i).asDouble(Double.NaN);
        }
        yield GgufValue.Numbers.of(numbers);
      }
      default -> null;
    };
  }

  /// JSON has no such numbers.
  private static double real(String text) {
    return switch (text) {
      case "infinity" -> Double.POSITIVE_INFINITY;
      default -> Double.NaN;
    };
  }
}
