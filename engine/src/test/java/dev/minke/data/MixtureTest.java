package dev.minke.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.minke.tensor.RandomStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MixtureTest {
  private static final int LONGEST = 30;

  /// Documents of 0 to 30 tokens, all of them the number of their source.
  private static TokenShard shard(int source, int documents) {
    RandomStream random = RandomStream.named(source, "lengths");
    TokenShard.Builder builder = TokenShard.builder("test", 10);
    for (int document = 0; document < documents; document++) {
      int[] ids = new int[random.below(LONGEST + 1, document)];
      java.util.Arrays.fill(ids, source);
      builder.add(ids, ids.length);
    }
    return builder.build();
  }

  private static Mixture mixture(double... weights) {
    List<Mixture.Part> parts = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      parts.add(new Mixture.Part("source " + i, shard(i, 5 + 40 * i), weights[i]));
    }
    return new Mixture(parts);
  }

  private static long[] inputs(Packing packing, int rows) {
    long[] inputs = new long[3];
    for (PackedRow row : packing.take(DataPosition.START, rows).rows()) {
      for (PackedRow.Piece piece : row.pieces()) {
        inputs[packing.shard().token(piece.document(), 0)] += piece.length();
      }
    }
    return inputs;
  }

  /// At any length of the run no source is further from its share than a document of each.
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "5, 3, 2", "0.01, 0.09, 0.9", "1000, 1, 1"})
  void everySourceHasItsShareOfTheTokensAtAnyTime(double first, double second, double third) {
    double[] weights = {first, second, third};
    double sum = first + second + third;
    for (int rows : new int[] {3, 10, 77, 500}) {
      long[] found = inputs(new Packing(mixture(weights), 16, 3), rows);
      long all = found[0] + found[1] + found[2];
      for (int i = 0; i < 3; i++) {
        assertThat((double) found[i])
            .as("source %d of %s after %d rows", i, List.of(first, second, third), rows)
            .isCloseTo(all * weights[i] / sum, within(3.0 * LONGEST));
      }
    }
  }

  @Test
  void withinAPassOverASourceEveryTargetComesOnceWhateverTheOthersDo() {
    Mixture mixture = mixture(5, 3, 2);
    Packing packing = new Packing(mixture, 16, 3);
    DataPosition at = DataPosition.START;
    List<Long> targets = new ArrayList<>();
    while (at.parts().isEmpty() || at.parts().get(2).epoch() == 0) {
      Packing.Taken taken = packing.take(at, 1);
      at = taken.next();
      for (PackedRow.Piece piece : taken.rows().getFirst().pieces()) {
        int first = mixture.parts().get(0).shard().documents() + shard(1, 45).documents();
        for (int i = 0; piece.document() >= first && i < piece.length(); i++) {
          targets.add(1000L * piece.document() + piece.from() + i + 1);
        }
      }
    }
    TokenShard third = mixture.parts().get(2).shard();
    long expected = 0;
    for (int document = 0; document < third.documents(); document++) {
      expected += Math.max(0, third.length(document) - 1);
    }
    assertThat(targets.stream().distinct().count()).isEqualTo(expected);
    // The last row may hold the first documents of the next pass.
    assertThat(targets.size() - expected).isLessThanOrEqualTo(16);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 16, 64})
  void goingOnFromAnyPositionGivesTheRowsOfAnUndisturbedRead(int rowTokens) {
    List<PackedRow> undisturbed =
        new Packing(mixture(1, 2, 3), rowTokens, 5).take(DataPosition.START, 200).rows();
    String position = DataPosition.START.format();
    for (int step = 0; step < 50; step++) {
      Packing packing = new Packing(mixture(1, 2, 3), rowTokens, 5);
      Packing.Taken taken = packing.take(DataPosition.parse(position), 4);
      assertThat(taken.rows()).isEqualTo(undisturbed.subList(4 * step, 4 * step + 4));
      position = taken.next().format();
    }
  }

  @Test
  void aSourceAloneIsPackedAsItsShard() {
    TokenShard shard = shard(2, 40);
    Mixture alone = new Mixture(List.of(new Mixture.Part("alone", shard, 7)));
    assertThat(new Packing(alone, 16, 5).take(DataPosition.START, 60).rows())
        .isEqualTo(new Packing(shard, 16, 5).take(DataPosition.START, 60).rows());
    assertThat(alone.hash()).isEqualTo(shard.hash());
  }

  @Test
  void theHashTellsWeightsAndOrderOfTheSources() {
    assertThat(mixture(1, 2, 3).hash()).isEqualTo(mixture(1, 2, 3).hash());
    assertThat(mixture(1, 2, 3).hash()).isNotEqualTo(mixture(1, 2, 4).hash());
    List<Mixture.Part> turned = new ArrayList<>(mixture(1, 1, 1).parts());
    Collections.reverse(turned);
    assertThat(new Mixture(turned).hash()).isNotEqualTo(mixture(1, 1, 1).hash());
  }

  @Test
  void whatCannotBeMixedIsRefusedByName() {
    TokenShard empty = TokenShard.builder("test", 10).build();
    List<Mixture.Part> parts =
        List.of(new Mixture.Part("good", shard(1, 9), 1), new Mixture.Part("hollow", empty, 1));
    assertThatThrownBy(() -> new Packing(new Mixture(parts), 16, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("in hollow, found 0 documents");
    assertThatThrownBy(() -> new Mixture.Part("none", empty, 0)).hasMessageContaining("none");
    Packing two = new Packing(mixture(1, 1), 16, 1);
    DataPosition ofThree = new Packing(mixture(1, 1, 1), 16, 1).take(DataPosition.START, 2).next();
    assertThatThrownBy(() -> two.take(ofThree, 1)).hasMessageContaining("expected 2 parts");
    for (String text : List.of("", "1", "1:2 0+0", "a:1:1 0+0", "1:1:1 0+x", "-1:0:0 0+0")) {
      assertThatThrownBy(() -> DataPosition.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void inTurnsAnyBeginningHasTheSameShareOfEachShard() {
    List<TokenShard> shards = List.of(shard(0, 10), shard(1, 40), shard(2, 50));
    TokenShard turns = TokenShard.interleaved(shards);
    assertThat(turns.documents()).isEqualTo(100);
    assertThat(turns.tokens()).isEqualTo(shards.stream().mapToLong(TokenShard::tokens).sum());
    int[] found = new int[3];
    for (int document = 0; document < 100; document++) {
      if (turns.length(document) > 0) {
        int source = turns.token(document, 0);
        assertThat(turns.bytes(document)).isEqualTo(turns.length(document));
        // Empty documents do not show where they are from.
        int least = (document + 1) * shards.get(source).documents() / 100;
        assertThat(++found[source]).isLessThanOrEqualTo(least + 2);
      }
    }
    TokenShard joined = TokenShard.joined(shards);
    assertThat(joined.length(50)).isEqualTo(shards.get(2).length(0));
    assertThatThrownBy(
            () -> TokenShard.joined(List.of(shard(1, 2), TokenShard.builder("x", 10).build())))
        .hasMessageContaining("expected one tokenizer");
  }
}
