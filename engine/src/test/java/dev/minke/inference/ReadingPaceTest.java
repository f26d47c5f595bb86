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

  /// Steps of many sizes, which take what they take give or take a tenth.
  private static ReadingPace after(int steps) {
    ReadingPace pace = new ReadingPace(EngineSettings.STEP);
    Random random = new Random(1);
    for (int i = 0; i < steps; i++) {
      int tokens = 32 + random.nextInt(200);
      int back = random.nextInt(3_000);
      double noise = 0.9 + 0.2 * random.nextDouble();
      pace.took(tokens, back, (long) (noise * (tokens * TOKEN + back * BACK)));
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
  void whatFitsIsWhatTheTimeLeaves() {
    ReadingPace pace = after(40);
    int fit = pace.tokens(1e9, 1_000, 0);
    assertThat(pace.nanos(fit, 1_000)).isCloseTo(1e9, within(2 * TOKEN));
    assertThat(pace.tokens(1e8, 1_000, 0)).as("less than looking back takes").isZero();
  }

  @Test
  void fewTokensNeverPassBehindMany() {
    ReadingPace pace = after(40);
    int passing = pace.tokens(1e8, 1_000, 2);
    assertThat(pace.nanos(passing, 0)).isCloseTo(2 * pace.nanos(0, 1_000), within(2 * TOKEN));
    assertThat(pace.tokens(1e8, 1_000_000, 2)).as("there is an end").isLessThanOrEqualTo(512);
  }

  @Test
  void stepsThatAllLookBackAlikeLeaveTimeForTokens() {
    ReadingPace pace = new ReadingPace(EngineSettings.STEP);
    for (int i = 0; i < 20; i++) {
      pace.took(64, 0, (long) (64 * TOKEN));
    }
    assertThat(pace.nanos(64, 5_000)).isCloseTo(64 * TOKEN, Percentage.withPercentage(1));
    assertThat(pace.tokens(64 * TOKEN, 0, 0)).isBetween(63, 64);
  }

  @Test
  void whoeverHasTimeBeginsWithMuch() {
    assertThat(new ReadingPace(Duration.ofHours(1)).most()).isEqualTo(512);
    assertThat(new ReadingPace(EngineSettings.STEP.multipliedBy(4)).most()).isEqualTo(128);
    assertThat(new ReadingPace(Duration.ofNanos(1)).most()).isEqualTo(32);
  }
}
