package dev.minke.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DrawTest {
  private static final int[] VOCABULARIES = {
    1, 2, 3, 40, 127, 128, 129, 300, 1000, 1024, 1025, 2_200
  };
  private static final double[] TEMPERATURES = {0, 1, 0.7, 1.5, 30, 1e-3, 1e-320};
  private static final double[] TOP_P = {1, 0.95, 0.5, 0.1, 1e-9, 0.999};
  private static final double[] MIN_P = {0, 0.05, 0.5, 1, 1e-300};

  private final Draw draw = new Draw();

  /// Rows with what is hard: ties, zeros of both signs, tokens that are excluded, one that has all
  /// the probability, some that have none.
  private static float[] logits(SplittableRandom random) {
    float[] logits = new float[VOCABULARIES[random.nextInt(VOCABULARIES.length)]];
    int kind = random.nextInt(6);
    double spread = StrictMath.pow(10, random.nextDouble(-4, 2.5));
    for (int id = 0; id < logits.length; id++) {
      logits[id] =
          switch (kind) {
            case 0 -> (float) (spread * random.nextGaussian());
            case 1 -> random.nextInt(-2, 3) / 2f * (random.nextBoolean() ? 1 : -1);
            case 2 -> random.nextInt(3) > 0 ? Float.NEGATIVE_INFINITY : random.nextFloat();
            case 3 -> 5;
            case 4 -> random.nextInt(50) == 0 ? 300 : random.nextFloat();
            default -> -id * (float) spread;
          };
    }
    logits[random.nextInt(logits.length)] = (float) (spread * random.nextDouble());
    return logits;
  }

  private static Sampler sampler(SplittableRandom random, int vocabulary) {
    int[] topK = {0, 1, 2, 40, vocabulary - 1, vocabulary, vocabulary + 1};
    return new Sampler(
        TEMPERATURES[random.nextInt(TEMPERATURES.length)],
        topK[random.nextInt(topK.length)],
        TOP_P[random.nextInt(TOP_P.length)],
        MIN_P[random.nextInt(MIN_P.length)],
        random.nextInt(3));
  }

  @Test
  void drawsWhatSortingTheWholeVocabularyDraws() {
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 6_000; i++) {
      float[] logits = logits(random);
      Sampler sampler = sampler(random, logits.length);
      Supplier<String> subject = () -> sampler + " " + Arrays.toString(logits);
      List<Sampler.Candidate> expected = new SlowSampler(sampler).candidates(logits);
      List<Sampler.Candidate> found = draw.candidates(sampler, logits);
      assertThat(ids(found)).as(subject).isEqualTo(ids(expected));
      double worst = 0;
      for (int j = 0; j < found.size(); j++) {
        double off = found.get(j).probability() - expected.get(j).probability();
        worst = Math.max(worst, Math.abs(off));
      }
      assertThat(worst).as(subject).isLessThan(1e-12);
      for (int position = 0; position < 4; position++) {
        assertThat(draw.draw(sampler, logits, position))
            .as(subject)
            .isEqualTo(new SlowSampler(sampler).sample(logits, position));
      }
    }
  }

  private static int[] ids(List<Sampler.Candidate> candidates) {
    return candidates.stream().mapToInt(Sampler.Candidate::id).toArray();
  }

  @Test
  void drawsFromALargeVocabularyWhatSortingDraws() {
    SplittableRandom random = new SplittableRandom(12);
    for (int i = 0; i < 8; i++) {
      float[] logits = new float[129_280];
      for (int id = 0; id < logits.length; id++) {
        logits[id] = (float) (3 * random.nextGaussian());
      }
      for (Sampler sampler :
          List.of(
              new Sampler(1, 0, 1, i),
              new Sampler(1, 5000, 0.95, i),
              new Sampler(0.6, 40, 0.95, 0.05, i),
              new Sampler(2, 0, 0.95, 1e-4, i))) {
        assertThat(draw.draw(sampler, logits, i))
            .isEqualTo(new SlowSampler(sampler).sample(logits, i));
      }
    }
  }

  /// Of a hundred million true hypotheses one is refused: 0.99999999 of the chi-square distribution
  /// with 19 degrees of freedom lies below 77.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void countsFollowTheProbabilities(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] logits = new float[500];
    for (int id = 0; id < logits.length; id++) {
      logits[id] = (float) random.nextGaussian();
    }
    Sampler sampler = new Sampler(0.8, 20, 1, seed);
    List<Sampler.Candidate> candidates = new SlowSampler(sampler).candidates(logits);
    int draws = 60_000;
    int[] counts = new int[logits.length];
    for (int position = 0; position < draws; position++) {
      counts[draw.draw(sampler, logits, position)]++;
    }
    double chiSquare = 0;
    for (Sampler.Candidate one : candidates) {
      double expected = draws * one.probability();
      double off = counts[one.id()] - expected;
      chiSquare += off * off / expected;
    }
    assertThat(candidates).hasSize(20);
    assertThat(chiSquare).isBetween(1.0, 77.0);
  }

  /// Two distributions at a distance d (total variation) give the same token with probability (1 -
  /// d)/(1 + d) at least (arXiv:2408.07978), here less five standard deviations.
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 0.3, 1, 3})
  void nearDistributionsDrawTheSameToken(double noise) {
    SplittableRandom random = new SplittableRandom(13);
    Sampler sampler = new Sampler(0.8, 0, 1, 17);
    int rows = 40;
    int draws = 500;
    double least = 0;
    int same = 0;
    for (int row = 0; row < rows; row++) {
      float[] one = new float[300];
      float[] other = new float[300];
      for (int id = 0; id < one.length; id++) {
        one[id] = (float) (2 * random.nextGaussian());
        other[id] = (float) (one[id] + noise * random.nextGaussian());
      }
      double distance = distance(sampler, one, other);
      least += draws * (1 - distance) / (1 + distance);
      for (int position = 0; position < draws; position++) {
        int drawn = draw.draw(sampler, one, position);
        same += drawn == draw.draw(sampler, other, position) ? 1 : 0;
      }
    }
    double deviation = noise == 0 ? 0 : Math.sqrt(0.25 * rows * draws);
    assertThat((double) same).isGreaterThanOrEqualTo(Math.floor(least - 5 * deviation));
  }

  private static double distance(Sampler sampler, float[] one, float[] other) {
    double[] difference = new double[one.length];
    new SlowSampler(sampler)
        .candidates(one)
        .forEach(token -> difference[token.id()] += token.probability());
    new SlowSampler(sampler)
        .candidates(other)
        .forEach(token -> difference[token.id()] -= token.probability());
    return Arrays.stream(difference).map(Math::abs).sum() / 2;
  }

  @Test
  void aTokenOfNoProbabilityIsNeverDrawn() {
    float[] logits = new float[256];
    Arrays.fill(logits, Float.NEGATIVE_INFINITY);
    logits[77] = -3;
    logits[200] = -3;
    Sampler sampler = new Sampler(1, 0, 1, 5);
    for (int position = 0; position < 1000; position++) {
      assertThat(draw.draw(sampler, logits, position)).isIn(77, 200);
    }
  }

  @Test
  void aRowThatIsNoDistributionIsRefused() {
    // What processors make of 0/0 has the sign of a negative number.
    float negativeNan = Float.intBitsToFloat(0xFFC00000);
    float[] wide = new float[2_500];
    wide[2_400] = negativeNan;
    float[][] rows = {
      {1, Float.NaN, 2}, {1, negativeNan, 2}, {Float.NEGATIVE_INFINITY}, {1, 1 / 0f}, wide
    };
    for (float[] row : rows) {
      for (Sampler sampler : List.of(Sampler.GREEDY, new Sampler(1, 0, 1, 1))) {
        assertThatThrownBy(() -> draw.draw(sampler, row, 0))
            .hasMessageContaining("logits: expected finite numbers");
      }
    }
  }
}
