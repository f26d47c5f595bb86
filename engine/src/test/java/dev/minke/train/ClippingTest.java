package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.minke.Shared;
import dev.minke.backend.Backends;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.Tolerance;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.nn.ParameterStore;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Clipping by the global norm as `torch.nn.utils.clip_grad_norm_` does it
/// (`../shared/golden/training/clip.json`).
class ClippingTest {
  static Stream<Supplier<Kernels>> backends() {
    return Stream.of(ReferenceKernels::new, () -> Backends.open(2));
  }

  private static Shape shape(JsonNode gradient) {
    return gradient.get(0).isArray()
        ? Shape.of(gradient.size(), gradient.get(0).size())
        : Shape.of(gradient.size());
  }

  private static double element(JsonNode gradient, int row, int column) {
    JsonNode one = gradient.get(0).isArray() ? gradient.get(row).get(column) : gradient.get(column);
    return one.doubleValue();
  }

  /// With a mean that forgets everything, the first moment is the clipped gradient.
  private static TrainRecipe.Optimizer showing(double clipNorm) {
    return new TrainRecipe.Optimizer(
        TrainRecipe.MatrixRule.ADAMW, 0.1, 0, 0.9, 1e-8, 0.9, 0, clipNorm, DType.F32, 0, List.of());
  }

  @ParameterizedTest
  @MethodSource("backends")
  void normsAndClippedGradients(Supplier<Kernels> backend) {
    JsonNode golden =
        JsonMapper.shared().readTree(Shared.shared("golden/training/clip.json").toFile());
    int clipped = 0;
    for (JsonNode one : golden.path("cases")) {
      double most = one.path("max_norm").doubleValue();
      try (Kernels kernels = backend.get();
          ParameterStore store = new ParameterStore(DType.F32, 1, 0.1)) {
        for (int i = 0; i < one.path("grads").size(); i++) {
          store.weight("p" + i, shape(one.path("grads").get(i)));
        }
        store.train();
        for (int i = 0; i < one.path("grads").size(); i++) {
          Tensor gradient = gradient(store, "p" + i);
          for (int row = 0; row < gradient.shape().rows(); row++) {
            for (int column = 0; column < gradient.shape().columns(); column++) {
              gradient.set(row, column, element(one.path("grads").get(i), row, column));
            }
          }
        }
        try (Optimizer optimizer = new Optimizer(store, showing(most))) {
          double norm = optimizer.gradientNorm(kernels);
          double expected = one.path("total_norm").doubleValue();
          // 23 squares, a root, and the other side's norms of norms in F32.
          assertThat(norm).isCloseTo(expected, within(Tolerance.relative(27, expected)));
          clipped += norm > most ? 1 : 0;
          optimizer.update(kernels, 0.1, 1, norm);
          Map<String, Tensor> memory = new LinkedHashMap<>();
          optimizer.collect(memory);
          for (int i = 0; i < one.path("grads").size(); i++) {
            Tensor found = Objects.requireNonNull(memory.get("adam.first.p" + i));
            for (int row = 0; row < found.shape().rows(); row++) {
              for (int column = 0; column < found.shape().columns(); column++) {
                double wanted = element(one.path("clipped").get(i), row, column);
                assertThat(found.get(row, column))
                    .isCloseTo(wanted, within(Tolerance.relative(30, wanted)));
              }
            }
          }
        }
      }
    }
    assertThat(clipped).as("cases beyond the bound").isEqualTo(2);
  }

  private static Tensor gradient(ParameterStore store, String name) {
    return store.parameters().stream()
        .filter(parameter -> parameter.name().equals(name))
        .map(parameter -> Objects.requireNonNull(parameter.gradient()))
        .findFirst()
        .orElseThrow();
  }
}
