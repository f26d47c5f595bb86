package dev.minke.checkpoint;

import dev.minke.kernel.Rotation;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.model.deepseek.DeepSeekConfig;
import dev.minke.model.deepseek.DeepSeekConfig.Experts;
import dev.minke.model.deepseek.DeepSeekConfig.Generation;
import dev.minke.model.deepseek.DeepSeekConfig.Grouped;
import dev.minke.model.deepseek.DeepSeekConfig.Latent;
import dev.minke.model.deepseek.DeepSeekConfig.Positions;
import dev.minke.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `config.json` of `llama`, `deepseek`, `deepseek_v2` and `deepseek_v3`, in the dialect of the
/// releases and in that of transformers 5.
///
/// What would change the computation and is not understood is refused by name, never approximated.
final class DeepSeekConfigFile {
  /// Keys of architectures that look like these and compute something else.
  private static final List<String> FOREIGN =
      List.of("index_topk", "index_n_heads", "index_head_dim", "sliding_window", "compress_ratios");

  private static final Set<String> POSITION_TYPES = Set.of("default", "yarn");

  private final JsonNode json;
  private final Path file;

  private DeepSeekConfigFile(JsonNode json, Path file) {
    this.json = json;
    this.file = file;
  }

  /// @throws CheckpointException if the text is no such configuration
  static DeepSeekConfig read(String text, Path file) {
    return read(text, file, json -> json);
  }

  /// The same, whatever the format of the weights.
  static DeepSeekConfig sizes(String text, Path file) {
    return read(
        text,
        file,
        json -> json instanceof ObjectNode object ? object.without("quantization_config") : json);
  }

