package dev.minke.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.kernel.AdamWRule;
import dev.minke.kernel.KvView;
import dev.minke.kernel.Rotation;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Operations on rows without an exponential equal the obvious loops bit for bit.
class VectorRowsTest {
  private static final int ROWS = 37;

  static IntStream columnsAroundLaneEdges() {
    return IntStream.of(1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 64, 65, 200);
  }

  @ParameterizedTest
  @MethodSource("columnsAroundLaneEdges")
  void elementwiseOperationsAgree(int columns) {
    try (Pair pair = Pair.of(2)) {
      pair.agreeBitForBit((arena, kernels) -> {
        Tensor a = Samples.strided(arena, 1, ROWS, columns);
        Tensor b = Samples.normal(arena, 2, ROWS, columns);
        Tensor filled = Samples.strided(arena, 3, ROWS, columns);
        Tensor copied = Samples.strided(arena, 4, ROWS, columns);
        Tensor added = Samples.normal(arena, 5, ROWS, columns);
        Tensor scaled = Samples.normal(arena, 6, ROWS, columns);
        Tensor inPlace = Samples.normal(arena, 7, ROWS, columns);
        kernels.fill(filled, 1.5f);
        kernels.copy(a, copied);
        kernels.add(a, b, added);
        kernels.addScaled(b, 0.3f, scaled);
        kernels.add(inPlace, a, inPlace);
        return new Tensor[] {filled, copied, added, scaled, inPlace};
      });
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4095, 4096, 4097, 20_001})
  void flatTensorsAreCutWithoutLoss(int elements) {
    try (Pair pair = Pair.of(5)) {
      pair.agreeBitForBit((arena, kernels) -> {
        Tensor a = Samples.normal(arena, 1, elements);
        Tensor sum = Samples.normal(arena, 2, elements);
        Tensor filled = Samples.normal(arena, 3, elements + 1).columns(0, elements);
        kernels.addScaled(a, -0.7f, sum);
        kernels.fill(filled, 2);
        Tensor half = Tensor.allocate(arena, DType.BF16, Shape.of(elements));
        Tensor wide = Samples.normal(arena, 4, elements);
        kernels.narrow(a, half);
        kernels.widen(half, wide);
        return new Tensor[] {sum, filled, half, wide};
      });
    }
  }

  @ParameterizedTest
  @MethodSource("columnsAroundLaneEdges")
  void reductionsAgree(int columns) {
    try (Pair pair = Pair.of(2);
        Arena own = Arena.ofConfined()) {
      Tensor squares = Samples.strided(own, 1, ROWS, columns);
      assertThat(pair.fast().sumOfSquares(squares)).isEqualTo(pair.obvious().sumOfSquares(squares));
      pair.agreeBitForBit((arena, kernels) -> {
        Tensor values = Samples.normal(arena, 1, columns + 3);
        Tensor weights = Samples.normal(arena, 2, columns + 3);
        Tensor out = Samples.normal(arena, 3, 2);
        Tensor dValues = Samples.normal(arena, 4, columns + 3);
        List<KvView.Sequence> sequences = KvView.packedSequences(3, columns);
        kernels.sequenceSums(values, weights, sequences, out);
        kernels.sequenceSumsGradient(out, weights, sequences, dValues);
        return new Tensor[] {out, dValues};
      });
    }
  }

  @ParameterizedTest
  @MethodSource("columnsAroundLaneEdges")
  void normalisationAgrees(int columns) {
    try (Pair pair = Pair.of(2)) {
      pair.agreeBitForBit((arena, kernels) -> {
        Tensor x = Samples.strided(arena, 1, ROWS, columns);
        Tensor gain = Samples.normal(arena, 2, columns);
        Tensor dOut = Samples.normal(arena, 3, ROWS, columns);
        Tensor out = Samples.strided(arena, 4, ROWS, columns);
        Tensor inverse = Samples.normal(arena, 5, ROWS);
        Tensor dx = Samples.strided(arena, 6, ROWS, columns);
        Tensor dGain = Samples.normal(arena, 7, columns);
        kernels.rmsNorm(x, gain, 1e-6f, out, inverse);
        kernels.rmsNormInputGradient(dOut, x, gain, inverse, dx);
        kernels.rmsNormGainGradient(dOut, x, inverse, dGain);
        return new Tensor[] {out, inverse, dx, dGain};
      });
    }
  }

