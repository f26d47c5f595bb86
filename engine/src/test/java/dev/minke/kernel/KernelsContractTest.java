package dev.minke.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.kernel.vector.VectorKernels;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Operations with exponentials, on every backend but the reference, within bounds from the inputs.
class KernelsContractTest {
  private static final int ROWS = 5;

  /// Roundings of an element: a few operations, and an exponential that is off by a few units.
  private static final int ROUNDINGS = 16;

  static Stream<Arguments> sizesOnBackends() {
    List<Supplier<Kernels>> backends = List.of(() -> new VectorKernels(2));
    return Stream.of(1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 129)
        .flatMap(size -> backends.stream().map(backend -> Arguments.of(size, backend)));
  }

  /// Columns of a wider tensor, so that rows have a gap.
  private static Tensor random(Arena arena, String name, int columns) {
    Tensor x = Tensor.allocate(arena, DType.F32, Shape.of(ROWS, columns + 3));
    RandomStream random = RandomStream.named(columns, name);
    for (int i = 0; i < x.shape().elements(); i++) {
      x.set(i / (columns + 3), i % (columns + 3), 3 * random.normal(i));
    }
    return x.columns(2, columns + 2);
  }

  private static Tensor zeros(Arena arena, int... sizes) {
    return Tensor.allocate(arena, DType.F32, Shape.of(sizes));
  }

  /// @param magnitude of the results and of what they were made from
  private static void agree(
      Supplier<Kernels> backend, double magnitude, int terms, Function<Kernels, Tensor> run) {
    try (Kernels reference = new ReferenceKernels();
        Kernels kernels = backend.get()) {
      float[] expected = run.apply(reference).toFloatArray();
      float[] found = run.apply(kernels).toFloatArray();
      double bound = Tolerance.relative(ROUNDINGS + terms, magnitude);
      for (int i = 0; i < expected.length; i++) {
        assertThat(Math.abs(found[i] - expected[i]))
            .as("element %d: %s, reference %s", i, found[i], expected[i])
            .isLessThanOrEqualTo((float) bound);
      }
    }
  }

  private static double largest(Tensor x) {
    double largest = 1;
    for (float value : x.toFloatArray()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  @ParameterizedTest
  @MethodSource("sizesOnBackends")
  void swiGluAndItsGradientAgree(int hidden, Supplier<Kernels> backend) {
    try (Arena arena = Arena.ofShared()) {
      Tensor gateUp = random(arena, "gateUp", 2 * hidden);
      Tensor dOut = random(arena, "dOut", hidden);
      double magnitude = largest(gateUp) * largest(gateUp);
      agree(
          backend,
          magnitude,
          0,
          kernels -> {
            Tensor out = zeros(arena, ROWS, hidden);
            kernels.swiGlu(gateUp, out);
            return out;
          });
      agree(
          backend,
          magnitude * largest(dOut),
          0,
          kernels -> {
            Tensor dGateUp = zeros(arena, ROWS, 2 * hidden);
            kernels.swiGluGradient(dOut, gateUp, dGateUp);
            return dGateUp;
          });
    }
  }

  @ParameterizedTest
  @MethodSource("sizesOnBackends")
  void logProbabilitiesAndTheirGradientAgree(int vocab, Supplier<Kernels> backend) {
    try (Arena arena = Arena.ofShared()) {
      Tensor logits = random(arena, "logits", vocab);
      Tensor targets = Tensor.of(arena, Shape.of(ROWS), 0, vocab - 1, -1, vocab / 2, vocab / 3);
      Tensor dLogProbs = Tensor.of(arena, Shape.of(ROWS), 1f, -2f, 1f, 0.5f, 0.1f);
      agree(
          backend,
          2 * largest(logits) + Math.log(vocab),
          vocab,
          kernels -> {
            Tensor both = zeros(arena, 2, ROWS);
            kernels.logProbs(logits, targets, both.slice(0), both.slice(1));
            return both;
          });
      agree(
          backend,
          2 * (2 * largest(logits) + Math.log(vocab)),
          vocab,
          kernels -> {
            Tensor logProbs = zeros(arena, ROWS);
            Tensor logSumExp = zeros(arena, ROWS);
            Tensor gradient = zeros(arena, ROWS, vocab);
            kernels.logProbs(logits, targets, logProbs, logSumExp);
            kernels.copy(logits, gradient);
            kernels.logProbsGradient(dLogProbs, targets, logSumExp, gradient);
            return gradient;
          });
    }
  }

  @ParameterizedTest
  @MethodSource("sizesOnBackends")
  void gradientsOfGatesAndBalanceAgree(int experts, Supplier<Kernels> backend) {
    int active = Math.min(2, experts);
    try (Arena arena = Arena.ofShared()) {
      Tensor logits = random(arena, "logits", experts);
      Tensor dWeights = random(arena, "dWeights", active);
      Tensor dOut = Tensor.of(arena, Shape.of(2), 0.7f, -0.3f);
      for (ScoreFunction score : ScoreFunction.values()) {
        RouterRule rule = new RouterRule(score, active, 1, 1, false, true, 2);
        Tensor chosen = Tensor.allocate(arena, DType.I32, Shape.of(ROWS, active));
        new ReferenceKernels()
            .route(logits, zeros(arena, experts), rule, chosen, zeros(arena, ROWS, active));
        double magnitude = 8 * experts * largest(dWeights);
        agree(
            backend,
            magnitude,
            experts,
            kernels -> {
              Tensor dLogits = zeros(arena, ROWS, experts);
              kernels.routeGradient(dWeights, logits, chosen, rule, dLogits);
              kernels.balanceLossGradient(
                  dOut, logits, chosen, KvView.packedSequences(2, 3), rule, dLogits);
              return dLogits;
            });
        agree(
            backend,
            experts,
            experts + ROWS,
            kernels -> {
              Tensor out = zeros(arena, 2);
              kernels.balanceLoss(logits, chosen, KvView.packedSequences(2, 3), rule, out);
              return out;
            });
      }
    }
  }
}
