package dev.minke.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class ReadingPaceTest {
  private static final double TOKEN = 3e6;
  private static final double BACK = 0.5e6;
  private static final double ANSWER = 20e6;

  /// Steps of many sizes, which take what they take give or take a tenth.
  private static ReadingPace after(int steps) {
    ReadingPace pace = new ReadingPace(EngineSettings.STEP);
    Random random = new Random(1);
    for (int i = 0; i < steps; i++) {
      int tokens = 32 + random.nextInt(200);
      int back = random.nextInt(3_000);
      double noise = 0.9 + 0.2 * random.nextDouble();
      int answers = random.nextInt(3);
      double nanos = tokens * TOKEN + back * BACK + answers * ANSWER;
      pace.took(tokens, back, answers, (long) (noise * nanos));
      pace.took(0, 0, 2, (long) (noise * 2 * ANSWER));
    }
    return pace;
  }

  @Test
  void itTellsTokensThatPassFromThoseThatAreLookedBackAt() {
    ReadingPace pace = after(40);
    assertThat(pace.nanos(100, 0)).isCloseTo(100 * TOKEN, Percentage.withPercentage(30));
    assertThat(pace.nanos(0, 1_000)).isCloseTo(1_000 * BACK, Percentage.withPercentage(30));
  }

  @Test
  void itKnowsWhatAnswersTake() {
    assertThat(after(40).answerNanos(3)).isCloseTo(3 * ANSWER, Percentage.withPercentage(10));
  }

  @Test
  void whatFitsIsWhatTheTimeLeaves() {
    ReadingPace pace = after(40);
    int fit = pace.tokens(1e9, 1_000, 0);
    assertThat(pace.nanos(fit, 1_000)).isCloseTo(1e9, within(2 * TOKEN));
    assertThat(pace.tokens(1e8, 1_000, 0)).as("less than looking back takes").isZero();
  }

  @Test
  void fewTokensNeverPassBehindMany() {
    ReadingPace pace = after(40);
    int passing = pace.tokens(1e8, 1_000, 2 * pace.nanos(0, 1_000));
    assertThat(pace.nanos(passing, 0)).isCloseTo(2 * pace.nanos(0, 1_000), within(2 * TOKEN));
    assertThat(pace.tokens(1e8, 1_000_000, 2 * pace.nanos(0, 1_000_000)))
        .as("there is an end")
        .isLessThanOrEqualTo(1024);
  }

  @Test
  void beforeAnythingLooksBackItTakesAnEighthOfAToken() {
    ReadingPace pace = new ReadingPace(EngineSettings.STEP);
    for (int i = 0; i < 20; i++) {
      pace.took(64, 0, 0, (long) (64 * TOKEN));
    }
    assertThat(pace.nanos(0, 800)).isCloseTo(100 * TOKEN, Percentage.withPercentage(1));
    assertThat(pace.tokens(64 * TOKEN, 0, 0)).isBetween(63, 64);
  }

  /// As the first steps are, before the code is compiled.
  @Test
  void aSlowBeginningIsForgotten() {
    ReadingPace pace = new ReadingPace(EngineSettings.STEP);
    for (int i = 0; i < 10; i++) {
      pace.took(64, 500, 0, (long) (10 * (64 * TOKEN + 500 * BACK)));
    }
    for (int i = 0; i < 20; i++) {
      pace.took(64, 100, 0, (long) (64 * TOKEN + 100 * BACK));
    }
    assertThat(pace.nanos(64, 100))
        .isCloseTo(64 * TOKEN + 100 * BACK, Percentage.withPercentage(20));
    assertThat(pace.nanos(0, 500)).isLessThan(3 * 500 * BACK);
  }

  @Test
  void whoeverHasTimeBeginsWithMuch() {
    assertThat(new ReadingPace(Duration.ofHours(1)).most()).isEqualTo(1024);
    assertThat(new ReadingPace(EngineSettings.STEP.multipliedBy(4)).most()).isEqualTo(128);
    assertThat(new ReadingPace(Duration.ofNanos(1)).most()).isEqualTo(32);
  }
}
