package dev.minke.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogProbsTest {
  private static final float NONE = Float.NEGATIVE_INFINITY;

  @Test
  void areLogarithmsOfProbabilities() {
    float[] logits = {(float) StrictMath.log(5), 0, (float) StrictMath.log(2), NONE};
    LogProbs found = LogProbs.of(logits, 1, 4);
    assertThat(found.chosen()).isCloseTo(StrictMath.log(1 / 8.), within(1e-7));
    assertThat(found.ids()).containsExactly(0, 2, 1);
    assertThat(found.logProbs())
        .containsExactly(
            new double[] {StrictMath.log(5 / 8.), StrictMath.log(1 / 4.), StrictMath.log(1 / 8.)},
            within(1e-7));
    assertThat(LogProbs.of(logits, 3, 0).chosen()).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(LogProbs.of(logits, 3, 0).ids()).isEmpty();
  }

  @Test
  void areThoseOfSortingTheWholeVocabulary() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 500; i++) {
      float[] logits = new float[random.nextInt(1, 1000)];
      for (int id = 0; id < logits.length; id++) {
        logits[id] = i % 2 == 0 ? (float) (8 * random.nextGaussian()) : random.nextInt(4);
      }
      int chosen = random.nextInt(logits.length);
      int most = random.nextInt(30);
      double sum = 0;
      for (float logit : logits) {
        sum += StrictMath.exp(logit);
      }
      double logSum = StrictMath.log(sum);
      int[] sorted =
          IntStream.range(0, logits.length)
              .boxed()
              .sorted(Comparator.comparing(id -> -logits[id]))
              .limit(most)
              .mapToInt(Integer::intValue)
              .toArray();
      LogProbs found = LogProbs.of(logits, chosen, most);
      assertThat(found.chosen()).isCloseTo(logits[chosen] - logSum, within(1e-12));
      assertThat(found.ids()).isEqualTo(sorted);
      assertThat(found.logProbs())
          .containsExactly(
              Arrays.stream(sorted).mapToDouble(id -> logits[id] - logSum).toArray(),
              within(1e-12));
    }
  }

  @Test
  void logitsFarApartDoNotOverflow() {
    LogProbs found = LogProbs.of(new float[] {3e38f, -3e38f}, 1, 2);
    assertThat(found.chosen()).isCloseTo(-6e38, within(1e32));
    assertThat(found.logProbs()[0]).isZero();
  }

  @Test
  void whatIsNotThereIsRefused() {
    assertThatThrownBy(() -> LogProbs.of(new float[2], 2, 0)).hasMessageContaining("below 2");
    assertThatThrownBy(() -> LogProbs.of(new float[2], -1, 0)).hasMessageContaining("-1");
    assertThatThrownBy(() -> LogProbs.of(new float[2], 0, -1)).hasMessageContaining("found -1");
  }
}
