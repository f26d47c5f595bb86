package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.Shared;
import dev.minke.backend.Backends;
import dev.minke.checkpoint.Safetensors;
import dev.minke.kernel.Kernels;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Muon against `torch.optim.Muon` and against the same rule in double, in wide, tall and square
/// matrices.
class MuonTest {
  /// Factors of [Kernels#addScaled] are F32, and five steps of slope 3.4 stand between them and the
  /// result.
  private static final double NEAR_DOUBLE = 1e-5;

  /// PyTorch's own steps are in BF16: a hundredth of the way.
  private static final double NEAR_TORCH = 1e-2;

  static Stream<Kernels> backends() {
    return Stream.of(new ReferenceKernels(), Backends.open(2));
  }

  private static Tensor read(Arena arena, Safetensors file, String name) {
    Safetensors.Entry entry = file.entries().get(name);
    Tensor tensor =
        Tensor.allocate(
            arena,
            DType.F32,
            Shape.of(entry.shape().get(0).intValue(), entry.shape().get(1).intValue()));
    file.read(name, tensor);
    return tensor;
  }

  private static double difference(Tensor a, Tensor b) {
    double sum = 0;
    for (int i = 0; i < a.size(0); i++) {
      for (int j = 0; j < a.size(1); j++) {
        double d = a.get(i, j) - b.get(i, j);
        sum += d * d;
      }
    }
    return Math.sqrt(sum);
  }

  private static double norm(Tensor x) {
    try (Kernels kernels = new ReferenceKernels()) {
      return Math.sqrt(kernels.sumOfSquares(x));
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void orthogonalizedAsInDouble(Kernels kernels) {
    var hybrid = new ArrayList<>(Collections.nCopies(8, NewtonSchulz.Coefficients.FAST));
    hybrid.addAll(Collections.nCopies(2, NewtonSchulz.Coefficients.EXACT));
    try (kernels;
        Arena arena = Arena.ofConfined();
        Safetensors golden = Safetensors.open(Shared.shared("golden/training/muon.safetensors"))) {
      for (String shape : List.of("wide", "tall", "square")) {
        Tensor gradient = read(arena, golden, "grad.0." + shape);
        int rows = gradient.size(0);
        int columns = gradient.size(1);
        Tensor five = read(arena, golden, "orthogonalised5.f64." + shape);
        try (var steps = new NewtonSchulz(kernels, DType.F32, rows, columns, MuonRule.STEPS)) {
          assertThat(difference(steps.orthogonalize(gradient), five))
              .isLessThan(NEAR_DOUBLE * norm(five));
        }
        Tensor ten = read(arena, golden, "orthogonalised_hybrid_8_2.f64." + shape);
        try (var steps = new NewtonSchulz(kernels, DType.F32, rows, columns, hybrid)) {
          assertThat(difference(steps.orthogonalize(gradient), ten))
              .isLessThan(NEAR_DOUBLE * norm(ten));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"original, BY_SHAPE", "match_rms_adamw, LIKE_ADAMW"})
  void updatesAsPyTorch(String config, MuonRule.Scaling scaling) {
    for (Kernels kernels : backends().toList()) {
      try (kernels;
          Arena arena = Arena.ofConfined();
          Safetensors golden =
              Safetensors.open(Shared.shared("golden/training/muon.safetensors"))) {
        for (String shape : List.of("wide", "tall", "square")) {
          Tensor value = read(arena, golden, "init." + shape);
          Tensor mean = Tensor.allocate(arena, DType.F32, value.shape());
          Tensor direction = Tensor.allocate(arena, DType.F32, value.shape());
          MuonRule rule = new MuonRule(0.02, 0.95, 0.1, scaling);
          Tensor init = read(arena, golden, "init." + shape);
          try (var steps =
              new NewtonSchulz(kernels, DType.F32, value.size(0), value.size(1), MuonRule.STEPS)) {
            for (int step = 0; step < 5; step++) {
              Tensor gradient = read(arena, golden, "grad." + step + "." + shape);
              rule.update(kernels, steps, value, gradient, mean, direction, 1);
              Tensor expected = read(arena, golden, config + ".f64.param." + step + "." + shape);
              double way = difference(expected, init);
              // Decay and step round every element once each, half a unit in the last place.
              double rounding = (step + 1) * norm(value) * 0x1p-24;
              assertThat(difference(value, expected)).isLessThan(NEAR_DOUBLE * way + 2 * rounding);
              if (step == 4) {
                Tensor torch = read(arena, golden, config + ".torch.param." + step + "." + shape);
                assertThat(difference(value, torch)).isLessThan(NEAR_TORCH * way);
              }
            }
          }
        }
      }
    }
  }
}
