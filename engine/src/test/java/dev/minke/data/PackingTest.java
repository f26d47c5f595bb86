package dev.minke.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.model.TrainingRows;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Workspace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackingTest {
  private static final int VOCAB = 500;

  /// Documents of 0 to 40 tokens.
  private static TokenShard shard(int documents, long seed) {
    RandomStream random = RandomStream.named(seed, "documents");
    TokenShard.Builder builder = TokenShard.builder("test", VOCAB);
    for (int document = 0; document < documents; document++) {
      int[] ids = new int[random.below(41, document)];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = random.below(VOCAB, 1000L + 50L * document + i);
      }
      builder.add(ids, 3 * ids.length);
    }
    return builder.build();
  }

  private static List<PackedRow> epoch(Packing packing, int epoch) {
    List<PackedRow> rows = new ArrayList<>();
    DataPosition at = new DataPosition(List.of(new DataPosition.Cursor(epoch, 0, 0)), 0, 0);
    while (at.parts().getFirst().epoch() == epoch) {
      Packing.Taken taken = packing.take(at, 1);
      rows.addAll(taken.rows());
      at = taken.next();
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 16, 39, 40, 64})
  void everyTokenButADocumentsFirstIsATargetOncePerEpoch(int rowTokens) {
    TokenShard shard = shard(60, 1);
    Packing packing = new Packing(shard, rowTokens, 9);
    for (List<PackedRow> rows : List.of(epoch(packing, 0), packing.inOrder(Integer.MAX_VALUE))) {
      Set<String> targets = new HashSet<>();
      for (PackedRow row : rows) {
        assertThat(row.tokens()).isBetween(1, rowTokens);
        for (PackedRow.Piece piece : row.pieces()) {
          for (int i = 0; i < piece.length(); i++) {
            int target = piece.from() + i + 1;
            boolean first = targets.add(piece.document() + "." + target);
            // The last row of an epoch may hold the first documents of the next.
            assertThat(first || row == rows.getLast()).isTrue();
          }
        }
      }
      long expected = 0;
      for (int document = 0; document < shard.documents(); document++) {
        expected += Math.max(0, shard.length(document) - 1);
      }
      assertThat(targets).hasSize((int) expected);
    }
  }

  @Test
  void documentsThatFitInARowAreNotSplit() {
    TokenShard shard = shard(60, 2);
    for (PackedRow row : epoch(new Packing(shard, 40, 3), 0)) {
      for (PackedRow.Piece piece : row.pieces()) {
        assertThat(piece.length()).isEqualTo(shard.length(piece.document()) - 1);
      }
    }
  }

  @Test
  void goingOnFromAnyPositionGivesTheRowsOfAnUndisturbedRead() {
    TokenShard shard = shard(30, 4);
    List<PackedRow> undisturbed = new Packing(shard, 16, 5).take(DataPosition.START, 90).rows();
    DataPosition at = DataPosition.START;
    for (int step = 0; step < 30; step++) {
      Packing.Taken taken = new Packing(shard, 16, 5).take(at, 3);
      assertThat(taken.rows()).isEqualTo(undisturbed.subList(3 * step, 3 * step + 3));
      at = taken.next();
    }
    assertThat(at.parts().getFirst().epoch()).isGreaterThan(0);
  }

  @Test
  void epochsAndSeedsHaveOrdersOfTheirOwn() {
    TokenShard shard = shard(30, 6);
    List<PackedRow> first = epoch(new Packing(shard, 16, 1), 0);
    assertThat(epoch(new Packing(shard, 16, 1), 0)).isEqualTo(first);
    assertThat(epoch(new Packing(shard, 16, 1), 1)).isNotEqualTo(first);
    assertThat(epoch(new Packing(shard, 16, 2), 0)).isNotEqualTo(first);
  }

  @Test
  void targetsAreTheNextTokensAndNeverThoseOfAnotherDocument() {
    TokenShard shard = shard(20, 7);
    List<PackedRow> rows = new Packing(shard, 16, 1).take(DataPosition.START, 6).rows();
    StepRows step = new StepRows(shard, rows);
    double weights = 0;
    double predictionWeights = 0;
    int sequences = 0;
    try (Workspace workspace = Workspace.poisoning()) {
      for (int from = 0; from < 6; from += 4) {
        int to = Math.min(6, from + 4);
        TrainingRows batch =
            step.training(workspace, from, to, new TrainingRows.Factors(0.5f, 0.3f));
        int row = 0;
        for (PackedRow packed : rows.subList(from, to)) {
          for (PackedRow.Piece piece : packed.pieces()) {
            for (int i = 0; i < piece.length(); i++, row++) {
              int at = piece.from() + i;
              assertThat(batch.rows().ids().getInt(0, row))
                  .isEqualTo(shard.token(piece.document(), at));
              assertThat(batch.targets().getInt(0, row))
                  .isEqualTo(shard.token(piece.document(), at + 1));
              assertThat(batch.rows().positions().getInt(0, row)).isEqualTo(i);
              weights += batch.weights().get(0, row);
              predictionWeights += batch.predictionWeights().get(0, row);
            }
          }
        }
        assertThat(batch.rows().tokens()).isEqualTo(row);
        sequences += batch.rows().sequences().size();
        assertThat(batch.counts())
            .isEqualTo(
                new TrainingRows.Counts(
                    step.tokens(), step.tokens() - step.sequences(), step.sequences()));
      }
    }
    assertThat(weights).isEqualTo(step.tokens());
    assertThat(predictionWeights).isEqualTo(step.tokens() - step.sequences());
    assertThat(sequences).isEqualTo(step.sequences());
  }

  @Test
  void aCorpusWithoutATargetIsRefused() {
    TokenShard empty = TokenShard.builder("test", 4).add(new int[] {1}, 1).build();
    assertThatThrownBy(() -> new Packing(empty, 16, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a document of two tokens");
  }

  @Test
  void theSplitDependsOnTheDocumentAlone() {
    List<String> documents = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      documents.add("document " + i);
    }
    Corpus all = Corpus.split(documents, 0.1);
    Corpus half = Corpus.split(documents.subList(0, 1000), 0.1);
    assertThat(all.validation()).containsAll(half.validation());
    assertThat(all.training()).containsAll(half.training());
    // 200 expected, deviation 13.4: five deviations.
    assertThat(all.validation().size()).isBetween(133, 267);
  }
}
