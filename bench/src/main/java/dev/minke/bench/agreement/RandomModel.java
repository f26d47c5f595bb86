package dev.minke.bench.agreement;

import dev.minke.checkpoint.GgufValue;
import dev.minke.checkpoint.GgufWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// A small model with random weights whose distributions look like those of a trained one: logits
/// have a deviation of 2 to 3, attention has favourites, and some channels of the activations are
/// several times larger than the others, which is what makes rounding them hard.
///
/// Rows are multiples of 256 where the formats of such blocks are to apply; the V2 kinds have heads
/// of 128, as the released models have, where llama.cpp falls back to smaller blocks. Weights are a
/// function of their name, so both generations of a file hold the same.
final class RandomModel {
  private static final int DIM = 256;
  private static final int VOCAB = 1024;
  private static final int LAYERS = 3;
  private static final int HEADS = 4;
  private static final int KEY_HEADS = 2;
  private static final int HIDDEN = 768;
  private static final int EXPERTS = 16;
  private static final int ACTIVE = 4;
  private static final int EXPERT_HIDDEN = 256;
  private static final int LATENT = 256;
  private static final int ROPE = 64;
  private static final int BYTES_OF_LETTERS = 256;

  /// Deviation of the head's weights: a 16th of what logits have.
  private static final double HEAD = 0.15;

  /// One channel in so many is large.
  private static final int LARGE_EACH = 128;

  private static final float LARGE = 4;

  private final Kind kind;
  private final ModelFile file = new ModelFile();

  private RandomModel(Kind kind) {
    this.kind = kind;
  }

  /// @param kind any but the trained one
  static ModelFile of(Kind kind) {
    RandomModel model = new RandomModel(kind);
    model.facts();
    model.tokenizer();
    model.matrix("token_embd", kind == Kind.QWEN3 ? HEAD : 1, DIM, VOCAB);
    for (int layer = 0; layer < LAYERS; layer++) {
      model.block("blk." + layer + ".", layer);
    }
    model.gains("output_norm", DIM, 0, 1);
    if (kind != Kind.QWEN3) {
      model.matrix("output", HEAD, DIM, VOCAB);
    }
    return model.file;
  }

  private int headDim() {
    return kind == Kind.QWEN3 || kind == Kind.QWEN3_MOE ? 128 : DIM / HEADS;
  }

  private int nope() {
    return kind.isV3() ? 256 : 128;
  }

  private int valueDim() {
    return kind.isV3() ? 128 : 64;
  }

  private int queryRank() {
    return kind.isV3() ? 256 : 0;
  }

  private int sharedExperts() {
    return kind.isV3() ? 1 : 2;
  }

  private boolean isMixture(int layer) {
    return kind == Kind.QWEN3_MOE || (kind.isLatent() && layer > 0);
  }

  private String architecture() {
    return kind.isLatent() ? "deepseek2" : kind.title();
  }

  private void facts() {
    String a = architecture() + ".";
    file.facts()
        .put("general.architecture", architecture())
        .put("general.name", "random weights, " + kind.title())
        .put(a + "block_count", LAYERS)
        .put(a + "context_length", 4096)
        .put(a + "embedding_length", DIM)
        .put(a + "feed_forward_length", HIDDEN)
        .put(a + "attention.head_count", HEADS)
        .put(a + "attention.layer_norm_rms_epsilon", 1e-6f)
        .put(a + "rope.freq_base", 10_000f)
        .put(a + "vocab_size", VOCAB);
    if (kind.isLatent()) {
      latentFacts(a);
    } else {
      file.facts()
          .put(a + "attention.head_count_kv", KEY_HEADS)
          .put(a + "attention.key_length", headDim())
          .put(a + "attention.value_length", headDim())
          .put(a + "rope.dimension_count", headDim());
    }
    if (kind.isLatent() || kind == Kind.QWEN3_MOE) {
      file.facts()
          .put(a + "expert_count", EXPERTS)
          .put(a + "expert_used_count", ACTIVE)
          .put(a + "expert_feed_forward_length", EXPERT_HIDDEN);
    }
  }

