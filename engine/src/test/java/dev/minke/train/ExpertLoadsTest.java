package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.minke.Shared;
import dev.minke.autograd.Parameter;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.kernel.Tolerance;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.model.TokenRows;
import dev.minke.model.decoder.Block;
import dev.minke.model.decoder.DecoderConfig;
import dev.minke.model.decoder.DecoderModel;
import dev.minke.model.decoder.MixtureOfExperts;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ExpertLoadsTest {
  private static final double RATE = 0.125;

  private static float[] bias(Block block) {
    Parameter bias = ((MixtureOfExperts) block.feedForward()).router().bias();
    return bias.value().toFloatArray();
  }

  /// Rows 0 to 2 are one sequence, row 3 another. Experts 0 and 1 are chosen by rows that have a
  /// successor, 2 and 3 by the last rows of the sequences.
  @Test
  void thePredictorsLastRowsDoNotMoveItsBiases() {
    try (Arena arena = Arena.ofConfined();
        Workspace workspace = new Workspace();
        ParameterStore store = new ParameterStore(DType.F32, 1, 0.1)) {
      DecoderModel model =
          DecoderModel.of(
              store, TinyRun.recipe(TrainRecipe.Length.ofSteps(1)).model().config(TinyRun.VOCAB));
      Block layer = model.blocks().getLast();
      Block predictor = Objects.requireNonNull(model.predictor()).block();
      ExpertLoads loads = new ExpertLoads(model);
      Tensor chosen = Tensor.of(arena, Shape.of(4, 2), 0, 1, 1, 0, 2, 3, 3, 2);
      Tensor unused = Tensor.allocate(arena, DType.F32, Shape.of(4, 4));
      assertThatThrownBy(() -> loads.routed(layer.index(), unused, chosen, unused))
          .hasMessageContaining("not announced");
      loads.expect(TokenRows.packed(workspace, List.of(new int[3], new int[1])));
      loads.routed(layer.index(), unused, chosen, unused);
      loads.routed(predictor.index(), unused, chosen, unused);
      // In the predictor two of four experts have all the load.
      assertThat(loads.loads())
          .containsExactly(
              new ExpertLoad(layer.index(), List.of(1.0, 1.0, 1.0, 1.0)),
              new ExpertLoad(predictor.index(), List.of(2.0, 2.0, 0.0, 0.0)));
      assertThat(loads.loads().getLast().maxViolation()).isEqualTo(1);
      loads.balance(RATE, _ -> false);
      assertThat(bias(layer)).containsOnly(0f);
      assertThat(bias(predictor))
          .containsExactly((float) -RATE, (float) -RATE, (float) RATE, (float) RATE);
    }
  }

  /// The rule and the numbers of `../shared/golden/training/moe_balance.json`.
  @Test
  void biasesMoveBySignAsInTheGolden() {
    JsonNode golden =
        JsonMapper.shared().readTree(Shared.shared("golden/training/moe_balance.json").toFile());
    int experts = golden.path("experts").intValue();
    int active = golden.path("top_k").intValue();
    var rule =
        new RouterRule(
            ScoreFunction.SIGMOID,
            active,
            golden.path("groups").intValue(),
            golden.path("groups_kept").intValue(),
            true,
            true,
            1);
    try (Arena arena = Arena.ofConfined();
        Workspace workspace = new Workspace();
        Kernels kernels = new ReferenceKernels();
        ParameterStore store = new ParameterStore(DType.F32, 1, 0.1)) {
      DecoderConfig tiny =
          TinyRun.recipe(TrainRecipe.Length.ofSteps(1)).model().config(TinyRun.VOCAB);
      DecoderModel model = DecoderModel.of(store, withExperts(tiny, experts, rule));
      Block layer = model.blocks().getLast();
      Tensor bias = ((MixtureOfExperts) layer.feedForward()).router().bias().value();
      for (int e = 0; e < experts; e++) {
        bias.set(0, e, golden.path("bias").get(e).doubleValue());
      }
      ExpertLoads loads = new ExpertLoads(model);
      for (JsonNode sequence : golden.path("sequences")) {
        int tokens = sequence.path("router_logits").size();
        Tensor logits = Tensor.allocate(arena, DType.F32, Shape.of(tokens, experts));
        for (int token = 0; token < tokens; token++) {
          for (int e = 0; e < experts; e++) {
            logits.set(token, e, sequence.path("router_logits").get(token).get(e).doubleValue());
          }
        }
        Tensor chosen = Tensor.allocate(arena, DType.I32, Shape.of(tokens, active));
        Tensor weights = Tensor.allocate(arena, DType.F32, Shape.of(tokens, active));
        kernels.route(logits, bias, rule, chosen, weights);
        loads.expect(TokenRows.packed(workspace, List.of(new int[tokens])));
        loads.routed(layer.index(), logits, chosen, weights);
      }
      JsonNode expected = golden.path("bias_update");
      // The golden's is in F32.
      double violation =
          loads.loads().stream()
              .filter(l -> l.layer() == layer.index())
              .findFirst()
              .orElseThrow()
              .maxViolation();
      assertThat(violation)
          .isCloseTo(
              expected.path("max_violation").doubleValue(),
              within(Tolerance.relative(1, 1 + violation)));
      loads.balance(expected.path("gamma").doubleValue(), _ -> false);
      for (int e = 0; e < experts; e++) {
        double wanted = expected.path("new_bias").get(e).doubleValue();
        assertThat(bias.get(0, e)).isCloseTo(wanted, within(Tolerance.relative(1, wanted)));
      }
    }
  }

  private static DecoderConfig withExperts(DecoderConfig config, int experts, RouterRule rule) {
    return new DecoderConfig(
        config.architecture(),
        config.vocab(),
        config.dim(),
        config.denseHidden(),
        config.layers(),
        config.denseLayers(),
        config.attention(),
        config.positions(),
        new DecoderConfig.Experts(experts, 1, 8, rule),
        config.predictors(),
        config.normEpsilon(),
        false);
  }
}
