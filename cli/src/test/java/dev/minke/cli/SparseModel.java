package dev.minke.cli;

import dev.minke.checkpoint.GgmlType;
import dev.minke.checkpoint.GgufValue;
import dev.minke.checkpoint.GgufWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Files as large as DeepSeek-V3's that take next to no room: headers, and holes for the data.
final class SparseModel {
  private static final int DIM = 7168;
  private static final int HEADS = 128;
  private static final int LATENT = 512;
  private static final int EXPERTS = 256;
  private static final int EXPERT_HIDDEN = 2048;
  private static final int VOCABULARY = 129_280;
  private static final int LAYERS = 61;
  private static final int DENSE = 3;
  private static final long SHARD_BYTES = 4_300_000_000L;

  static final String CONFIG =
      """
      {"architectures": ["DeepseekV3ForCausalLM"], "model_type": "deepseek_v3", "vocab_size": 129280, "hidden_size": 7168,
       "intermediate_size": 18432, "moe_intermediate_size": 2048, "num_hidden_layers": 61, "first_k_dense_replace": 3,
       "num_attention_heads": 128, "num_key_value_heads": 128, "n_routed_experts": 256, "n_shared_experts": 1,
       "num_experts_per_tok": 8, "n_group": 8, "topk_group": 4, "topk_method": "noaux_tc", "scoring_func": "sigmoid",
       "norm_topk_prob": true, "routed_scaling_factor": 2.5, "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128,
       "qk_rope_head_dim": 64, "v_head_dim": 128, "max_position_embeddings": 163840, "rope_theta": 10000,
       "num_nextn_predict_layers": 1, "rope_scaling": {"type": "yarn", "factor": 40, "original_max_position_embeddings": 4096,
       "beta_fast": 32, "beta_slow": 1, "mscale": 1.0, "mscale_all_dim": 1.0},
       "quantization_config": {"quant_method": "fp8", "fmt": "e4m3", "weight_block_size": [128, 128]}}
      """;

  private final List<Map<String, String>> shards = new ArrayList<>();
  private final List<Long> shardBytes = new ArrayList<>();

  private SparseModel() {}

  /// A directory in FP8 with its scales and the predictor's layer, 91,991 tensors.
  static Path directory(Path directory) throws IOException {
    Files.createDirectories(directory);
    SparseModel model = new SparseModel();
    model.plain("model.embed_tokens.weight", VOCABULARY, DIM);
    for (int layer = 0; layer <= LAYERS; layer++) {
      model.block("model.layers." + layer, layer < DENSE);
    }
    String predictor = "model.layers." + LAYERS;
    model.plain(predictor + ".embed_tokens.weight", VOCABULARY, DIM);
    model.plain(predictor + ".enorm.weight", DIM);
    model.plain(predictor + ".hnorm.weight", DIM);
    model.plain(predictor + ".eh_proj.weight", DIM, 2 * DIM);
    model.plain(predictor + ".shared_head.norm.weight", DIM);
    model.plain(predictor + ".shared_head.head.weight", VOCABULARY, DIM);
    model.plain("model.norm.weight", DIM);
    model.plain("lm_head.weight", VOCABULARY, DIM);
    model.write(directory);
    Files.writeString(directory.resolve("config.json"), CONFIG);
    Files.writeString(directory.resolve("tokenizer.json"), tokenizer());
    Files.writeString(
        directory.resolve("README.md"), "---\nlicense: mit\nlibrary_name: transformers\n---\n");
    Files.writeString(
        directory.resolve("generation_config.json"), "{\"temperature\": 0.6, \"top_p\": 0.95}");
    return directory;
  }

  private void block(String name, boolean isDense) {
    plain(name + ".input_layernorm.weight", DIM);
    String attention = name + ".self_attn.";
    quantised(attention + "q_a_proj.weight", 1536, DIM);
    plain(attention + "q_a_layernorm.weight", 1536);
    quantised(attention + "q_b_proj.weight", HEADS * 192, 1536);
    quantised(attention + "kv_a_proj_with_mqa.weight", LATENT + 64, DIM);
    plain(attention + "kv_a_layernorm.weight", LATENT);
    quantised(attention + "kv_b_proj.weight", HEADS * 256, LATENT);
    quantised(attention + "o_proj.weight", DIM, HEADS * 128);
    plain(name + ".post_attention_layernorm.weight", DIM);
    if (isDense) {
      feedForward(name + ".mlp", 18_432);
      return;
    }
    plain(name + ".mlp.gate.weight", EXPERTS, DIM);
    add(name + ".mlp.gate.e_score_correction_bias", "F32", 4, EXPERTS);
    for (int expert = 0; expert < EXPERTS; expert++) {
      feedForward(name + ".mlp.experts." + expert, EXPERT_HIDDEN);
    }
    feedForward(name + ".mlp.shared_experts", EXPERT_HIDDEN);
  }

