package dev.minke.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Each tile once, as long as the longest sequence needs it, and every position found again.
class GatheredTilesTest {
  private static KvView.Sequence pages(int firstQuery, int length, int... pages) {
    return new KvView.Sequence(firstQuery, 1, length, new KvView.Location.Pages(pages));
  }

  @Test
  void sharedPagesAreThereOnce() {
    List<KvView.Sequence> sequences =
        List.of(pages(0, 130, 4, 2, 9), pages(1, 100, 4, 2), pages(2, 70, 4, 7), pages(3, 5, 1));
    GatheredTiles gathered = GatheredTiles.of(sequences);
    assertThat(gathered.runs())
        .containsExactly(
            new GatheredTiles.Run(256, 64),
            new GatheredTiles.Run(128, 64),
            new GatheredTiles.Run(576, 2),
            new GatheredTiles.Run(448, 6),
            new GatheredTiles.Run(64, 5));
    assertThat(gathered.rows()).isEqualTo(141);
    assertPositionsAreFound(sequences, gathered);
  }

  @Test
  void aTileIsAsLongAsTheLongestNeedsIt() {
    List<KvView.Sequence> sequences = List.of(pages(0, 70, 3, 5), pages(1, 90, 3, 5));
    GatheredTiles gathered = GatheredTiles.of(sequences);
    assertThat(gathered.rows()).isEqualTo(90);
    assertPositionsAreFound(sequences, gathered);
  }

  @Test
  void rowsOfOneSequenceStayInOrder() {
    var one = new KvView.Sequence(0, 3, 150, new KvView.Location.Rows(10));
    GatheredTiles gathered = GatheredTiles.of(List.of(one));
    assertThat(gathered.rows()).isEqualTo(150);
    assertPositionsAreFound(List.of(one), gathered);
  }

  private static void assertPositionsAreFound(
      List<KvView.Sequence> sequences, GatheredTiles gathered) {
    int[] source =
        gathered.runs().stream()
            .flatMapToInt(run -> IntStream.range(run.firstRow(), run.firstRow() + run.count()))
            .toArray();
    for (int i = 0; i < sequences.size(); i++) {
      KvView.Sequence before = sequences.get(i);
      KvView.Sequence after = gathered.sequences().get(i);
      assertThat(after.firstQuery()).isEqualTo(before.firstQuery());
      assertThat(after.queries()).isEqualTo(before.queries());
      assertThat(after.length()).isEqualTo(before.length());
      for (int p = 0; p < before.length(); p++) {
        int tile = p / KvView.TILE;
        int within = p % KvView.TILE;
        assertThat(source[after.location().rowOfTile(tile) + within])
            .isEqualTo(before.location().rowOfTile(tile) + within);
      }
    }
  }
}
