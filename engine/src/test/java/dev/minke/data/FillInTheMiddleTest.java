package dev.minke.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FillInTheMiddleTest {
  private static final int BEGIN = 1;
  private static final int HOLE = 2;
  private static final int END = 3;
  private static final int TEXT_BEGIN = 4;
  private static final int TEXT_END = 5;

  /// A token is a letter.
  private static final Corpus.Encoding LETTERS =
      new Corpus.Encoding(
          text -> text.codePoints().toArray(), "letters", 0x110000, TEXT_BEGIN, TEXT_END);

  private static FillInTheMiddle rate(double rate, long seed) {
    return new FillInTheMiddle(rate, seed, BEGIN, HOLE, END);
  }

  private static String text(List<Integer> ids) {
    StringBuilder text = new StringBuilder();
    ids.forEach(text::appendCodePoint);
    return text.toString();
  }

  private static List<Integer> ids(FillInTheMiddle exercises, String document) {
    return java.util.Arrays.stream(exercises.encode(document, LETTERS)).boxed().toList();
  }

  /// The order of the pieces is that of DeepSeek's template: begin, prefix, hole, suffix, end,
  /// middle, end of text.
  @Test
  void prefixMiddleAndSuffixGiveTheDocumentAgain() {
    for (int i = 0; i < 200; i++) {
      String document = "zwölf 🐳 whales, number " + i;
      List<Integer> ids = ids(rate(1, 7), document);
      assertThat(ids.getFirst()).isEqualTo(TEXT_BEGIN);
      assertThat(ids.get(1)).isEqualTo(BEGIN);
      assertThat(ids.getLast()).isEqualTo(TEXT_END);
      int hole = ids.indexOf(HOLE);
      int end = ids.indexOf(END);
      assertThat(hole).isBetween(2, end);
      String prefix = text(ids.subList(2, hole));
      String suffix = text(ids.subList(hole + 1, end));
      String middle = text(ids.subList(end + 1, ids.size() - 1));
      assertThat(prefix + middle + suffix).isEqualTo(document);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 0.5, 1})
  void theRateIsTheShareOfDocuments(double rate) {
    int exercises = 0;
    int documents = 2000;
    for (int i = 0; i < documents; i++) {
      List<Integer> ids = ids(rate(rate, 3), "document " + i);
      if (ids.contains(HOLE)) {
        exercises++;
      } else {
        assertThat(text(ids.subList(1, ids.size() - 1))).isEqualTo("document " + i);
      }
    }
    // Five deviations of a binomial distribution.
    double deviation = Math.sqrt(documents * rate * (1 - rate));
    assertThat(Math.abs(exercises - documents * rate)).isLessThanOrEqualTo(5 * deviation);
  }

  /// Borders of a pair are uniform, so a piece is a third of the text on average.
  @Test
  void everyPieceHasAThirdOnAverage() {
    double[] shares = new double[3];
    int documents = 2000;
    for (int i = 0; i < documents; i++) {
      String document = "x".repeat(100) + i;
      List<Integer> ids = ids(rate(1, 5), document);
      int hole = ids.indexOf(HOLE);
      int end = ids.indexOf(END);
      double length = document.length();
      shares[0] += (hole - 2) / length / documents;
      shares[1] += (end - hole - 1) / length / documents;
      shares[2] += (ids.size() - end - 2) / length / documents;
    }
    // The deviation of a piece is sqrt(1/18) of the text: five of the mean's.
    for (double share : shares) {
      assertThat(Math.abs(share - 1.0 / 3)).isLessThan(5 * Math.sqrt(1.0 / 18 / documents));
    }
  }

  @Test
  void aDocumentsExerciseIsAFunctionOfSeedAndTextAlone() {
    List<List<Integer>> once = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      once.add(ids(rate(0.5, 1), "document " + i));
    }
    int other = 0;
    for (int i = 49; i >= 0; i--) {
      assertThat(ids(rate(0.5, 1), "document " + i)).isEqualTo(once.get(i));
      other += ids(rate(0.5, 2), "document " + i).equals(once.get(i)) ? 0 : 1;
    }
    assertThat(other).isGreaterThan(10);
  }

  @Test
  void theShortestDocumentIsCutToo() {
    assertThat(ids(rate(1, 1), "a")).hasSize(6).contains((int) 'a');
  }
}