  private void latentFacts(String a) {
    int key = nope() + ROPE;
    GgufWriter facts = file.facts();
    if (kind.isOldGeneration()) {
      facts
          .put(a + "attention.head_count_kv", HEADS)
          .put(a + "attention.key_length", key)
          .put(a + "attention.value_length", valueDim());
    } else {
      facts
          .put(a + "attention.head_count_kv", 1)
          .put(a + "attention.key_length", LATENT + ROPE)
          .put(a + "attention.value_length", LATENT)
          .put(a + "attention.key_length_mla", key)
          .put(a + "attention.value_length_mla", valueDim());
    }
    facts
        .put(a + "attention.kv_lora_rank", LATENT)
        .put(a + "attention.q_lora_rank", queryRank())
        .put(a + "leading_dense_block_count", 1)
        .put(a + "expert_shared_count", sharedExperts())
        .put(a + "expert_weights_scale", kind.isV3() ? 2.5f : 1f)
        .put(a + "expert_weights_norm", kind.isV3())
        .put(a + "expert_gating_func", kind.isV3() ? 2 : 1)
        .put(a + "rope.dimension_count", ROPE)
        .put(a + "rope.scaling.type", "yarn")
        .put(a + "rope.scaling.factor", 40f)
        .put(a + "rope.scaling.original_context_length", 4096)
        .put(a + "rope.scaling.yarn_log_multiplier", kind.isV3() ? 0.1f : 0.0707f);
    if (kind.isV3() || kind == Kind.V2_GROUPS) {
      facts.put(a + "expert_group_count", 4).put(a + "expert_group_used_count", 2);
    }
  }

  /// A token for each byte; the others never come.
  private void tokenizer() {
    List<String> tokens = new ArrayList<>();
    int next = BYTES_OF_LETTERS;
    for (int b = 0; b < BYTES_OF_LETTERS; b++) {
      boolean printed = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      tokens.add(Character.toString(printed ? b : next++));
    }
    int[] types = new int[VOCAB];
    for (int id = 0; id < VOCAB; id++) {
      types[id] = id < BYTES_OF_LETTERS ? 1 : 3;
      if (id >= BYTES_OF_LETTERS) {
        tokens.add("<unused " + id + ">");
      }
    }
    String a = "tokenizer.ggml.";
    file.facts()
        .put(a + "model", "gpt2")
        .put(a + "pre", "gpt-2")
        .put(a + "tokens", new GgufValue.Texts(tokens))
        .put(a + "token_type", GgufValue.Numbers.of(types))
        .put(a + "merges", new GgufValue.Texts(List.of()))
        .put(a + "bos_token_id", BYTES_OF_LETTERS)
        .put(a + "eos_token_id", BYTES_OF_LETTERS + 1)
        .put(a + "add_bos_token", kind == Kind.LLAMA || kind.isLatent());
  }

  private void block(String b, int layer) {
    gains(b + "attn_norm", DIM, 0.4, LARGE);
    if (kind.isLatent()) {
      latentAttention(b);
    } else {
      groupedAttention(b);
    }
    gains(b + "ffn_norm", DIM, 0.4, LARGE);
    if (isMixture(layer)) {
      mixture(b);
    } else {
      feedForward(b, "", HIDDEN);
    }
  }

  private void groupedAttention(String b) {
    int width = headDim();
    projection(b + "attn_q", 1.2, DIM, HEADS * width);
    projection(b + "attn_k", 1.2, DIM, KEY_HEADS * width);
    projection(b + "attn_v", 1, DIM, KEY_HEADS * width);
    projection(b + "attn_output", 1, HEADS * width, DIM);
    if (kind == Kind.QWEN2) {
      normal(b + "attn_q.bias", 0.5, HEADS * width);
      normal(b + "attn_k.bias", 0.5, KEY_HEADS * width);
      normal(b + "attn_v.bias", 0.1, KEY_HEADS * width);
    }
    if (kind == Kind.QWEN3 || kind == Kind.QWEN3_MOE) {
      gains(b + "attn_q_norm", width, 0.2, 1);
      gains(b + "attn_k_norm", width, 0.2, 1);
    }
    if (kind == Kind.LLAMA && b.equals("blk.0.")) {
      float[] divisors = new float[width / 2];
      for (int i = 0; i < divisors.length; i++) {
        divisors[i] = 1 + 7f * Math.max(0, i - divisors.length / 2) / divisors.length;
      }
      file.tensor("rope_freqs.weight", divisors, divisors.length);
    }
  }

