package dev.minke.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.RouterRule;
import dev.minke.kernel.ScoreFunction;
import dev.minke.kernel.Tolerance;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Moving rows to experts and back equals the obvious loops bit for bit.
class VectorExpertsTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8, 17, 64, 100})
  void rowsGoToExpertsAndBackAsInTheObviousLoop(int dim) {
    int tokens = 23;
    int active = 3;
    try (Pair pair = Pair.of(2)) {
      pair.agreeBitForBit((arena, kernels) -> {
        Tensor chosen = Samples.integers(arena, 1, 6, tokens, active);
        Tensor slots = Samples.integers(arena, 2, 1, tokens * active);
        Tensor places = Samples.integers(arena, 3, 1, tokens * active);
        Tensor offsets = Samples.integers(arena, 4, 1, 7);
        kernels.dispatch(chosen, slots, places, offsets);
        Tensor x = Samples.strided(arena, 5, tokens, dim);
        Tensor rows = Samples.strided(arena, 6, tokens * active, dim);
        Tensor weights = Samples.normal(arena, 7, tokens, active);
        Tensor out = Samples.strided(arena, 8, tokens, dim);
        Tensor dx = Samples.strided(arena, 9, tokens, dim);
        Tensor dRows = Samples.strided(arena, 10, tokens * active, dim);
        Tensor dWeights = Samples.normal(arena, 11, tokens, active);
        kernels.gatherSlots(x, slots, active, rows);
        kernels.combine(rows, places, weights, out);
        kernels.combineInputGradient(out, places, weights, dRows, true);
        kernels.combineWeightGradient(x, rows, places, dWeights);
        kernels.gatherSlotsGradient(dRows, places, active, dx);
        return new Tensor[] {slots, places, offsets, rows, out, dRows, dWeights, dx};
      });
    }
  }

  /// Whole numbers as logits make many ties, and the bias decides.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theChoiceIsThatOfTheObviousLoopAlsoWhereScoresAreEqual(boolean topTwo) {
    for (ScoreFunction score : ScoreFunction.values()) {
      for (int groups : new int[] {1, 4}) {
        RouterRule rule = new RouterRule(score, 4, groups, Math.min(groups, 2), topTwo, true, 2.5f);
        try (Pair pair = Pair.of(2);
            Arena arena = Arena.ofConfined()) {
          Tensor logits = Samples.integers(arena, 1, 3, 50, 16);
          Tensor floats = Samples.normal(arena, 2, 50, 16);
          for (int row = 0; row < 50; row++) {
            for (int e = 0; e < 16; e++) {
              floats.set(row, e, logits.getInt(row, e));
            }
          }
          assertThat(choice(arena, pair.fast(), floats, rule))
              .isEqualTo(choice(arena, pair.obvious(), floats, rule));
        }
      }
    }
  }

  private static int[] choice(Arena arena, Kernels kernels, Tensor logits, RouterRule rule) {
    Tensor bias = Samples.normal(arena, 3, 16);
    kernels.fill(bias, 0);
    Tensor chosen = Samples.integers(arena, 4, 1, 50, rule.activeExperts());
    Tensor weights = Samples.normal(arena, 5, 50, rule.activeExperts());
    kernels.route(logits, bias, rule, chosen, weights);
    return chosen.toIntArray();
  }

  @Test
  void normalisedGateWeightsSumToTheScale() {
    RouterRule rule = new RouterRule(ScoreFunction.SIGMOID, 4, 1, 1, false, true, 2.5f);
    try (Arena arena = Arena.ofConfined();
        VectorKernels kernels = new VectorKernels(2)) {
      Tensor logits = Samples.normal(arena, 1, 50, 16);
      Tensor chosen = Samples.integers(arena, 2, 1, 50, 4);
      Tensor weights = Samples.normal(arena, 3, 50, 4);
      kernels.route(logits, Samples.normal(arena, 4, 16), rule, chosen, weights);
      for (int row = 0; row < 50; row++) {
        double sum = 0;
        for (int k = 0; k < 4; k++) {
          sum += weights.get(row, k);
        }
        assertThat(sum).isCloseTo(2.5, within(Tolerance.relative(8, 2.5)));
      }
    }
  }
}
