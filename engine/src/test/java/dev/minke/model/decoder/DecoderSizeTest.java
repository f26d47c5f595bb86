package dev.minke.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.nn.ParameterStore;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DecoderSizeTest {
  static Stream<DecoderConfig> configs() {
    return Stream.concat(
        TinyConfigs.all().stream(),
        TinyConfigs.all().stream().map(config -> config.withPredictors(1)));
  }

  /// What the formula counts is what a model of that size allocates, part by part.
  @ParameterizedTest
  @MethodSource("configs")
  void partsAreWhatAModelAllocates(DecoderConfig config) {
    try (ParameterStore store = ParameterStore.toLoad()) {
      DecoderModel.of(store, config);
      DecoderSize.Parts parts = new DecoderSize(config).parts();
      boolean hasBiases = config.architecture() == Architecture.DEEPSEEK_V3;
      assertThat(count(store, hasBiases, "")).isEqualTo(parts.total() + parts.predictor());
      assertThat(count(store, hasBiases, "embedding")).isEqualTo(parts.embedding());
      assertThat(count(store, hasBiases, "head")).isEqualTo(parts.head());
      assertThat(count(store, hasBiases, "predictor")).isEqualTo(parts.predictor());
      assertThat(count(store, hasBiases, "layers", ".attention.")).isEqualTo(parts.attention());
      assertThat(count(store, hasBiases, "layers", ".router.")).isEqualTo(parts.routers());
      assertThat(count(store, hasBiases, "layers", ".experts.")).isEqualTo(parts.experts());
      assertThat(count(store, hasBiases, "layers", ".shared.")).isEqualTo(parts.shared());
    }
  }

  private static long count(
      ParameterStore store, boolean withBuffers, String prefix, String... within) {
    return store.parameters().stream()
        .filter(parameter -> withBuffers || !store.isBuffer(parameter))
        .filter(parameter -> parameter.name().startsWith(prefix))
        .filter(parameter -> Stream.of(within).allMatch(parameter.name()::contains))
        .mapToLong(parameter -> parameter.shape().elements())
        .sum();
  }

  /// DeepSeek-V3, V2 and V2-Lite as released.
  static List<DecoderConfig> published() {
    var positions = new DecoderConfig.Positions(163_840, 10_000, null);
    var v3 = new RouterRule(ScoreFunction.SIGMOID, 8, 8, 4, true, true, 2.5f);
    var v2 = new RouterRule(ScoreFunction.SOFTMAX, 6, 8, 3, false, false, 16);
    var lite = new RouterRule(ScoreFunction.SOFTMAX, 6, 1, 1, false, false, 1);
    return List.of(
        new DecoderConfig(
            Architecture.DEEPSEEK_V3,
            129_280,
            7168,
            18_432,
            61,
            3,
            new DecoderConfig.Latent(128, 1536, 512, 128, 64, 128),
            positions,
            new DecoderConfig.Experts(256, 1, 2048, v3),
            1,
            1e-6f,
            false),
        new DecoderConfig(
            Architecture.DEEPSEEK_V2,
            102_400,
            5120,
            12_288,
            60,
            1,
            new DecoderConfig.Latent(128, 1536, 512, 128, 64, 128),
            positions,
            new DecoderConfig.Experts(160, 2, 1536, v2),
            0,
            1e-6f,
            false),
        new DecoderConfig(
            Architecture.DEEPSEEK_V2,
            102_400,
            2048,
            10_944,
            27,
            1,
            new DecoderConfig.Latent(16, 0, 512, 128, 64, 128),
            positions,
            new DecoderConfig.Experts(64, 2, 1408, lite),
            0,
            1e-6f,
            false));
  }

  /// The releases' own counts, derived from their files.
  @Test
  void releasesCountToTheDigit() {
    List<DecoderSize> sizes = published().stream().map(DecoderSize::new).toList();
    assertThat(sizes)
        .extracting(size -> size.parts().total())
        .containsExactly(671_026_419_200L, 235_741_434_880L, 15_706_484_224L);
    assertThat(sizes)
        .extracting(DecoderSize::active)
        .containsExactly(37_552_297_472L, 21_375_800_320L, 2_661_150_208L);
    assertThat(sizes.getFirst().parts().predictor()).isEqualTo(11_610_068_224L);
    assertThat(sizes.getFirst().parts().attention() / 61).isEqualTo(187_107_328L);
    assertThat(sizes)
        .extracting(DecoderSize::cacheNumbers)
        .containsExactly(61 * 576L, 60 * 576L, 27 * 576L);
  }

  /// Two operations for each weight that is multiplied: all that is active but table, gains and
  /// biases.
  @ParameterizedTest
  @MethodSource("configs")
  void operationsAreTwoForEachActiveWeight(DecoderConfig config) {
    DecoderSize size = new DecoderSize(config);
    long gains = size.parts().norms();
    gains +=
        switch (config.attention()) {
          case DecoderConfig.Latent latent ->
              config.layers() * (long) (latent.queryRank() + latent.latentDim());
          case DecoderConfig.Grouped _ ->
              switch (config.architecture()) {
                case QWEN2 -> config.layers() * 6L * (4 + 2 * 2);
                case QWEN3, QWEN3_MOE -> config.layers() * 2L * 6;
                default -> 0;
              };
        };
    if (config.architecture() == Architecture.DEEPSEEK_V3) {
      gains += (long) (config.layers() - config.denseLayers()) * config.experts().count();
    }
    assertThat(size.forwardFlops(0))
        .isEqualTo(
            2.0 * (size.active() - (config.tiedHead() ? 0 : size.parts().embedding()) - gains));
  }
}