  @ParameterizedTest
  @MethodSource("columnsAroundLaneEdges")
  void embeddingAgreesWhereTokensRepeat(int columns) {
    try (Pair pair = Pair.of(2)) {
      pair.agreeBitForBit((arena, kernels) -> {
        Tensor ids = Samples.integers(arena, 1, 5, 40);
        Tensor table = Samples.normal(arena, 2, 5, columns);
        Tensor out = Samples.strided(arena, 3, 40, columns);
        Tensor dTable = Samples.normal(arena, 4, 5, columns);
        kernels.embedding(table, ids, out);
        kernels.embeddingGradient(out, ids, dTable);
        return new Tensor[] {out, dTable};
      });
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 6, 8, 14, 16, 30, 34, 64})
  void rotationAgreesForwardAndBack(int ropeDim) {
    try (Pair pair = Pair.of(2)) {
      Rotation rotation = new Rotation(Rotation.plain(ropeDim, 100).frequencies(), 1.25f);
      pair.agreeBitForBit((arena, kernels) -> {
        Tensor positions = Tensor.of(arena, Shape.of(5), 0, 1, 7, 600, 255);
        Tensor one = Samples.strided(arena, 1, 5, ropeDim);
        Tensor many = Samples.strided(arena, 2, 5, 3, ropeDim);
        kernels.rotate(one, positions, rotation, false);
        kernels.rotate(many, positions, rotation, true);
        return new Tensor[] {one, many};
      });
    }
  }

  /// Threads share rows, which are heads of tokens: a token's heads meet two threads.
  @Test
  void rotationAgreesWhereThreadsShareATokensHeads() {
    try (Pair pair = Pair.of(4)) {
      pair.agreeBitForBit((arena, kernels) -> {
        Tensor positions = Samples.integers(arena, 1, 300, 701);
        Tensor x = Samples.strided(arena, 2, 701, 7, 16);
        kernels.rotate(x, positions, Rotation.plain(16, 100), false);
        return new Tensor[] {x};
      });
    }
  }

  @ParameterizedTest
  @MethodSource("columnsAroundLaneEdges")
  void joinedKeysAgree(int columns) {
    try (Pair pair = Pair.of(2)) {
      pair.agreeBitForBit((arena, kernels) -> {
        Tensor own = Samples.strided(arena, 1, 9, 3, columns);
        Tensor shared = Samples.strided(arena, 2, 9, 6);
        Tensor out = Samples.normal(arena, 3, 9, 3, columns + 6);
        Tensor dOwn = Samples.strided(arena, 4, 9, 3, columns);
        Tensor dShared = Samples.strided(arena, 5, 9, 6);
        kernels.joinKeys(own, shared, out);
        kernels.joinKeysGradient(out, dOwn, dShared);
        return new Tensor[] {out, dOwn, dShared};
      });
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 9, 17, 4097, 30_000})
  void optimizerAgrees(int elements) {
    try (Pair pair = Pair.of(2)) {
      pair.agreeBitForBit((arena, kernels) -> {
        Tensor parameter = Samples.normal(arena, 1, elements);
        Tensor first = Samples.normal(arena, 2, elements);
        Tensor second = Samples.normal(arena, 3, elements);
        kernels.fill(first, 0);
        kernels.fill(second, 0);
        for (int step : List.of(1, 2, 3)) {
          var rule = new AdamWRule(1e-3, 0.9, 0.95, 1e-8, 0.1, step, 0.37);
          Tensor gradient = Samples.normal(arena, 10 + step, elements);
          kernels.adamW(parameter, gradient, first, second, rule);
        }
        return new Tensor[] {parameter, first, second};
      });
    }
  }

  @Test
  void nothingHappensToNoRows() {
    try (Pair pair = Pair.of(2)) {
      pair.agreeBitForBit((arena, kernels) -> {
        Tensor gradient = Samples.normal(arena, 1, 8);
        Tensor none = Samples.normal(arena, 2, 0, 8);
        Tensor inverse = Samples.normal(arena, 3, 0);
        kernels.fill(none, 1);
        kernels.rmsNorm(none, gradient, 1e-6f, none, inverse);
        kernels.rmsNormGainGradient(none, none, inverse, gradient);
        return new Tensor[] {gradient};
      });
    }
  }
}
