package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LearningRateTest {
  private static final double PEAK = 0.5;
  private final LearningRate rate =
      new LearningRate(PEAK, new TrainRecipe.Schedule(0.1, 0.4, 0.2), 100);

  @Test
  void warmsUpStaysAndFallsAlongACosine() {
    assertThat(rate.at(1)).isEqualTo(0.05);
    assertThat(rate.at(5)).isEqualTo(0.25);
    assertThat(rate.at(10)).isEqualTo(PEAK);
    assertThat(rate.at(60)).isEqualTo(PEAK);
    // Half way: the mean of peak and end. The end: 0.2 of the peak. A few roundings of double.
    assertThat(rate.at(80)).isCloseTo(0.3, within(1e-15));
    assertThat(rate.at(100)).isCloseTo(0.1, within(1e-15));
  }

  @Test
  void neverRisesAfterTheWarmUp() {
    for (int step = 11; step <= 100; step++) {
      assertThat(rate.at(step)).isLessThanOrEqualTo(rate.at(step - 1));
    }
  }

  @Test
  void withoutWarmUpAndDecayItIsConstant() {
    LearningRate flat = new LearningRate(PEAK, new TrainRecipe.Schedule(0, 0, 0), 3);
    assertThat(flat.at(1)).isEqualTo(PEAK);
    assertThat(flat.at(3)).isEqualTo(PEAK);
  }
}
