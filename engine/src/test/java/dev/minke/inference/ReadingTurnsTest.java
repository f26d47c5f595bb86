package dev.minke.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReadingTurnsTest {
  private static final long STEP = 250_000_000;
  private static final long ANSWER = 20_000_000;

  private final ReadingTurns turns = new ReadingTurns(Duration.ofNanos(STEP));

  @Test
  void thePromptThatComesFirstDoesNotWait() {
    assertThat(turns.answersGoOn()).isFalse();
    assertThat(turns.nanos()).isEqualTo(STEP);
  }

  @Test
  void fewerThanOneInTwentyTokensIsHeldUp() {
    int read = 0;
    int steps = 1_000;
    for (int i = 0; i < steps; i++) {
      boolean goOn = turns.answersGoOn();
      read += goOn ? 0 : 1;
      turns.took(goOn ? 0 : 100, 4, goOn ? ANSWER : STEP);
    }
    assertThat(read).isBetween(steps / 30, steps / 20);
  }

  @Test
  void promptsGetTwiceTheTimeThatAnswersHad() {
    turns.took(100, 4, STEP);
    for (int i = 0; i < 24; i++) {
      assertThat(turns.answersGoOn()).isTrue();
      turns.took(0, 4, ANSWER);
    }
    assertThat(turns.answersGoOn()).isFalse();
    assertThat(turns.nanos()).isEqualTo(2.0 * 24 * ANSWER);
  }

  @Test
  void howLongAnAnswerIsHeldUpHasAnEnd() {
    turns.took(100, 4, STEP);
    turns.took(0, 4, 100 * STEP);
    assertThat(turns.nanos()).isEqualTo(6.0 * STEP);
  }

  /// Else whoever asks a model that takes seconds for a token would wait for minutes.
  @Test
  void whereAnswersAreSlowPromptsWaitForTimeNotForSteps() {
    turns.took(100, 4, STEP);
    for (int i = 0; i < 3; i++) {
      assertThat(turns.answersGoOn()).isTrue();
      turns.took(0, 4, 4 * STEP);
    }
    assertThat(turns.answersGoOn()).isFalse();
  }

  @Test
  void stepsWithoutAnswersHoldUpNobody() {
    turns.took(100, 0, STEP);
    assertThat(turns.answersGoOn()).isFalse();
  }
}
