package dev.minke.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.kernel.Rotation;
import org.junit.jupiter.api.Test;

class RotationTablesTest {
  @Test
  void layersOfOneModelShareATable() {
    RotationTables tables = new RotationTables();
    float[] first = tables.upTo(1_000, Rotation.plain(64, 10_000));
    for (int layer = 1; layer < 30; layer++) {
      assertThat(tables.upTo(1_000, Rotation.plain(64, 10_000))).isSameAs(first);
    }
  }

  @Test
  void aTableGrowsAndKeepsWhatItSaid() {
    RotationTables tables = new RotationTables();
    Rotation rotation = Rotation.plain(8, 500);
    float[] small = tables.upTo(10, rotation);
    float[] large = tables.upTo(5_000, rotation);
    assertThat(large.length).isGreaterThanOrEqualTo(5_001 * 8).isGreaterThan(small.length);
    assertThat(large).startsWith(small);
    assertThat(tables.upTo(20, rotation)).isSameAs(large);
  }

  @Test
  void otherRotationsHaveOtherTables() {
    RotationTables tables = new RotationTables();
    float[] first = tables.upTo(10, Rotation.plain(8, 500));
    assertThat(tables.upTo(10, Rotation.plain(8, 501))).isNotEqualTo(first);
    assertThat(tables.upTo(10, new Rotation(Rotation.plain(8, 500).frequencies(), 2)))
        .isNotEqualTo(first);
  }
}