  private static DeepSeekConfig read(String text, Path file, UnaryOperator<JsonNode> wanted) {
    try {
      JsonNode json = wanted.apply(JsonMapper.shared().readTree(text));
      return new DeepSeekConfigFile(json, file).config();
    } catch (JacksonException e) {
      throw new CheckpointException(
          file + ": expected JSON, found a fault: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file + ": " + e.getMessage(), e);
    }
  }

  private DeepSeekConfig config() {
    Generation generation = generation();
    refuseWhatIsForeign();
    return new DeepSeekConfig(
        generation,
        integer("vocab_size"),
        integer("hidden_size"),
        integer("intermediate_size"),
        integer("num_hidden_layers"),
        integer("first_k_dense_replace", 0),
        generation == Generation.V1 ? grouped() : latent(),
        positions(),
        experts(generation),
        integer("num_nextn_predict_layers", 0),
        (float) number(json, "rms_norm_eps", 1e-6));
  }

  private Latent latent() {
    return new Latent(
        integer("num_attention_heads"),
        json.path("q_lora_rank").isNumber() ? integer("q_lora_rank") : 0,
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
        integer("head_dim", integer("hidden_size") / heads));
  }

  private Generation generation() {
    String type = text("model_type", "");
    return switch (type) {
      case "llama", "deepseek" -> Generation.V1;
      case "deepseek_v2" -> Generation.V2;
      case "deepseek_v3" -> Generation.V3;
      default -> throw fault("model_type", "llama, deepseek, deepseek_v2 or deepseek_v3", type);
    };
  }

  private void refuseWhatIsForeign() {
    for (String key : FOREIGN) {
      if (json.has(key) && !json.get(key).isNull()) {
        throw fault(key, "no such key in this family", json.get(key).toString());
      }
    }
    if (json.has("quantization_config")) {
      throw fault(
          "quantization_config", "F32, F16 or BF16 weights", text("quantization_config", "it"));
    }
    expect("hidden_act", text("hidden_act", "silu"), "silu");
    expect("attention_bias", json.path("attention_bias").asBoolean(false), false);
    expect("tie_word_embeddings", json.path("tie_word_embeddings").asBoolean(false), false);
    expect("moe_layer_freq", integer("moe_layer_freq", 1), 1);
    expect("mlp_bias", json.path("mlp_bias").asBoolean(false), false);
    expect("rope_interleave", json.path("rope_interleave").asBoolean(true), true);
  }

  private Positions positions() {
    JsonNode scaling = json.path("rope_scaling");
    JsonNode rope = scaling.isObject() ? scaling : json.path("rope_parameters");
    double base =
        rope.has("rope_theta")
            ? number(rope, "rope_theta", 10000)
            : number(json, "rope_theta", 10000);
    return new Positions(integer("max_position_embeddings"), base, yarn(rope));
  }

  private Rotation.@Nullable Yarn yarn(JsonNode rope) {
    String type = rope.path("rope_type").asString(rope.path("type").asString("default"));
    if (!POSITION_TYPES.contains(type)) {
      throw fault("rope_scaling.type", "default or yarn", type);
    }
    if (type.equals("default")) {
      return null;
    }
    return new Rotation.Yarn(
        required(rope, "factor"),
        (int) required(rope, "original_max_position_embeddings"),
        number(rope, "beta_fast", 32),
        number(rope, "beta_slow", 1),
        number(rope, "mscale", 1),
        number(rope, "mscale_all_dim", 0));
  }

  private Experts experts(Generation generation) {
    if (!json.path("n_routed_experts").isNumber()) {
      return new Experts(0, 0, 0, new RouterRule(ScoreFunction.SOFTMAX, 1, 1, 1, false, false, 1));
    }
    boolean v3 = generation == Generation.V3;
    String method = text("topk_method", v3 ? "noaux_tc" : "greedy");
    String expected = v3 ? "noaux_tc" : "greedy or group_limited_greedy";
    if (v3 != method.equals("noaux_tc")
        || (!v3 && !method.equals("greedy") && !method.equals("group_limited_greedy"))) {
      throw fault("topk_method", expected, method);
    }
    String score = v3 ? "sigmoid" : "softmax";
    expect("scoring_func", text("scoring_func", score), score);
    boolean normalise = json.path("norm_topk_prob").asBoolean(v3);
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
    return value.isString() ? value.stringValue() : otherwise;
  }

  private int integer(String key) {
    JsonNode value = json.path(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw new CheckpointException(
          "%s: %s: expected an integer, found %s"
              .formatted(file, key, value.isMissingNode() ? "nothing" : value));
    }
    return value.intValue();
  }

  private int integer(String key, int otherwise) {
    JsonNode value = json.path(key);
    return value.isMissingNode() || value.isNull() ? otherwise : integer(key);
  }

  private double required(JsonNode node, String key) {
    if (!node.path(key).isNumber()) {
      throw new CheckpointException(
          "%s: rope_scaling.%s: expected a number, found %s".formatted(file, key, node.path(key)));
    }
    return node.path(key).doubleValue();
  }

  private static double number(JsonNode node, String key, double otherwise) {
    JsonNode value = node.path(key);
    return value.isNumber() ? value.doubleValue() : otherwise;
  }

  /// The configuration in the dialect of the releases.
  ///
  /// @param beginOfText id, or negative for none
  /// @param endOfText id, or negative for none
  static String write(DeepSeekConfig config, DType dtype, int beginOfText, int endOfText) {
    requireWritable(config);
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.putArray("architectures").add(architecture(config));
    json.put("model_type", type(config));
    if (beginOfText >= 0) {
      json.put("bos_token_id", beginOfText);
    }
    if (endOfText >= 0) {
      json.put("eos_token_id", endOfText);
    }
    json.put("vocab_size", config.vocab());
    json.put("hidden_size", config.dim());
    json.put("intermediate_size", config.denseHidden());
    json.put("num_hidden_layers", config.layers());
    json.put("first_k_dense_replace", config.denseLayers());
    json.put("moe_layer_freq", 1);
    json.put("num_nextn_predict_layers", config.predictors());
    writeAttention(config, json);
    writePositions(config.positions(), json);
    writeExperts(config.experts(), config.generation() == Generation.V3, json);
    json.put("hidden_act", "silu");
    json.put("rms_norm_eps", new java.math.BigDecimal(Float.toString(config.normEpsilon())));
    json.put("tie_word_embeddings", false);
    json.put("torch_dtype", dtype == DType.BF16 ? "bfloat16" : "float32");
    return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
  }

  /// Which models have a form in files.
  ///
  /// @throws CheckpointException if this one has none
  static void requireWritable(DeepSeekConfig config) {
    boolean grouped = config.attention() instanceof Grouped;
    boolean v1 = config.generation() == Generation.V1;
    boolean softmax =
        config.experts().count() == 0 || config.experts().rule().score() == ScoreFunction.SOFTMAX;
    if (grouped != v1 || (v1 && !softmax)) {
      throw new CheckpointException(
          "model: expected a kind that Hugging Face's files know (V1 with grouped-query attention and softmax scores, V2 or V3 with latent attention), found %s with %s attention"
              .formatted(config.generation(), grouped ? "grouped-query" : "latent"));
    }
  }

  private static String architecture(DeepSeekConfig config) {
    return switch (type(config)) {
      case "llama" -> "LlamaForCausalLM";
      case "deepseek" -> "DeepseekForCausalLM";
      case "deepseek_v2" -> "DeepseekV2ForCausalLM";
      default -> "DeepseekV3ForCausalLM";
    };
  }

  private static String type(DeepSeekConfig config) {
    return switch (config.generation()) {
      case V1 -> config.experts().count() == 0 ? "llama" : "deepseek";
      case V2 -> "deepseek_v2";
      case V3 -> "deepseek_v3";
    };
  }

  private static void writeAttention(DeepSeekConfig config, ObjectNode json) {
    json.put("attention_bias", false);
    json.put("num_attention_heads", config.attention().heads());
    switch (config.attention()) {
      case Grouped a -> {
        json.put("num_key_value_heads", a.keyHeads());
        json.put("head_dim", a.headDim());
      }
      case Latent a -> {
        json.put("num_key_value_heads", a.heads());
        if (a.queryRank() == 0) {
          json.putNull("q_lora_rank");
        } else {
          json.put("q_lora_rank", a.queryRank());
        }
        json.put("kv_lora_rank", a.latentDim());
        json.put("qk_nope_head_dim", a.nopeDim());
        json.put("qk_rope_head_dim", a.ropeDim());
        json.put("v_head_dim", a.valueDim());
      }
    }
  }

  private static void writePositions(Positions positions, ObjectNode json) {
    json.put("max_position_embeddings", positions.maxLength());
    json.put("rope_theta", positions.base());
    Rotation.Yarn yarn = positions.yarn();
    if (yarn == null) {
      json.putNull("rope_scaling");
      return;
    }
    ObjectNode scaling = json.putObject("rope_scaling");
    scaling.put("type", "yarn");
    scaling.put("factor", yarn.factor());
    scaling.put("original_max_position_embeddings", yarn.originalLength());
    scaling.put("beta_fast", yarn.betaFast());
    scaling.put("beta_slow", yarn.betaSlow());
    scaling.put("mscale", yarn.mscale());
    scaling.put("mscale_all_dim", yarn.mscaleAllDim());
  }

  private static void writeExperts(Experts experts, boolean v3, ObjectNode json) {
    if (experts.count() == 0) {
      json.putNull("n_routed_experts");
      return;
    }
    RouterRule rule = experts.rule();
    json.put("n_routed_experts", experts.count());
    if (experts.shared() == 0) {
      json.putNull("n_shared_experts");
    } else {
      json.put("n_shared_experts", experts.shared());
    }
    json.put("num_experts_per_tok", rule.activeExperts());
    json.put("moe_intermediate_size", experts.hidden());
    json.put("n_group", rule.groups());
    json.put("topk_group", rule.activeGroups());
    String limited = rule.groups() == 1 ? "greedy" : "group_limited_greedy";
    json.put("topk_method", v3 ? "noaux_tc" : limited);
    json.put("scoring_func", v3 ? "sigmoid" : "softmax");
    json.put("norm_topk_prob", rule.normalise());
    json.put("routed_scaling_factor", new java.math.BigDecimal(Float.toString(rule.scale())));
  }
}
