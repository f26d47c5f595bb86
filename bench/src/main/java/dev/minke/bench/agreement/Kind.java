package dev.minke.bench.agreement;

/// The models that are compared: an architecture each; of `deepseek2` V2's and V3's, in files of
/// the old generation, one `attn_kv_b`, and of the new one, `attn_k_b` and `attn_v_b`.
enum Kind {
  LLAMA("llama"),
  QWEN2("qwen2"),
  QWEN3("qwen3"),
  QWEN3_MOE("qwen3moe"),
  /// Softmax, no compressed queries, as V2-Lite.
  V2_OLD("v2-old"),
  V2_NEW("v2-new"),
  /// Experts by groups: DeepSeek-V2 scores a group by its best expert.
  V2_GROUPS("v2-groups"),
  /// Sigmoid and bias, experts by groups, compressed queries.
  V3_OLD("v3-old"),
  V3_NEW("v3-new"),
  /// The trained one.
  STORIES("stories260K");

  private final String title;

  Kind(String title) {
    this.title = title;
  }

  /// Its name in tables and results.
  String title() {
    return title;
  }

  boolean isLatent() {
    return this == V2_OLD || this == V2_NEW || this == V2_GROUPS || isV3();
  }

  boolean isV3() {
    return this == V3_OLD || this == V3_NEW;
  }

  /// Whether keys and values lie in one matrix.
  boolean isOldGeneration() {
    return this == V2_OLD || this == V3_OLD;
  }
}
