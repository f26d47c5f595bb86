package dev.minke.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.train.StepPlanner.Timed;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class StepPlannerTest {
  /// Steps that are timed for a run.
  ///
  /// @param seconds of the run
  /// @param timeOf seconds of a step that begins so long after the first
  /// @param compilingUntil for so long the compiler is busy
  private static List<Timed> timed(
      double seconds, double compilingUntil, DoubleUnaryOperator timeOf) {
    List<Timed> steps = new ArrayList<>();
    double end = 0;
    do {
      double took = timeOf.applyAsDouble(end);
      end += took;
      double rest = Math.max(0, end - compilingUntil);
      steps.add(new Timed(took, end, 7 + Math.min(end, compilingUntil) + 0.1 * rest));
    } while (StepPlanner.isWorthwhile(steps, seconds));
    return steps;
  }

  @Test
  void stepsAreTimedUntilTheCompilerHasLittleToDo() {
    List<Timed> steps = timed(3600, 6, end -> end < 5 ? 0.03 : 0.013);
    assertThat(steps.getLast().end()).isBetween(6.3, 7.0);
    assertThat(StepPlanner.median(steps.subList(steps.size() - 30, steps.size()))).isEqualTo(0.013);
  }

  @Test
  void aShortTimeIsNotSpentOnFindingOut() {
    assertThat(timed(10, 6, _ -> 0.02).getLast().end()).isBetween(3.0, 3.03);
  }

  @Test
  void aWarmProcessFindsOutInASecond() {
    assertThat(timed(3600, 0, _ -> 0.02).getLast().end()).isBetween(0.5, 1.2);
  }

  @Test
  void slowStepsAreTimedOnceOrAFewTimes() {
    assertThat(timed(60, 6, _ -> 20)).hasSize(1);
    assertThat(timed(60, 6, _ -> 7)).hasSize(3);
    assertThat(timed(36_000, 6, _ -> 7)).hasSize(4);
  }
}
