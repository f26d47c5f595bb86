package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class LearningRateTest {
  private static final double PEAK = 0.5;
  private final LearningRate rate =
      new LearningRate(PEAK, TrainRecipe.Schedule.cosine(0.1, 0.4, 0.2), 100);

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
    LearningRate flat = new LearningRate(PEAK, TrainRecipe.Schedule.cosine(0, 0, 0), 3);
    assertThat(flat.at(1)).isEqualTo(PEAK);
    assertThat(flat.at(3)).isEqualTo(PEAK);
  }

  /// DeepSeek-V2 (§3.1.2): times 0.316 after about 60 % and 90 % of the tokens.
  @Test
  void fallsInStepsAsForDeepSeekV2() {
    var schedule =
        new TrainRecipe.Schedule(
            0.01,
            List.of(
                new TrainRecipe.Phase(0.59, TrainRecipe.Shape.CONSTANT, 1),
                new TrainRecipe.Phase(0.3, TrainRecipe.Shape.CONSTANT, 0.316),
                new TrainRecipe.Phase(0.1, TrainRecipe.Shape.CONSTANT, 0.0999)));
    LearningRate v2 = new LearningRate(2.4e-4, schedule, 1000);
    assertThat(v2.at(600)).isEqualTo(2.4e-4);
    assertThat(v2.at(601)).isEqualTo(2.4e-4 * 0.316);
    assertThat(v2.at(900)).isEqualTo(2.4e-4 * 0.316);
    assertThat(v2.at(901)).isEqualTo(2.4e-4 * 0.0999);
    assertThat(v2.at(1000)).isEqualTo(2.4e-4 * 0.0999);
  }

  /// DeepSeek-V3 (§4.2): 2.2e-4 for 10T tokens, half a cosine to 2.2e-5 over 4.3T, that for 333B,
  /// 7.3e-6 for the last 167B of 14.8T.
  @Test
  void hasTheFourPartsOfDeepSeekV3() {
    var schedule =
        new TrainRecipe.Schedule(
            0.01,
            List.of(
                new TrainRecipe.Phase(10 / 14.8 - 0.01, TrainRecipe.Shape.CONSTANT, 1),
                new TrainRecipe.Phase(4.3 / 14.8, TrainRecipe.Shape.COSINE, 0.1),
                new TrainRecipe.Phase(0.333 / 14.8, TrainRecipe.Shape.CONSTANT, 0.1),
                new TrainRecipe.Phase(0.167 / 14.8, TrainRecipe.Shape.CONSTANT, 7.3e-6 / 2.2e-4)));
    LearningRate v3 = new LearningRate(2.2e-4, schedule, 14_800);
    assertThat(v3.at(10_000)).isEqualTo(2.2e-4);
    assertThat(v3.at(12_150)).isCloseTo((2.2e-4 + 2.2e-5) / 2, within(1e-18));
    assertThat(v3.at(14_300)).isCloseTo(2.2e-5, within(1e-19));
    assertThat(v3.at(14_633)).isCloseTo(2.2e-5, within(1e-19));
    assertThat(v3.at(14_634)).isCloseTo(7.3e-6, within(1e-19));
    assertThat(v3.at(14_800)).isCloseTo(7.3e-6, within(1e-19));
  }

  @Test
  void sharesThatDoNotAddUpAreRefused() {
    List<TrainRecipe.Phase> half =
        List.of(new TrainRecipe.Phase(0.5, TrainRecipe.Shape.CONSTANT, 1));
    assertThatThrownBy(() -> new TrainRecipe.Schedule(0.1, half))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("recipe schedule, the sum of its shares: expected 1, found 0.6");
  }
}