  private void feedForward(String name, int hidden) {
    quantised(name + ".gate_proj.weight", hidden, DIM);
    quantised(name + ".up_proj.weight", hidden, DIM);
    quantised(name + ".down_proj.weight", DIM, hidden);
  }

  private void plain(String name, int... shape) {
    add(name, "BF16", 2, shape);
  }

  private void quantised(String name, int out, int in) {
    add(name, "F8_E4M3", 1, out, in);
    add(name + "_scale_inv", "F32", 4, (out + 127) / 128, (in + 127) / 128);
  }

  private void add(String name, String type, int width, int... shape) {
    long bytes = width;
    for (int size : shape) {
      bytes *= size;
    }
    if (shards.isEmpty() || shardBytes.getLast() + bytes > SHARD_BYTES) {
      shards.add(new LinkedHashMap<>());
      shardBytes.add(0L);
    }
    long begin = shardBytes.removeLast();
    shardBytes.add(begin + bytes);
    String sizes = IntStream.of(shape).mapToObj(Integer::toString).collect(Collectors.joining(","));
    shards
        .getLast()
        .put(
            name,
            "{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
                .formatted(type, sizes, begin, begin + bytes));
  }

  private void write(Path directory) throws IOException {
    StringBuilder index = new StringBuilder("{\"metadata\": {}, \"weight_map\": {");
    for (int i = 0; i < shards.size(); i++) {
      String file = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
      shards
          .get(i)
          .forEach((name, entry) -> {
            header.append(",\"").append(name).append("\":").append(entry);
            index.append(index.charAt(index.length() - 1) == '{' ? "\n" : ",\n");
            index.append("    \"").append(name).append("\": \"").append(file).append('"');
          });
      byte[] bytes = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
      try (FileChannel channel =
          FileChannel.open(
              directory.resolve(file), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        channel.write(
            ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, bytes.length));
        channel.write(ByteBuffer.wrap(bytes));
        channel.write(ByteBuffer.allocate(1), 8 + bytes.length + shardBytes.get(i) - 1);
      }
    }
    Files.writeString(
        directory.resolve("model.safetensors.index.json"), index.append("\n}}").toString());
  }

  private static String tokenizer() {
    return """
    {"added_tokens": [{"id": 128815, "content": "<end>"}],
     "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split"}, {"type": "ByteLevel"}]},
     "model": {"type": "BPE", "vocab": {%s}, "merges": [%s]}}
    """
        .formatted(
            IntStream.range(0, 128_000)
                .mapToObj(id -> "\"token%d\": %d".formatted(id, id))
                .collect(Collectors.joining(",\n")),
            IntStream.range(0, 127_741)
                .mapToObj("\"left%1$d right%1$d\""::formatted)
                .collect(Collectors.joining(",\n")));
  }