  private void latentAttention(String b) {
    int key = nope() + ROPE;
    if (queryRank() > 0) {
      projection(b + "attn_q_a", 1, DIM, queryRank());
      gains(b + "attn_q_a_norm", queryRank(), 0.2, 1);
      projection(b + "attn_q_b", 1.2, queryRank(), HEADS * key);
    } else {
      projection(b + "attn_q", 1.2, DIM, HEADS * key);
    }
    projection(b + "attn_kv_a_mqa", 1, DIM, LATENT + ROPE);
    gains(b + "attn_kv_a_norm", LATENT, 0.2, 1);
    float[] keys = numbers(b + "keys", 1.2 / Math.sqrt(LATENT), HEADS * nope() * LATENT);
    float[] values = numbers(b + "values", 1 / Math.sqrt(LATENT), HEADS * valueDim() * LATENT);
    if (kind.isOldGeneration()) {
      int rows = HEADS * (nope() + valueDim());
      file.tensor(b + "attn_kv_b.weight", together(keys, values), LATENT, rows);
    } else {
      file.tensor(b + "attn_k_b.weight", turned(keys), nope(), LATENT, HEADS);
      file.tensor(b + "attn_v_b.weight", values, LATENT, valueDim(), HEADS);
    }
    projection(b + "attn_output", 1, HEADS * valueDim(), DIM);
  }

  /// Each head's keys, then its values.
  private float[] together(float[] keys, float[] values) {
    float[] both = new float[keys.length + values.length];
    int keyNumbers = nope() * LATENT;
    int valueNumbers = valueDim() * LATENT;
    for (int head = 0; head < HEADS; head++) {
      int at = head * (keyNumbers + valueNumbers);
      System.arraycopy(keys, head * keyNumbers, both, at, keyNumbers);
      System.arraycopy(values, head * valueNumbers, both, at + keyNumbers, valueNumbers);
    }
    return both;
  }

  /// Rows and columns of each head's keys exchanged.
  private float[] turned(float[] keys) {
    float[] turned = new float[keys.length];
    for (int i = 0; i < keys.length; i++) {
      int head = i / (nope() * LATENT);
      int row = i / LATENT % nope();
      int column = i % LATENT;
      turned[(head * LATENT + column) * nope() + row] = keys[i];
    }
    return turned;
  }

  private void mixture(String b) {
    matrix(b + "ffn_gate_inp", 2 / Math.sqrt(DIM), DIM, EXPERTS);
    if (kind.isV3()) {
      normal(b + "exp_probs_b.bias", 0.1, EXPERTS);
    }
    projection(b + "ffn_gate_exps", 1, DIM, EXPERT_HIDDEN, EXPERTS);
    projection(b + "ffn_up_exps", 1, DIM, EXPERT_HIDDEN, EXPERTS);
    projection(b + "ffn_down_exps", 0.4, EXPERT_HIDDEN, DIM, EXPERTS);
    if (kind.isLatent()) {
      feedForward(b, "_shexp", sharedExperts() * EXPERT_HIDDEN);
    }
  }

  private void feedForward(String b, String which, int hidden) {
    projection(b + "ffn_gate" + which, 1, DIM, hidden);
    projection(b + "ffn_up" + which, 1, DIM, hidden);
    projection(b + "ffn_down" + which, 1, hidden, DIM);
  }

  /// @param gain deviation of its outputs where its inputs have 1
  private void projection(String name, double gain, long... shape) {
    matrix(name, gain / Math.sqrt(shape[0]), shape);
  }

  private void matrix(String name, double deviation, long... shape) {
    normal(name + ".weight", deviation, shape);
  }

  private void normal(String name, double deviation, long... shape) {
    int count = 1;
    for (long size : shape) {
      count *= Math.toIntExact(size);
    }
    file.tensor(name, numbers(name, deviation, count), shape);
  }

  private void gains(String name, int size, double deviation, float large) {
    float[] gains = numbers(name, deviation, size);
    for (int i = 0; i < size; i++) {
      gains[i] = (float) Math.exp(gains[i]) * (i % LARGE_EACH == LARGE_EACH / 4 ? large : 1);
    }
    file.tensor(name + ".weight", gains, size);
  }

  private static float[] numbers(String name, double deviation, int count) {
    SplittableRandom random = new SplittableRandom(name.hashCode());
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) (deviation * random.nextGaussian());
    }
    return numbers;
  }
}
