package dev.minke.bench.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArmTest {
  private static final int VOCAB = 4096;
  private static final int STEPS = 600;

  static List<Arm> arms() {
    return AblationExperiment.ARMS;
  }

  @ParameterizedTest
  @MethodSource("arms")
  void everyArmCostsWhatTheBaseCosts(Arm arm) {
    double run = arm.steps(STEPS, VOCAB) * arm.flops(VOCAB);
    assertThat(run).isCloseTo(STEPS * Arm.BASE.flops(VOCAB), withinPercentage(0.5));
    if (arm.predictors() == 0) {
      assertThat(arm.flops(VOCAB)).isCloseTo(Arm.BASE.flops(VOCAB), withinPercentage(1));
    }
  }
}
