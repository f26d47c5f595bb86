package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.autograd.Parameter;
import dev.minke.model.TokenRows;
import dev.minke.model.deepseek.Block;
import dev.minke.model.deepseek.DeepSeekModel;
import dev.minke.model.deepseek.MixtureOfExperts;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

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
      DeepSeekModel model =
          DeepSeekModel.of(
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
      assertThat(loads.worst()).isEqualTo(2);
      loads.balance(RATE);
      assertThat(bias(layer)).containsOnly(0f);
      assertThat(bias(predictor))
          .containsExactly((float) -RATE, (float) -RATE, (float) RATE, (float) RATE);
    }
  }
}
