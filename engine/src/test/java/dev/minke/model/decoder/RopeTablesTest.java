package dev.minke.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.minke.Shared;
import dev.minke.kernel.Rotation;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.kernel.Tolerance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Rotary frequencies and score factors of the releases, as transformers computes them
/// (`../shared/golden/formats/rope_tables.json`). Llama's stretching and linear interpolation
/// belong to other families.
class RopeTablesTest {
  /// Units in the last place that a power may be off on the other side.
  private static final int ULPS = 2;

  private static DecoderConfig config(JsonNode golden) {
    JsonNode rope = golden.path("parameters");
    double factor = rope.path("factor").doubleValue();
    int original = rope.path("original_max_position_embeddings").asInt(0);
    Rotation.Scaling scaling =
        switch (rope.path("rope_type").stringValue()) {
          case "llama3" ->
              new Rotation.Llama3(
                  factor,
                  original,
                  rope.path("low_freq_factor").doubleValue(),
                  rope.path("high_freq_factor").doubleValue());
          case "linear" -> new Rotation.Linear(factor);
          default ->
              new Rotation.Yarn(
                  factor,
                  original,
                  rope.path("beta_fast").doubleValue(),
                  rope.path("beta_slow").doubleValue(),
                  rope.path("mscale").asDouble(1),
                  rope.path("mscale_all_dim").asDouble(0));
        };
    int ropeDim = golden.path("head_dim").intValue();
    return new DecoderConfig(
        Architecture.DEEPSEEK_V3,
        1,
        1,
        1,
        1,
        1,
        new DecoderConfig.Latent(1, 0, 1, 128, ropeDim, 1),
        new DecoderConfig.Positions(163_840, rope.path("rope_theta").doubleValue(), scaling),
        new DecoderConfig.Experts(
            0, 0, 0, new RouterRule(ScoreFunction.SIGMOID, 1, 1, 1, false, false, 1)),
        0,
        1e-6f,
        false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "deepseek-v3",
        "deepseek-v2",
        "yarn-mscale-differs",
        "yarn-no-mscale (Qwen style)",
        "llama-3.1",
        "linear"
      })
  void frequenciesMagnitudesAndScoreFactors(String name) {
    JsonNode golden =
        JsonMapper.shared()
            .readTree(Shared.shared("golden/formats/rope_tables.json").toFile())
            .path(name);
    DecoderConfig config = config(golden);
    float[] found = config.rotation().frequencies();
    JsonNode bits = golden.path("inv_freq_bits");
    assertThat(found).hasSize(bits.size());
    for (int i = 0; i < found.length; i++) {
      assertThat(Float.floatToIntBits(found[i]) - bits.get(i).intValue())
          .as("frequency %d", i)
          .isBetween(-ULPS, ULPS);
    }
    double magnitude = golden.path("cos_sin_factor").doubleValue();
    assertThat((double) config.rotation().magnitude())
        .isCloseTo(magnitude, within(Tolerance.relative(1, magnitude)));
    JsonNode scale = golden.path("softmax_scale_for_qk_head_dim_192");
    if (scale.isNumber()) {
      assertThat(config.attention().keyDim()).isEqualTo(192);
      assertThat((double) config.attentionScale())
          .isCloseTo(scale.doubleValue(), within(Tolerance.relative(1, scale.doubleValue())));
    }
  }
}
