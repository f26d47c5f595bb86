package dev.minke.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.autograd.Parameter;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.model.decoder.Architecture;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Models with grouped-query attention, dense and with experts, in files and back.
class FirstGenerationFilesTest {
  private static final RouterRule SOFTMAX =
      new RouterRule(ScoreFunction.SOFTMAX, 2, 1, 1, false, false, 1);

  @TempDir Path directory;

  private static DecoderConfig config(
      Architecture architecture, DecoderConfig.Attention attention, int experts) {
    return new DecoderConfig(
        architecture,
        19,
        10,
        12,
        2,
        experts == 0 ? 2 : 1,
        attention,
        new DecoderConfig.Positions(64, 10_000, null),
        new DecoderConfig.Experts(experts, 1, experts == 0 ? 0 : 5, SOFTMAX),
        0,
        1e-6f,
        false);
  }

  @ParameterizedTest
  @CsvSource({"0, llama", "6, deepseek"})
  void savedModelsAreReadBackBitForBit(int experts, String type) throws IOException {
    var attention = new DecoderConfig.Grouped(4, 2, 6);
    DecoderConfig config =
        config(experts == 0 ? Architecture.LLAMA : Architecture.DEEPSEEK, attention, experts);
    Path target = directory.resolve("model");
    try (ParameterStore store = new ParameterStore(DType.F32, 3, 0.5)) {
      DecoderModel model = DecoderModel.of(store, config);
      ModelDirectory.save(target, model, ModelDirectory.Settings.of(DType.F32, -1, -1), _ -> {});
      assertThat(Files.readString(target.resolve("config.json")))
          .contains("\"model_type\" : \"" + type + "\"");
      try (OpenModel read = ModelDirectory.open(target)) {
        assertThat(read.config().attention()).isEqualTo(attention);
        List<Parameter> found = new ArrayList<>(read.parameters().parameters());
        for (Parameter parameter : store.parameters()) {
          assertThat(found.removeFirst().value().toFloatArray())
              .as(parameter.name())
              .isEqualTo(parameter.value().toFloatArray());
        }
        assertThat(found).isEmpty();
      }
    }
  }

  @Test
  void aKindThatFilesDoNotKnowIsRefusedBeforeTheWork() {
    DecoderConfig mixed = config(Architecture.DEEPSEEK_V2, new DecoderConfig.Grouped(4, 2, 6), 6);
    assertThatThrownBy(() -> ModelDirectory.requireWritable(mixed))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("files of deepseek_v2: expected attention of LATENT, found GROUPED");
  }
}
