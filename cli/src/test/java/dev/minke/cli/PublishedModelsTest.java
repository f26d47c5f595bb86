package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// DeepSeek's releases, counted from their configurations alone.
class PublishedModelsTest {
  private static final String V2 =
      """
      {"architectures": ["DeepseekV2ForCausalLM"], "model_type": "deepseek_v2", "vocab_size": 102400, "hidden_size": %d,
       "intermediate_size": %d, "moe_intermediate_size": %d, "num_hidden_layers": %d, "first_k_dense_replace": 1,
       "num_attention_heads": %d, "num_key_value_heads": %d, "n_routed_experts": %d, "n_shared_experts": 2,
       "num_experts_per_tok": 6, "n_group": %d, "topk_group": %d, "topk_method": "%s", "scoring_func": "softmax",
       "norm_topk_prob": false, "routed_scaling_factor": %s, "q_lora_rank": %s, "kv_lora_rank": 512, "qk_nope_head_dim": 128,
       "qk_rope_head_dim": 64, "v_head_dim": 128, "max_position_embeddings": 163840, "rope_theta": 10000, "rms_norm_eps": 1e-06,
       "rope_scaling": {"type": "yarn", "factor": 40, "original_max_position_embeddings": 4096, "beta_fast": 32, "beta_slow": 1,
       "mscale": 0.707, "mscale_all_dim": 0.707}, "tie_word_embeddings": false, "torch_dtype": "bfloat16"}
      """;

  @TempDir private Path directory;

  private JsonNode shown(String config) throws IOException {
    Path file = Files.writeString(directory.resolve("config.json"), config);
    return JsonMapper.shared().readTree(Run.of("show", file, "--json").succeeded());
  }

  private void counts(String config, long total, long active, long cacheNumbers)
      throws IOException {
    JsonNode json = shown(config);
    assertThat(json.path("parameters").longValue()).isEqualTo(total);
    assertThat(json.path("activeParameters").longValue()).isEqualTo(active);
    assertThat(json.path("cacheNumbersPerToken").longValue()).isEqualTo(cacheNumbers);
  }

  @Test
  void version3() throws IOException {
    counts(SparseModel.CONFIG, 671_026_419_200L, 37_552_297_472L, 35_136);
    assertThat(shown(SparseModel.CONFIG).path("predictorParameters").longValue())
        .isEqualTo(11_610_068_224L);
  }

  @Test
  void version2() throws IOException {
    String config =
        V2.formatted(
            5120, 12_288, 1536, 60, 128, 128, 160, 8, 3, "group_limited_greedy", "16.0", "1536");
    counts(config, 235_741_434_880L, 21_375_800_320L, 34_560);
  }

  @Test
  void version2Lite() throws IOException {
    String config = V2.formatted(2048, 10_944, 1408, 27, 16, 16, 64, 1, 1, "greedy", "1.0", "null");
    counts(config, 15_706_484_224L, 2_661_150_208L, 15_552);
  }

  /// Llama's and Qwen's files as R1 was distilled into them.
  @ParameterizedTest
  @CsvSource({
    "Qwen-1.5B, qwen2, 1536,  8960, 28, 12, 2, 151936, 10000,  1e-06,  1777088000",
    "Qwen-7B,   qwen2, 3584, 18944, 28, 28, 4, 152064, 10000,  1e-06,  7615616512",
    "Llama-8B,  llama, 4096, 14336, 32, 32, 8, 128256, 500000, 1e-05,  8030261248",
    "Qwen-14B,  qwen2, 5120, 13824, 48, 40, 8, 152064, 1e6,    1e-05, 14770033664",
    "Qwen-32B,  qwen2, 5120, 27648, 64, 40, 8, 152064, 1e6,    1e-05, 32763876352",
    "Llama-70B, llama, 8192, 28672, 80, 64, 8, 128256, 500000, 1e-05, 70553706496"
  })
  void distills(
      String name,
      String type,
      int dim,
      int hidden,
      int layers,
      int heads,
      int keyHeads,
      int vocabulary,
      String base,
      String epsilon,
      long total)
      throws IOException {
    String scaling =
        """
        "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
         "original_max_position_embeddings": 8192}, "attention_bias": false,\
        """;
    String config =
        """
        {"_name_or_path": "DeepSeek-R1-Distill-%s", "model_type": "%s", "hidden_size": %d, "intermediate_size": %d,
         "num_hidden_layers": %d, "num_attention_heads": %d, "num_key_value_heads": %d, "vocab_size": %d, "rope_theta": %s,
         %s "rms_norm_eps": %s, "hidden_act": "silu", "max_position_embeddings": 131072, "tie_word_embeddings": false}
        """
            .formatted(
                name,
                type,
                dim,
                hidden,
                layers,
                heads,
                keyHeads,
                vocabulary,
                base,
                type.equals("llama") ? scaling : "",
                epsilon);
    counts(config, total, total, 2L * layers * keyHeads * 128);
  }
}
