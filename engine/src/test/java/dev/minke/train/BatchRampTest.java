package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BatchRampTest {
  /// As DeepSeek-V3's, a three-hundredth of its size: 10 to 51 rows in a twentieth of the steps.
  private final BatchRamp ramp = new BatchRamp(new TrainRecipe.Batch(51, 0.2, 0.05, 4), 820);

  @Test
  void rowsGrowInAStraightLineAndStay() {
    assertThat(ramp.at(1)).isEqualTo(10);
    assertThat(ramp.at(2)).isEqualTo(11);
    assertThat(ramp.at(41)).isEqualTo(50);
    assertThat(ramp.at(42)).isEqualTo(51);
    assertThat(ramp.at(820)).isEqualTo(51);
  }

  @Test
  void theSumIsThatOfTheSteps() {
    long sum = 0;
    for (int step = 1; step <= 820; step++) {
      sum += ramp.at(step);
      assertThat(ramp.until(step)).as("step %d", step).isEqualTo(sum);
    }
    // The mean of a long run leaves out that the first row of the ramp counts whole.
    assertThat(ramp.mean()).isBetween((double) sum / 820, (double) sum / 820 + 0.05);
  }

  @Test
  void withoutARampEveryStepIsAlike() {
    BatchRamp flat = new BatchRamp(TrainRecipe.Batch.constant(8, 8), 10);
    assertThat(flat.at(1)).isEqualTo(8);
    assertThat(flat.until(10)).isEqualTo(80);
    assertThat(flat.mean()).isEqualTo(8);
  }
}
