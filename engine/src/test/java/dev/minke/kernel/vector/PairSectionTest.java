package dev.minke.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every number of 16 bits, as it comes out of a strip.
class PairSectionTest {
  private static final int COLUMNS = 1 << 10;
  private static final int ROWS = (1 << 16) / COLUMNS;

  @ParameterizedTest
  @EnumSource(PairSection.Kind.class)
  void everyNumberWidensToItsValue(PairSection.Kind kind) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment file = arena.allocate(Short.BYTES << 16, Tensor.ALIGNMENT);
      for (int i = 0; i < 1 << 16; i++) {
        file.set(ValueLayout.JAVA_SHORT, 2L * i, (short) i);
      }
      long bytes = new PairSection(kind, 0, ROWS, COLUMNS).bytes();
      assertThat(bytes).isEqualTo(file.byteSize());
      long address = arena.allocate(bytes, Tensor.ALIGNMENT).address();
      PairSection section = new PairSection(kind, address, ROWS, COLUMNS);
      for (int strip = 0; strip < ROWS / 16; strip++) {
        section.pack(file.address() + strip * 16L * COLUMNS * Short.BYTES, 16, strip);
      }
      MemorySegment panel = arena.allocate(Tiles.CHUNK * Tiles.PANEL_BYTES, Tensor.ALIGNMENT);
      MemorySegment whole = arena.allocate(COLUMNS * 4L, Tensor.ALIGNMENT);
      for (int row = 0; row < ROWS; row += Tiles.COLUMNS) {
        for (int from = 0; from < COLUMNS; from += Tiles.CHUNK) {
          int length = Math.min(Tiles.CHUNK, COLUMNS - from);
          section.decode(row, Tiles.COLUMNS, from, length, panel.address(), 0);
          for (int k = 0; k < length; k++) {
            for (int c = 0; c < Tiles.COLUMNS; c++) {
              float found = panel.get(ValueLayout.JAVA_FLOAT, k * Tiles.PANEL_BYTES + 4L * c);
              int number = (row + c) * COLUMNS + from + k;
              assertThat(found).as("%x", number).isEqualTo(Float.valueOf(value(kind, number)));
            }
          }
        }
        section.row(row + 1, whole.address(), 0);
        for (int k = 0; k < COLUMNS; k++) {
          assertThat(whole.getAtIndex(ValueLayout.JAVA_FLOAT, k))
              .isEqualTo(Float.valueOf(value(kind, (row + 1) * COLUMNS + k)));
        }
      }
    }
  }

  private static float value(PairSection.Kind kind, int number) {
    return switch (kind) {
      case BF16 -> Float.intBitsToFloat(number << 16);
      case F16 -> Float.float16ToFloat((short) number);
    };
  }
}
