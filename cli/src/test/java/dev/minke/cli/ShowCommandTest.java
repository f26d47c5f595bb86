package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ShowCommandTest {
  @TempDir private Path directory;

  /// The sizes of DeepSeek-V3's own file, quantised weights included.
  private Path published() throws IOException {
    return Files.writeString(
        directory.resolve("config.json"),
        """
        {"model_type": "deepseek_v3", "vocab_size": 129280, "hidden_size": 7168, "intermediate_size": 18432,
         "moe_intermediate_size": 2048, "num_hidden_layers": 61, "first_k_dense_replace": 3, "num_attention_heads": 128,
         "num_key_value_heads": 128, "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8, "n_group": 8,
         "topk_group": 4, "topk_method": "noaux_tc", "scoring_func": "sigmoid", "norm_topk_prob": true,
         "routed_scaling_factor": 2.5, "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128,
         "qk_rope_head_dim": 64, "v_head_dim": 128, "max_position_embeddings": 163840, "rope_theta": 10000,
         "num_nextn_predict_layers": 1, "quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}}
        """);
  }

  private static JsonNode json(Object... arguments) {
    return JsonMapper.shared().readTree(Run.of(arguments).succeeded());
  }

  @Test
  void theLargestReleaseIsCountedWithoutItsWeights() throws IOException {
    for (Path subject : new Path[] {published(), directory}) {
      JsonNode facts = json("show", subject, "--json");
      assertThat(facts.path("parameters").longValue()).isEqualTo(671_026_419_200L);
      assertThat(facts.path("activeParameters").longValue()).isEqualTo(37_552_297_472L);
      assertThat(facts.path("cacheBytesPerToken").longValue()).isEqualTo(4L * 61 * 576);
      long sum = 0;
      for (JsonNode part : facts.path("parametersByPart")) {
        sum += part.longValue();
      }
      assertThat(sum).isEqualTo(671_026_419_200L);
    }
    assertThat(Run.of("show", directory).succeeded())
        .contains("671,026,419,200", "37,552,297,472", "11,610,068,224", "8 of 256 experts");
  }

  @Test
  void aRecipeIsShownAtItsOwnBatchAndMemoryGrowsWithIt() {
    Path recipe = Golden.repository().resolve("recipes/tiny.yaml");
    JsonNode own = json("show", recipe, "--json");
    assertThat(own.path("batch").intValue()).isEqualTo(8);
    assertThat(own.path("length").intValue()).isEqualTo(256);
    JsonNode larger = json("show", recipe, "--json", "--batch", 16);
    assertThat(larger.path("trainingBytesByPart").path("activations").longValue())
        .isEqualTo(2 * own.path("trainingBytesByPart").path("activations").longValue());
    assertThat(larger.path("trainingBytesByPart").path("weights"))
        .isEqualTo(own.path("trainingBytesByPart").path("weights"));
    JsonNode half = json("show", recipe, "--json", "-o", "memory.activations=BF16");
    assertThat(half.path("trainingBytes").longValue())
        .isLessThan(own.path("trainingBytes").longValue());
    JsonNode again = json("show", recipe, "--json", "-o", "memory.activations=RECOMPUTE");
    assertThat(again.path("trainingBytes").longValue())
        .isLessThan(half.path("trainingBytes").longValue());
  }

  @Test
  void whatIsNeitherIsRefused() throws IOException {
    assertThat(Run.of("show", directory.resolve("none")).failed(1)).contains("none");
    assertThat(Run.of("show", published(), "--batch", 0).failed(2)).contains("--batch: expected 1");
    Files.writeString(directory.resolve("config.json"), "{\"model_type\": \"bert\"}");
    assertThat(Run.of("show", directory).failed(1)).contains("model_type");
    Path recipe = Golden.repository().resolve("recipes/tiny.yaml");
    assertThat(Run.of("show", recipe, "--template").failed(2)).contains("found a recipe");
    assertThat(Run.of("show", recipe, "--json", "--tensors").failed(2)).contains("found 2");
  }
}