  /// The same model as one GGUF file in Q4_K, without the predictor.
  static Path gguf(Path file) {
    GgufWriter writer = new GgufWriter();
    writer.put("general.architecture", "deepseek2").put("general.license", "mit");
    writer.put("deepseek2.block_count", LAYERS).put("deepseek2.context_length", 163_840);
    writer.put("deepseek2.embedding_length", DIM).put("deepseek2.feed_forward_length", 18_432);
    writer.put("deepseek2.attention.head_count", HEADS);
    writer.put("deepseek2.attention.layer_norm_rms_epsilon", 1e-6f);
    writer.put("deepseek2.leading_dense_block_count", DENSE);
    writer.put("deepseek2.attention.q_lora_rank", 1536);
    writer.put("deepseek2.attention.kv_lora_rank", LATENT);
    writer.put("deepseek2.attention.key_length", LATENT + 64);
    writer.put("deepseek2.attention.value_length", LATENT);
    writer.put("deepseek2.attention.key_length_mla", 192);
    writer.put("deepseek2.attention.value_length_mla", 128);
    writer.put("deepseek2.rope.dimension_count", 64);
    writer.put("deepseek2.rope.scaling.type", "yarn").put("deepseek2.rope.scaling.factor", 40f);
    writer.put("deepseek2.rope.scaling.original_context_length", 4096);
    writer.put("deepseek2.rope.scaling.yarn_log_multiplier", 0.1f);
    writer.put("deepseek2.expert_count", EXPERTS).put("deepseek2.expert_used_count", 8);
    writer.put("deepseek2.expert_shared_count", 1).put("deepseek2.expert_gating_func", 2);
    writer.put("deepseek2.expert_feed_forward_length", EXPERT_HIDDEN);
    writer.put("deepseek2.expert_weights_scale", 2.5f).put("deepseek2.expert_weights_norm", true);
    writer.put("tokenizer.ggml.model", "gpt2").put("tokenizer.ggml.pre", "deepseek-v3");
    writer.put("tokenizer.ggml.tokens", texts(VOCABULARY, "token%d"));
    writer.put("tokenizer.ggml.token_type", GgufValue.Numbers.of(new int[VOCABULARY]));
    writer.put("tokenizer.ggml.merges", texts(127_741, "left%1$d right%1$d"));
    writer.put("tokenizer.chat_template", "{% for m in messages %}<｜User｜>{{ m }}{% endfor %}");
    put(writer, "token_embd.weight", GgmlType.Q4_K, DIM, VOCABULARY);
    put(writer, "output_norm.weight", GgmlType.F32, DIM);
    put(writer, "output.weight", GgmlType.Q6_K, DIM, VOCABULARY);
    for (int layer = 0; layer < LAYERS; layer++) {
      block(writer, "blk." + layer + ".", layer < DENSE);
    }
    writer.write(file);
    return file;
  }

  private static GgufValue texts(int count, String format) {
    return new GgufValue.Texts(IntStream.range(0, count).mapToObj(format::formatted).toList());
  }

  private static void block(GgufWriter writer, String name, boolean isDense) {
    put(writer, name + "attn_norm.weight", GgmlType.F32, DIM);
    put(writer, name + "attn_q_a.weight", GgmlType.Q4_K, DIM, 1536);
    put(writer, name + "attn_q_a_norm.weight", GgmlType.F32, 1536);
    put(writer, name + "attn_q_b.weight", GgmlType.Q4_K, 1536, HEADS * 192);
    put(writer, name + "attn_kv_a_mqa.weight", GgmlType.Q4_K, DIM, LATENT + 64);
    put(writer, name + "attn_kv_a_norm.weight", GgmlType.F32, LATENT);
    put(writer, name + "attn_k_b.weight", GgmlType.Q8_0, 128, LATENT, HEADS);
    put(writer, name + "attn_v_b.weight", GgmlType.Q8_0, LATENT, 128, HEADS);
    put(writer, name + "attn_output.weight", GgmlType.Q4_K, HEADS * 128, DIM);
    put(writer, name + "ffn_norm.weight", GgmlType.F32, DIM);
    if (isDense) {
      put(writer, name + "ffn_gate.weight", GgmlType.Q4_K, DIM, 18_432);
      put(writer, name + "ffn_up.weight", GgmlType.Q4_K, DIM, 18_432);
      put(writer, name + "ffn_down.weight", GgmlType.Q6_K, 18_432, DIM);
      return;
    }
    put(writer, name + "ffn_gate_inp.weight", GgmlType.F32, DIM, EXPERTS);
    put(writer, name + "exp_probs_b.bias", GgmlType.F32, EXPERTS);
    for (String kind : List.of("gate", "up")) {
      put(writer, name + "ffn_" + kind + "_exps.weight", GgmlType.Q4_K, DIM, 2048, EXPERTS);
      put(writer, name + "ffn_" + kind + "_shexp.weight", GgmlType.Q4_K, DIM, 2048);
    }
    put(writer, name + "ffn_down_exps.weight", GgmlType.Q6_K, 2048, DIM, EXPERTS);
    put(writer, name + "ffn_down_shexp.weight", GgmlType.Q6_K, 2048, DIM);
  }

  /// A hole and its last byte.
  private static void put(GgufWriter writer, String name, GgmlType type, long... shape) {
    List<Long> sizes = java.util.Arrays.stream(shape).boxed().toList();
    long elements = sizes.stream().reduce(1L, (a, b) -> a * b);
    long bytes = elements / type.blockElements() * type.blockBytes();
    writer.tensor(
        name,
        type,
        sizes,
        channel -> {
          FileChannel file = (FileChannel) channel;
          file.position(file.position() + bytes - 1);
          file.write(ByteBuffer.allocate(1));
        });
  }
}
