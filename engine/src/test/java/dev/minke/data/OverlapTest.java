package dev.minke.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.minke.tensor.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OverlapTest {
  /// Few different units, so that runs repeat by chance.
  private static List<long[]> documents(long seed, int count) {
    RandomStream random = RandomStream.named(seed, "units");
    List<long[]> documents = new ArrayList<>();
    for (int document = 0; document < count; document++) {
      long[] units = new long[random.below(40, document)];
      for (int i = 0; i < units.length; i++) {
        units[i] = random.below(2, 1000L + 50L * document + i);
      }
      documents.add(units);
    }
    return documents;
  }

  /// Against sets of lists: the definition itself.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void countsAreThoseOfTheDefinition(long seed) {
    List<long[]> evaluation = documents(seed, 60);
    List<long[]> training = documents(seed + 100, 25);
    Set<List<Long>> known = new HashSet<>();
    Overlap overlap = new Overlap();
    for (int i = 0; i < evaluation.size(); i++) {
      overlap.evaluate("e" + i, evaluation.get(i));
    }
    for (long[] document : training) {
      overlap.train(document);
      for (int i = 0; i + Overlap.RUN <= document.length; i++) {
        known.add(Arrays.stream(document, i, i + Overlap.RUN).boxed().toList());
      }
    }
    long covered = 0;
    long overlapping = 0;
    long units = 0;
    long tooShort = 0;
    for (long[] document : evaluation) {
      if (document.length < Overlap.RUN) {
        tooShort++;
        continue;
      }
      units += document.length;
      Set<Integer> places = new HashSet<>();
      for (int i = 0; i + Overlap.RUN <= document.length; i++) {
        if (known.contains(Arrays.stream(document, i, i + Overlap.RUN).boxed().toList())) {
          for (int j = 0; j < Overlap.RUN; j++) {
            places.add(i + j);
          }
        }
      }
      covered += places.size();
      overlapping += places.isEmpty() ? 0 : 1;
    }
    Overlap.Result found = overlap.result();
    assertThat(covered).isPositive().isLessThan(units);
    assertThat(found.covered()).isEqualTo(covered);
    assertThat(found.overlapping()).isEqualTo(overlapping);
    assertThat(found.units()).isEqualTo(units);
    assertThat(found.documents()).isEqualTo(evaluation.size() - tooShort);
    assertThat(found.tooShort()).isEqualTo(tooShort);
  }

  @Test
  void aTextCoversItselfAndExamplesSayWhere() {
    String known = "It was the best of times, it was the worst of times, it was the age of wisdom.";
    String mostlyNew =
        "Nobody ever wrote these words in just this order, but then "
            + "IT WAS THE BEST -- OF TIMES; it was the worst and so on and on.";
    Overlap overlap = new Overlap();
    overlap.evaluate("known", Overlap.words(known));
    overlap.evaluate("mostly new", Overlap.words(mostlyNew));
    overlap.evaluate("short", Overlap.words("it was the age of wisdom"));
    overlap.train(Overlap.words("Once: " + known));
    Overlap.Result found = overlap.result();
    assertThat(found.documents()).isEqualTo(2);
    assertThat(found.overlapping()).isEqualTo(2);
    assertThat(found.tooShort()).isEqualTo(1);
    // 18 words of the first; of the second the ten words from its twelfth on.
    assertThat(found.covered()).isEqualTo(18 + 10);
    assertThat(found.examples()).hasSize(2);
    assertThat(found.examples().getFirst()).isEqualTo(new Overlap.Example("known", 0, 1.0));
    assertThat(found.examples().getLast().document()).isEqualTo("mostly new");
    assertThat(found.examples().getLast().from()).isEqualTo(11);
    assertThat(found.examples().getLast().share()).isCloseTo(10.0 / 26, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({
    "'', 0",
    "' , ', 0",
    "'one', 1",
    "'one two', 2",
    "'don''t', 2",
    "'鯨は大きい', 4",
    "'abc123 x', 2"
  })
  void wordsAreLettersAndDigitsAndEveryIdeograph(String text, int words) {
    // Kana make words: 鯨 | は | 大 | きい.
    assertThat(Overlap.words(text)).hasSize(words);
  }

  @Test
  void wordsAreEqualWhereTheirLettersAre() {
    assertThat(Overlap.words("The CAT sat.")).isEqualTo(Overlap.words("the, cat -- sat"));
    assertThat(Overlap.words("ab c")).isNotEqualTo(Overlap.words("a bc"));
    assertThat(Overlap.words("ab")).isNotEqualTo(Overlap.words("ba"));
  }

  @Test
  void shardsAreHeldAgainstEachOtherByTheirTokens() {
    int[] ids = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    TokenShard training = TokenShard.builder("t", 20).add(new int[3], 3).add(ids, 11).build();
    ids[10] = 12;
    TokenShard evaluation = TokenShard.builder("t", 20).add(ids, 11).add(new int[2], 2).build();
    assertThat(Overlap.between(evaluation, training))
        .isEqualTo(
            new Overlap.Result(
                1, 1, 1, 11, 10, List.of(new Overlap.Example("document 0", 0, 10.0 / 11))));
  }
}
