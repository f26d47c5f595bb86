package dev.minke.checkpoint;

import dev.minke.input.JsonFile;
import dev.minke.kernel.Rotation;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderConfig.Experts;
import dev.minke.model.decoder.DecoderConfig.Grouped;
import dev.minke.model.decoder.DecoderConfig.Latent;
import dev.minke.model.decoder.DecoderConfig.Positions;
import dev.minke.model.decoder.DecoderSize;
import dev.minke.quant.Fp8Blocks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `config.json` of every [Architecture], in the dialect of the releases and in that of
/// transformers 5.
///
/// What would change the computation and is not understood is refused by name, never approximated.
final class ConfigFile {
  /// Keys of architectures that look like these and compute something else.
  private static final List<String> FOREIGN =
      List.of("index_topk", "index_n_heads", "index_head_dim", "compress_ratios");

  private static final Experts NO_EXPERTS =
      new Experts(0, 0, 0, new RouterRule(ScoreFunction.SOFTMAX, 1, 1, 1, false, false, 1));

  private final JsonNode json;
  private final Path file;

  private ConfigFile(JsonNode json, Path file) {
    this.json = json;
    this.file = file;
  }

  /// @throws CheckpointException if the file is no such configuration
  static DecoderConfig read(Path file) {
    return read(file, json -> json);
  }

  /// The same, whatever the format of the weights.
  static DecoderConfig sizes(Path file) {
    return read(
        file,
        json -> json instanceof ObjectNode object ? object.without("quantization_config") : json);
  }

