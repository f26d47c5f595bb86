package dev.minke.model.decoder;

import dev.minke.autograd.GradientCheck;
import dev.minke.autograd.Ops;
import dev.minke.autograd.Parameter;
import dev.minke.model.TokenRows;
import dev.minke.model.TrainingRows;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import dev.minke.tensor.Workspace;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Gradients of whole models, with every term of the loss, against central differences in double.
class ModelGradientTest {
  private static final long SEED = 4;

  static Stream<DecoderConfig> configs() {
    return TinyConfigs.all().stream();
  }

  @ParameterizedTest
  @MethodSource("configs")
  void gradientOfEveryParameterEqualsCentralDifference(DecoderConfig config) {
    try (ParameterStore store = new ParameterStore(DType.F64, SEED, 0.5)) {
      DecoderModel model = DecoderModel.of(store, config);
      for (Parameter parameter : store.parameters()) {
        if (store.isBuffer(parameter)) {
          parameter.value().set(0, 1, 0.25);
        }
      }
      new GradientCheck(store, SEED, ops -> model.loss(ops, batch(ops))).run();
    }
  }

  /// Two packed documents; one position has nothing to predict.
  private static TrainingRows batch(Ops ops) {
    Workspace workspace = ops.workspace();
    TokenRows rows =
        TokenRows.packed(workspace, List.of(new int[] {3, 1, 18, 0}, new int[] {5, 5, 7}));
    Tensor targets = workspace.allocate(DType.I32, Shape.of(7));
    int[] next = {1, 18, 0, -1, 5, 7, 2};
    for (int row = 0; row < next.length; row++) {
      targets.setInt(0, row, next[row]);
    }
    return TrainingRows.of(
        workspace,
        rows,
        targets,
        new TrainingRows.Counts(6, 4, 2),
        new TrainingRows.Factors(0.5f, 0.25f));
  }
}
