package dev.minke.model.decoder;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/// The registry: one line for each architecture, with its names in files and what goes without
/// saying there. Sizes are in [DecoderConfig].
public enum Architecture {
  //          model_type     architectures           GGUF         attention     bias   norms  router
  /// Llama 2 and 3, and DeepSeek LLM.
  LLAMA("llama", "LlamaForCausalLM", "llama", Kind.GROUPED, false, false, false),
  /// Qwen2 and Qwen2.5: most R1 distills.
  QWEN2("qwen2", "Qwen2ForCausalLM", "qwen2", Kind.GROUPED, true, false, false),
  /// Qwen3.
  QWEN3("qwen3", "Qwen3ForCausalLM", "qwen3", Kind.GROUPED, false, true, false),
  /// Qwen3 with experts.
  QWEN3_MOE("qwen3_moe", "Qwen3MoeForCausalLM", "qwen3moe", Kind.GROUPED, false, true, false),
  /// DeepSeekMoE, before latent attention.
  DEEPSEEK("deepseek", "DeepseekForCausalLM", "deepseek", Kind.GROUPED, false, false, false),
  /// DeepSeek-V2 and V2-Lite.
  DEEPSEEK_V2(
      "deepseek_v2", "DeepseekV2ForCausalLM", "deepseek2", Kind.LATENT, false, false, false),
  /// DeepSeek-V3, V3.1 and R1.
  DEEPSEEK_V3("deepseek_v3", "DeepseekV3ForCausalLM", "deepseek2", Kind.LATENT, false, false, true);

  /// Kinds of attention.
  public enum Kind {
    /// Grouped-query or multi-head attention.
    GROUPED,
    /// Multi-head latent attention.
    LATENT
  }

  private final String modelType;
  private final String className;
  private final String ggufName;
  private final Kind attention;
  private final boolean biased;
  private final boolean headNorms;
  private final boolean routerBias;

  Architecture(
      String modelType,
      String className,
      String ggufName,
      Kind attention,
      boolean biased,
      boolean headNorms,
      boolean routerBias) {
    this.modelType = modelType;
    this.className = className;
    this.ggufName = ggufName;
    this.attention = attention;
    this.biased = biased;
    this.headNorms = headNorms;
    this.routerBias = routerBias;
  }

  /// Whether GGUF files have rotary pairs side by side; Hugging Face's have them half a head apart,
  /// but for latent attention.
  public boolean ggufTurned() {
    return this == LLAMA || this == DEEPSEEK || attention == Kind.LATENT;
  }

  /// The architecture that a `config.json` names.
  public static Optional<Architecture> ofModelType(String modelType) {
    return Arrays.stream(values()).filter(one -> one.modelType.equals(modelType)).findFirst();
  }

  /// All names that [#ofModelType] knows.
  public static String modelTypes() {
    return Arrays.stream(values()).map(Architecture::modelType).collect(Collectors.joining(", "));
  }

  /// `model_type` of `config.json`: `deepseek_v3`.
  public String modelType() {
    return modelType;
  }

  /// The class in `architectures` of `config.json`.
  public String className() {
    return className;
  }

  /// `general.architecture` of GGUF files.
  public String ggufName() {
    return ggufName;
  }

  /// The kind of attention that its files have.
  public Kind attention() {
    return attention;
  }

  /// Whether queries, keys and values have a bias.
  public boolean biased() {
    return biased;
  }

  /// Whether each head of queries and of keys is normalised.
  public boolean headNorms() {
    return headNorms;
  }

  /// Whether the router has a bias for the choice of experts alone (DeepSeek-V3 §2.1.2).
  public boolean routerBias() {
    return routerBias;
  }
}
