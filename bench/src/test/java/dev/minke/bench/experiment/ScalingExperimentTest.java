package dev.minke.bench.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.minke.train.ScalingRule;
import org.junit.jupiter.api.Test;

class ScalingExperimentTest {
  private static final int VOCAB = 4096;

  @Test
  void everyRunCostsItsBudgetInWholeSteps() {
    for (double budget : ScalingExperiment.BUDGETS) {
      for (ScaledModel model : ScalingExperiment.MODELS) {
        double perToken = ScalingRule.flops(model.config(VOCAB), Books.ROW_TOKENS);
        double perStep = perToken * model.tokens(budget, VOCAB) / model.steps(budget, VOCAB);
        assertThat(perToken * model.tokens(budget, VOCAB))
            .as(model.name(budget))
            .isCloseTo(budget, within(perStep / 2));
      }
    }
  }

  @Test
  void aParabolaThroughPointsOfOneIsThatOne() {
    double[] x = {11, 12, 12.5, 13, 15};
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = 3 + 0.25 * (x[i] - 12.75) * (x[i] - 12.75);
    }
    Parabola found = Parabola.through(x, y);
    // Five sums of squares below 400: far above their rounding, far below the distances.
    assertThat(found.lowest()).isCloseTo(12.75, within(1e-9));
    assertThat(found.at(12.75)).isCloseTo(3, within(1e-9));
    assertThat(found.opensUpwards()).isTrue();
  }

  @Test
  void thereIsNoBestSizeBeyondTheOnesThatWereTried() {
    double[] sizes = {1, 2, 3, 4};
    double[] tokens = {4, 3, 2, 1};
    assertThat(ScalingExperiment.best(sizes, tokens, new double[] {4, 3, 2.2, 1.6}))
        .contains("no lowest point");
    assertThat(ScalingExperiment.best(sizes, tokens, new double[] {2, 1, 1, 2}))
        .contains("D / N = 1.00");
  }
}
