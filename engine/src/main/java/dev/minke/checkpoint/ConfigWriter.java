package dev.minke.checkpoint;

import dev.minke.kernel.Rotation;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderConfig.Experts;
import dev.minke.model.decoder.DecoderConfig.Grouped;
import dev.minke.model.decoder.DecoderConfig.Latent;
import dev.minke.model.decoder.DecoderConfig.Positions;
import dev.minke.tensor.DType;
import java.math.BigDecimal;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Writes `config.json` in the dialect of the releases.
final class ConfigWriter {
  private ConfigWriter() {}

  /// The configuration as text.
  ///
  /// @param beginOfText id, or negative for none
  /// @param endOfText id, or negative for none
  static String write(DecoderConfig config, DType dtype, int beginOfText, int endOfText) {
    requireWritable(config);
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.putArray("architectures").add(config.architecture().className());
    json.put("model_type", config.architecture().modelType());
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
    writeAttention(config, json);
    writePositions(config.positions(), json);
    switch (config.architecture()) {
      case LLAMA, QWEN2, QWEN3 -> {}
      case QWEN3_MOE -> writeQwenExperts(config.experts(), json);
      case DEEPSEEK, DEEPSEEK_V2, DEEPSEEK_V3 -> writeDeepSeekExperts(config, json);
    }
    json.put("hidden_act", "silu");
    json.put("rms_norm_eps", decimal(config.normEpsilon()));
    json.put("tie_word_embeddings", config.tiedHead());
    json.put("torch_dtype", dtype == DType.BF16 ? "bfloat16" : "float32");
    return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
  }

  /// As short as reads back to the same F32.
  private static BigDecimal decimal(float value) {
    return new BigDecimal(Float.toString(value));
  }

  /// Which models have a form in files.
  ///
  /// @throws CheckpointException if this one has none
  static void requireWritable(DecoderConfig config) {
    Architecture architecture = config.architecture();
    Architecture.Kind kind =
        switch (config.attention()) {
          case Grouped _ -> Architecture.Kind.GROUPED;
          case Latent _ -> Architecture.Kind.LATENT;
        };
    require(architecture, "attention", kind, architecture.attention());
    require(architecture, "scaling of positions", isKnown(config), true);
    boolean mixture = config.experts().count() > 0;
    switch (architecture) {
      case LLAMA, QWEN2, QWEN3 -> require(architecture, "experts", config.experts().count(), 0);
      case QWEN3_MOE -> {
        require(architecture, "layers without experts", config.denseLayers(), 0);
        require(architecture, "shared experts", config.experts().shared(), 0);
        require(architecture, "groups of experts", config.experts().rule().groups(), 1);
      }
      case DEEPSEEK, DEEPSEEK_V2, DEEPSEEK_V3 -> {}
    }
    if (mixture) {
      ScoreFunction score =
          architecture.routerBias() ? ScoreFunction.SIGMOID : ScoreFunction.SOFTMAX;
      require(architecture, "scores", config.experts().rule().score(), score);
    }
  }

  /// Files of models with latent attention know no scaling but YaRN.
  private static boolean isKnown(DecoderConfig config) {
    Rotation.Scaling scaling = config.positions().scaling();
    return (config.attention() instanceof Grouped && !(scaling instanceof Rotation.Divided))
        || scaling == null
        || scaling instanceof Rotation.Yarn;
  }

  private static <T> void require(Architecture architecture, String subject, T found, T expected) {
    if (!found.equals(expected)) {
      throw new CheckpointException(
          "model: Hugging Face's files of %s: expected %s of %s, found %s"
              .formatted(architecture.modelType(), subject, expected, found));
    }
  }

  private static void writeAttention(DecoderConfig config, ObjectNode json) {
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
    switch (positions.scaling()) {
      case null -> json.putNull("rope_scaling");
      case Rotation.Yarn yarn ->
          json.putObject("rope_scaling")
              .put("type", "yarn")
              .put("factor", yarn.factor())
              .put("original_max_position_embeddings", yarn.originalLength())
              .put("beta_fast", yarn.betaFast())
              .put("beta_slow", yarn.betaSlow())
              .put("mscale", yarn.mscale())
              .put("mscale_all_dim", yarn.mscaleAllDim());
      case Rotation.Llama3 llama ->
          json.putObject("rope_scaling")
              .put("rope_type", "llama3")
              .put("factor", llama.factor())
              .put("original_max_position_embeddings", llama.originalLength())
              .put("low_freq_factor", llama.lowFactor())
              .put("high_freq_factor", llama.highFactor());
      case Rotation.Divided _ ->
          throw new CheckpointException(
              "model: scaling of positions: Hugging Face's files know the settings of a scaling,"
                  + " found divisors of a GGUF file");
      case Rotation.Linear linear ->
          json.putObject("rope_scaling")
              .put("rope_type", "linear")
              .put("factor", linear.interpolation());
    }
  }

  private static void writeQwenExperts(Experts experts, ObjectNode json) {
    json.put("num_experts", experts.count());
    json.put("num_experts_per_tok", experts.rule().activeExperts());
    json.put("moe_intermediate_size", experts.hidden());
    json.put("norm_topk_prob", experts.rule().normalise());
    json.put("decoder_sparse_step", 1);
  }

  private static void writeDeepSeekExperts(DecoderConfig config, ObjectNode json) {
    json.put("first_k_dense_replace", config.denseLayers());
    json.put("moe_layer_freq", 1);
    json.put("num_nextn_predict_layers", config.predictors());
    Experts experts = config.experts();
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
    boolean v3 = config.architecture().routerBias();
    String limited = rule.groups() == 1 ? "greedy" : "group_limited_greedy";
    json.put("topk_method", v3 ? "noaux_tc" : limited);
    json.put("scoring_func", v3 ? "sigmoid" : "softmax");
    json.put("norm_topk_prob", rule.normalise());
    json.put("routed_scaling_factor", decimal(rule.scale()));
  }
}
