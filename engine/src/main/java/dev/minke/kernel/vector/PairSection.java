package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.Memory.loadInts;
import static dev.minke.kernel.vector.Memory.store;

import dev.minke.kernel.x86.StripFormat;
import dev.minke.tensor.BlockFormat;
import java.util.Optional;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// Rows of numbers of 16 bits, 16 rows side by side: an int holds two neighbours of one row, the
/// first in its lower half, so that widening is a shift or a mask and nothing has to be turned.
///
/// @param kind of numbers
/// @param address of the first strip
record PairSection(Kind kind, long address, int rows, int columns) implements Section {
  /// Rows of a strip.
  private static final int ROWS = StripFormat.ROWS;

  private static final int LANES = VectorWidth.LANES;

  /// Bytes of an int of each row.
  private static final long STEP = Integer.BYTES * (long) ROWS;

  private static final int UPPER_HALF = 0xFFFF0000;

  enum Kind {
    BF16,
    F16;

    /// The kind of a format, where rows can be cut into pairs.
    static Optional<Kind> of(BlockFormat format, int columns) {
      for (Kind kind : values()) {
        if (kind.name().equals(format.name()) && columns % 2 == 0) {
          return Optional.of(kind);
        }
      }
      return Optional.empty();
    }
  }

  /// Bytes of a strip.
  long stripBytes() {
    return columns / 2 * STEP;
  }

  @Override
  public long bytes() {
    return (rows + ROWS - 1) / ROWS * stripBytes();
  }

  /// Brings rows as files have them into a strip.
  ///
  /// @param source address of the first
  /// @param count 1 to 16; the strip's other rows become 0
  void pack(long source, int count, int strip) {
    long to = address + strip * stripBytes();
    int pairs = columns / 2;
    for (int row = 0; row < ROWS; row++) {
      long from = source + row * (long) columns * Short.BYTES;
      for (int pair = 0; pair < pairs; pair++) {
        int two = row < count ? Memory.getInt(from + 4L * pair) : 0;
        Memory.setInt(to + STEP * pair + 4L * row, two);
      }
    }
  }

  @Override
  public void decode(int row, int count, int from, int length, long to, long room) {
    int lanes = Math.min(Tiles.COLUMNS, ROWS);
    for (int c = 0; c < count; c += lanes) {
      long strip = address + (row + c) / ROWS * stripBytes() + from / 2 * STEP;
      for (int lane = 0; lane < lanes; lane += LANES) {
        long at = strip + 4L * ((row + c) % ROWS + lane);
        long panel = to + 4L * (c + lane);
        switch (kind) {
          case BF16 -> decodeBf16(at, length / 2, panel);
          case F16 -> decodeF16(at, length / 2, panel);
        }
      }
    }
    if (count <= Tiles.COLUMNS - ROWS) {
      for (int k = 0; k < length; k++) {
        Memory.clear(to + k * Tiles.PANEL_BYTES + STEP, Tiles.COLUMNS - ROWS);
      }
    }
  }

  private static void decodeBf16(long at, int pairs, long to) {
    for (int pair = 0; pair < pairs; pair++) {
      IntVector two = loadInts(at + STEP * pair);
      long panel = to + 2L * pair * Tiles.PANEL_BYTES;
      store(two.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), panel);
      store(two.and(UPPER_HALF).reinterpretAsFloats(), panel + Tiles.PANEL_BYTES);
    }
  }

  private static void decodeF16(long at, int pairs, long to) {
    for (int pair = 0; pair < pairs; pair++) {
      IntVector two = loadInts(at + STEP * pair);
      long panel = to + 2L * pair * Tiles.PANEL_BYTES;
      store(Halves.widened(two.lanewise(VectorOperators.LSHL, 16)), panel);
      store(Halves.widened(two), panel + Tiles.PANEL_BYTES);
    }
  }

  @Override
  public void row(int row, long to, long room) {
    long at = address + row / ROWS * stripBytes() + 4L * (row % ROWS);
    for (int k = 0; k < columns; k++) {
      int two = Memory.getInt(at + k / 2 * STEP);
      short half = (short) (k % 2 == 0 ? two : two >>> 16);
      float value =
          switch (kind) {
            case BF16 -> Float.intBitsToFloat(half << 16);
            case F16 -> Float.float16ToFloat(half);
          };
      Memory.set(to + 4L * k, value);
    }
  }
}
