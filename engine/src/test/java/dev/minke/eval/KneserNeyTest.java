package dev.minke.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.minke.tensor.RandomStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class KneserNeyTest {
  /// Sums of a few hundred doubles below 1.
  private static final double ROUNDING = 1e-12;

  @Test
  void countsOfOneTokenAreAsWorkedOutByHand() {
    // Counts 3, 1, 1, 2, 1: n1 = 3, n2 = 1, n3 = 1, n4 = 0, Y = 3/5.
    // D1 = 1 - 2*0.6*1/3 = 0.6; D2 = 2 - 3*0.6*1/1 = 0.2; D3 = 3 - 0 = 3, which would leave
    // nothing, so 0.75. Of the total 8, 3*0.6 + 0.2 + 0.75 = 2.75 go to the uniform part.
    var model = KneserNey.train(List.of(new int[] {0, 0, 0, 1, 2, 3, 3, 4}), 6, 1);
    double rest = 2.75 / 8 / 6;
    assertArrayEquals(
        new double[] {
          2.25 / 8 + rest, 0.4 / 8 + rest, 0.4 / 8 + rest, 1.8 / 8 + rest, 0.4 / 8 + rest, rest
        },
        model.distribution(new int[0]),
        ROUNDING);
  }

  @Test
  void shorterGramsCountWhatStandsBeforeThem() {
    // Three bigrams: (0 1) twice, (2 1) once, (2 3) once. Below, token 1 has two different tokens
    // before it, 3 has one, and 0 and 2 keep their count at the start: twice each.
    // Counts of one token: 0:2, 1:2, 2:2, 3:1; n1 = 1, n2 = 3, n3 = n4 = 0, Y = 1/7.
    // D1 = 1 - 2/7*3 = 1/7, D2 = 2 - 0 is all of it, so 0.75; to the uniform part 1/7 + 3*0.75.
    var model =
        KneserNey.train(
            List.of(new int[] {0, 1}, new int[] {0, 1}, new int[] {2, 1}, new int[] {2, 3}), 4, 2);
    double uniform = (1.0 / 7 + 2.25) / 7 / 4;
    double[] unigram = {
      1.25 / 7 + uniform, 1.25 / 7 + uniform, 1.25 / 7 + uniform, 6.0 / 49 + uniform
    };
    assertArrayEquals(unigram, model.distribution(new int[0]), ROUNDING);
    // Bigrams: n1 = 2, n2 = 1, Y = 1/2; D1 = 1 - 2*0.5*1/2 = 0.5. After 2: 1 and 3 once each.
    double[] afterTwo = new double[4];
    for (int token = 0; token < 4; token++) {
      afterTwo[token] = unigram[token] * 0.5 + (token % 2 == 1 ? 0.25 : 0);
    }
    assertArrayEquals(afterTwo, model.distribution(new int[] {0, 2}), ROUNDING);
  }

  @Test
  void probabilitiesSumToOneAfterAnyHistory() {
    var random = new RandomStream(7, 1);
    int[] document = new int[3000];
    for (int i = 0; i < document.length; i++) {
      document[i] = random.below(1 + random.below(40, 2L * i), 2L * i + 1);
    }
    var model = KneserNey.train(List.of(document, Arrays.copyOf(document, 9)), 50, 5);
    for (int length = 0; length < 200; length++) {
      double[] known = model.distribution(Arrays.copyOf(document, length));
      assertEquals(1, Arrays.stream(known).sum(), ROUNDING);
      double[] unknown = model.distribution(new int[] {49, length % 50, 3, 2, 1, length % 7});
      assertEquals(1, Arrays.stream(unknown).sum(), ROUNDING);
    }
  }

  @Test
  void predictsWhatAlwaysFollowed() {
    int[] document = {5, 1, 2, 3, 4, 6, 1, 2, 3, 7, 6, 1, 2, 3, 7, 5, 1, 2, 3, 4};
    var model = KneserNey.train(List.of(document), 8, 5);
    assertEquals(4, model.predict(new int[] {5, 1, 2, 3}));
    assertEquals(7, model.predict(new int[] {6, 1, 2, 3, 7, 6, 1, 2, 3}));
  }

  @Test
  void seesNoFurtherThanItsOrder() {
    int[] document = {5, 1, 2, 3, 4, 6, 1, 2, 3, 7};
    var model = KneserNey.train(List.of(document), 8, 4);
    assertArrayEquals(
        model.distribution(new int[] {5, 1, 2, 3}), model.distribution(new int[] {6, 1, 2, 3}), 0);
  }

  @Test
  void refusesTokensOutsideTheVocabulary() {
    var found =
        assertThrows(
            IllegalArgumentException.class, () -> KneserNey.train(List.of(new int[] {0, 8}), 8, 3));
    assertEquals("n-gram model: expected tokens from 0 to 7, found 8", found.getMessage());
  }
}