  private static DecoderConfig read(Path file, UnaryOperator<JsonNode> wanted) {
    try {
      JsonNode json = wanted.apply(JsonFile.read(file));
      if (!json.isObject()) {
        throw new CheckpointException(
            "%s: expected a JSON object, found %s"
                .formatted(file, json.isMissingNode() ? "an empty file" : json));
      }
      DecoderConfig config = new ConfigFile(json, file).config();
      return new DecoderSize(config).config(); // which refuses what cannot be counted
    } catch (IOException e) {
      throw CheckpointException.of("read", file, e);
    } catch (JacksonException e) {
      throw new CheckpointException(
          file + ": expected JSON, found a fault: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file + ": " + e.getMessage(), e);
    }
  }

  private DecoderConfig config() {
    Architecture architecture = architecture();
    refuseWhatIsForeign();
    int layers = integer("num_hidden_layers");
    Experts experts = experts(architecture);
    return new DecoderConfig(
        architecture,
        integer("vocab_size"),
        integer("hidden_size"),
        integer("intermediate_size"),
        layers,
        experts.count() == 0 ? layers : integer("first_k_dense_replace", 0),
        switch (architecture.attention()) {
          case GROUPED -> grouped();
          case LATENT -> latent();
        },
        positions(),
        experts,
        integer("num_nextn_predict_layers", 0),
        (float) number(json, "rms_norm_eps", 1e-6),
        flag("tie_word_embeddings", false));
  }

  private Latent latent() {
    return new Latent(
        integer("num_attention_heads"),
        integer("q_lora_rank", 0),
        integer("kv_lora_rank"),
        integer("qk_nope_head_dim"),
        integer("qk_rope_head_dim"),
        integer("v_head_dim"));
  }

  private Grouped grouped() {
    int heads = integer("num_attention_heads");
    return new Grouped(
        heads,
        integer("num_key_value_heads", heads),
        integer("head_dim", integer("hidden_size") / Math.max(heads, 1)));
  }

  private Architecture architecture() {
    String type = text("model_type", "");
    return Architecture.ofModelType(type)
        .orElseThrow(() -> fault("model_type", "one of " + Architecture.modelTypes(), type));
  }

  private void refuseWhatIsForeign() {
    for (String key : FOREIGN) {
      if (json.has(key) && !json.get(key).isNull()) {
        throw fault(key, "no such key in this family", json.get(key).toString());
      }
    }
    refuseOtherQuantisation(json.path("quantization_config"));
    expect("hidden_act", text("hidden_act", "silu"), "silu");
    expect("attention_bias", flag("attention_bias", false), false);
    expect("moe_layer_freq", integer("moe_layer_freq", 1), 1);
    expect("mlp_bias", flag("mlp_bias", false), false);
    expect("rope_interleave", flag("rope_interleave", true), true);
    expect("partial_rotary_factor", number(json, "partial_rotary_factor", 1), 1.0);
    refuseWindows();
  }

  /// FP8 in blocks, as DeepSeek released it, is read; what else there is has tensors of other
  /// kinds.
  private void refuseOtherQuantisation(JsonNode quantisation) {
    if (quantisation.isMissingNode() || quantisation.isNull()) {
      return;
    }
    String method = quantisation.path("quant_method").asString("");
    String format = quantisation.path("fmt").asString("e4m3");
    JsonNode block = quantisation.path("weight_block_size");
    boolean isSquare = block.size() == 2 && isSide(block.path(0)) && isSide(block.path(1));
    if (!method.equals("fp8") || !format.equals("e4m3") || !isSquare) {
      throw fault(
          "quantization_config",
          "fp8 as e4m3 in blocks of [128,128]",
          "%s %s %s".formatted(method, format, block));
    }
  }

  private static boolean isSide(JsonNode size) {
    return size.isInt() && size.intValue() == Fp8Blocks.ELEMENTS;
  }

  /// Qwen's files name a window that is not used.
  private void refuseWindows() {
    boolean used = flag("use_sliding_window", !json.has("use_sliding_window"));
    if (used && json.path("sliding_window").isNumber()) {
      throw fault(
          "sliding_window", "attention to all positions", json.get("sliding_window").toString());
    }
    for (JsonNode type : json.path("layer_types")) {
      expect("layer_types", type.asString(""), "full_attention");
    }
  }

  private Positions positions() {
    JsonNode scaling = json.path("rope_scaling");
    if (!scaling.isObject() && !scaling.isNull() && !scaling.isMissingNode()) {
      throw fault("rope_scaling", "an object", scaling.toString());
    }
    JsonNode rope = scaling.isObject() ? scaling : json.path("rope_parameters");
    double base =
        rope.has("rope_theta")
            ? number(rope, "rope_theta", 10000)
            : number(json, "rope_theta", 10000);
    return new Positions(integer("max_position_embeddings"), base, scaling(rope));
  }

  private Rotation.@Nullable Scaling scaling(JsonNode rope) {
    String type = rope.path("rope_type").asString(rope.path("type").asString("default"));
    return switch (type) {
      case "default" -> null;
      case "yarn" -> yarn(rope);
      case "llama3" ->
          new Rotation.Llama3(
              required(rope, "factor"),
              originalLength(rope),
              required(rope, "low_freq_factor"),
              required(rope, "high_freq_factor"));
      case "linear" -> new Rotation.Linear(required(rope, "factor"));
      default -> throw fault("rope_scaling.type", "default, yarn, llama3 or linear", type);
    };
  }

  private Rotation.Yarn yarn(JsonNode rope) {
    for (String key : List.of("attention_factor", "truncate")) {
      if (rope.has(key) && !rope.get(key).isNull() && !rope.get(key).asBoolean(false)) {
        throw fault("rope_scaling." + key, "no such key", rope.get(key).toString());
      }
    }
    return new Rotation.Yarn(
        required(rope, "factor"),
        originalLength(rope),
        number(rope, "beta_fast", 32),
        number(rope, "beta_slow", 1),
        number(rope, "mscale", 1),
        number(rope, "mscale_all_dim", 0));
  }

  private Experts experts(Architecture architecture) {
    return switch (architecture) {
      case LLAMA, QWEN2, QWEN3 -> NO_EXPERTS;
      case QWEN3_MOE -> qwenExperts();
      case DEEPSEEK, DEEPSEEK_V2, DEEPSEEK_V3 ->
          integer("n_routed_experts", 0) == 0
              ? NO_EXPERTS
              : deepSeekExperts(architecture.routerBias());
    };
  }

  private Experts qwenExperts() {
    expect("decoder_sparse_step", integer("decoder_sparse_step", 1), 1);
    expect("mlp_only_layers", json.path("mlp_only_layers").size(), 0);
    RouterRule rule =
        new RouterRule(
            ScoreFunction.SOFTMAX,
            integer("num_experts_per_tok"),
            1,
            1,
            false,
            flag("norm_topk_prob", false),
            1);
    String count = json.has("num_experts") ? "num_experts" : "num_local_experts";
    return new Experts(integer(count), 0, integer("moe_intermediate_size"), rule);
  }

  private Experts deepSeekExperts(boolean v3) {
    String method = text("topk_method", v3 ? "noaux_tc" : "greedy");
    String expected = v3 ? "noaux_tc" : "greedy or group_limited_greedy";
    if (v3 != method.equals("noaux_tc")
        || (!v3 && !method.equals("greedy") && !method.equals("group_limited_greedy"))) {
      throw fault("topk_method", expected, method);
    }
    String score = v3 ? "sigmoid" : "softmax";
    expect("scoring_func", text("scoring_func", score), score);
    boolean normalise = flag("norm_topk_prob", v3);
    if (!v3) {
      expect("norm_topk_prob", normalise, false);
    }
    boolean grouped = !method.equals("greedy");
    RouterRule rule =
        new RouterRule(
            v3 ? ScoreFunction.SIGMOID : ScoreFunction.SOFTMAX,
            integer("num_experts_per_tok"),
            grouped ? integer("n_group", 1) : 1,
            grouped ? integer("topk_group", 1) : 1,
            v3,
            normalise,
            (float) number(json, "routed_scaling_factor", 1));
    return new Experts(
        integer("n_routed_experts"),
        integer("n_shared_experts", 0),
        integer("moe_intermediate_size"),
        rule);
  }

  private <T> void expect(String key, T found, T expected) {
    if (!found.equals(expected)) {
      throw fault(key, expected.toString(), found.toString());
    }
  }

  private CheckpointException fault(String key, String expected, String found) {
    return new CheckpointException(
        "%s: %s: expected %s, found '%s'; this model is not supported"
            .formatted(file, key, expected, found));
  }

  private String text(String key, String otherwise) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isString()) {
      throw mistyped(key, "a string", value);
    }
    return value.stringValue();
  }

  private boolean flag(String key, boolean otherwise) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      throw mistyped(key, "true or false", value);
    }
    return value.booleanValue();
  }

  private int integer(String key) {
    JsonNode value = json.path(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw mistyped(key, "an integer", value);
    }
    return value.intValue();
  }

  private int integer(String key, int otherwise) {
    JsonNode value = json.path(key);
    return value.isMissingNode() || value.isNull() ? otherwise : integer(key);
  }

  private double required(JsonNode node, String key) {
    if (!node.path(key).isNumber()) {
      throw mistyped("rope_scaling." + key, "a number", node.path(key));
    }
    return node.path(key).doubleValue();
  }

  private int originalLength(JsonNode rope) {
    String key = "original_max_position_embeddings";
    double length = required(rope, key);
    if (length != Math.rint(length) || length < 1 || length > Integer.MAX_VALUE) {
      throw mistyped("rope_scaling." + key, "a whole number above 0", rope.path(key));
    }
    return (int) length;
  }

  private double number(JsonNode node, String key, double otherwise) {
    JsonNode value = node.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isNumber()) {
      throw mistyped(key, "a number", value);
    }
    return value.doubleValue();
  }

  private CheckpointException mistyped(String key, String expected, JsonNode found) {
    return new CheckpointException(
        "%s: %s: expected %s, found %s"
            .formatted(file, key, expected, found.isMissingNode() ? "nothing" : found));
  }
}
