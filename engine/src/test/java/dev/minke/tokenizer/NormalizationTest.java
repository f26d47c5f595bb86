package dev.minke.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.tensor.RandomStream;
import java.text.Normalizer;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NormalizationTest {
  /// Every mark, letters that marks join, and letters that are marks in disguise.
  private static final int[] LETTERS =
      IntStream.concat(
              IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                  .filter(letter -> isMark(Character.getType(letter))),
              "aeo\u1EA1\u0344\u0F73\uFF9E\uFF9F\u30AB\u1100\u1161".codePoints())
          .toArray();

  /// JDK's own normalizer is the truth; runs are short enough for it.
  @ParameterizedTest
  @EnumSource(Normalizer.Form.class)
  void longRunsOfMarksHaveTheSameNormalForm(Normalizer.Form form) {
    Normalization normalization = new Normalization(List.of(form));
    for (int seed = 0; seed < 2000; seed++) {
      RandomStream random = new RandomStream(seed, 2);
      int kinds = 1 + random.below(seed % 2 == 0 ? 4 : 60, 0);
      StringBuilder text = new StringBuilder("a");
      for (int i = 1; i <= 100; i++) {
        int kind = random.below(kinds, 2L * i);
        text.appendCodePoint(LETTERS[new RandomStream(seed, 3).below(LETTERS.length, kind)]);
      }
      assertThat(normalization.apply(text.toString()))
          .as("seed %d", seed)
          .isEqualTo(Normalizer.normalize(text, form));
    }
  }

  @ParameterizedTest
  @EnumSource(Normalizer.Form.class)
  void marksInTurnAreNoAttack(Normalizer.Form form) {
    String text = "a" + "\u0301\u0323".repeat(1 << 18);
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> assertThat(new Normalization(List.of(form)).apply(text)).hasSizeGreaterThan(1 << 18));
  }

  private static boolean isMark(int type) {
    return type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK;
  }
}
