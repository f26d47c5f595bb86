package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.Memory.ALL;
import static dev.minke.kernel.vector.Memory.ORDER;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import java.lang.foreign.Arena;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// How products are cut into tiles, and the packing of their operands.
///
/// A tile is six or four rows by one panel of [#COLUMNS] columns; [MicroKernels] computes it. Every
/// element of it is one chain of fused multiply-adds over k in order, whatever tile it falls into,
/// so the cut never changes a bit.
final class Tiles {
  /// Rows of a tile.
  static final int ROWS = 6;

  /// Rows of a small tile: with it, any even number of rows from four on is cut without a rest.
  static final int FEW_ROWS = 4;

  /// Columns of a panel.
  static final int COLUMNS = VectorWidth.LANES * MicroKernels.VECTORS;

  /// Bytes of one k of a panel.
  static final long PANEL_BYTES = COLUMNS * (long) Float.BYTES;

  /// Panels that a single row meets at once.
  static final int PANELS_OF_ONE_ROW = 4;

  /// Whether rows are read where they lie; otherwise they are packed first. A vector of 512 bits
  /// leaves time for the addresses of six rows; a narrower one runs out of it, and of registers
  /// where there are only 16.
  static final boolean IN_PLACE = VectorWidth.BITS == 512;

  /// Largest depth of one pass over a panel, which streams from the second-level cache: a shallower
  /// one would fit the first level, but outputs would be reloaded more often.
  static final int DEPTH = 1024;

  /// Zeros for four panels: where a chain begins.
  static final long ZEROS =
      Memory.allocateFloats(Arena.global(), (long) COLUMNS * PANELS_OF_ONE_ROW);

  private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;
  private static final long FOUR_BYTES = 4 * (long) Float.BYTES;
  private static final VectorShuffle<Float> LOW_BY_TURNS =
      VectorShuffle.fromValues(FOUR, 0, 4, 1, 5);
  private static final VectorShuffle<Float> HIGH_BY_TURNS =
      VectorShuffle.fromValues(FOUR, 2, 6, 3, 7);
  private static final VectorShuffle<Float> LOWS = VectorShuffle.fromValues(FOUR, 0, 1, 4, 5);
  private static final VectorShuffle<Float> HIGHS = VectorShuffle.fromValues(FOUR, 2, 3, 6, 7);

  private Tiles() {}

  /// Rows of the next tile, some of them missing perhaps, where `left` are still to be done.
  static int height(int left) {
    return left > 8 || left == 5 || left == 6 ? ROWS : FEW_ROWS;
  }

  /// A tile of packed rows.
  static void packed(
      int height, long a, long b, long from, long fromStride, long to, long toStride, long depth) {
    if (height == ROWS) {
      MicroKernels.packedSix(a, b, from, fromStride, to, toStride, depth);
    } else {
      MicroKernels.packedFour(a, b, from, fromStride, to, toStride, depth);
    }
  }

  /// A tile of rows in place.
  static void inPlace(
      int height,
      long a,
      long rowBytes,
      long b,
      long from,
      long fromStride,
      long to,
      long toStride,
      long depth) {
    if (height == ROWS) {
      MicroKernels.inPlaceSix(a, rowBytes, b, from, fromStride, to, toStride, depth);
    } else {
      MicroKernels.inPlaceFour(a, rowBytes, b, from, fromStride, to, toStride, depth);
    }
  }

  /// Packs rows for [#packed]: `to[k][r] = a[r][k]`, zeros for rows that are missing.
  ///
  /// @param rows the rows that there are, `rowBytes` apart
  /// @param to `[depth, height]`
  static void pack(long a, long rowBytes, int rows, int height, long depth, long to) {
    if (rows == ROWS) {
      packSix(a, rowBytes, depth, to);
      return;
    }
    long groupBytes = height * (long) Float.BYTES;
    if (rows < height) {
      Memory.clear(to, depth * height);
    }
    for (int row = 0; row < rows; row++) {
      long source = a + row * rowBytes;
      long target = to + row * (long) Float.BYTES;
      long end = source + depth * Float.BYTES;
      for (; source < end; source += Float.BYTES, target += groupBytes) {
        Memory.set(target, Memory.get(source));
      }
    }
  }

  private static void packSix(long a, long rowBytes, long depth, long to) {
    long lower = a + 3 * rowBytes;
    long end = a + depth * Float.BYTES;
    for (; a < end; a += Float.BYTES, lower += Float.BYTES, to += ROWS * (long) Float.BYTES) {
      Memory.set(to, Memory.get(a));
      Memory.set(to + 4, Memory.get(a + rowBytes));
      Memory.set(to + 8, Memory.get(a + 2 * rowBytes));
      Memory.set(to + 12, Memory.get(lower));
      Memory.set(to + 16, Memory.get(lower + rowBytes));
      Memory.set(to + 20, Memory.get(lower + 2 * rowBytes));
    }
  }

  /// Packs columns for [#packed]: `to[k][r] = a[k][r]`, zeros for columns that are missing.
  ///
  /// @param columns the neighbouring columns that there are, of rows that are `rowBytes` apart
  /// @param to `[depth, height]`
  static void packColumns(long a, long rowBytes, int columns, int height, long depth, long to) {
    long groupBytes = height * (long) Float.BYTES;
    long end = to + depth * groupBytes;
    if (columns == ROWS) {
      // Four and four, of which two are the same.
      for (; to < end; to += groupBytes, a += rowBytes) {
        FloatVector first = fromMemorySegment(FOUR, ALL, a, ORDER);
        FloatVector last = fromMemorySegment(FOUR, ALL, a + 8, ORDER);
        first.intoMemorySegment(ALL, to, ORDER);
        last.intoMemorySegment(ALL, to + 8, ORDER);
      }
    } else if (columns == FEW_ROWS && height == FEW_ROWS) {
      for (; to < end; to += groupBytes, a += rowBytes) {
        fromMemorySegment(FOUR, ALL, a, ORDER).intoMemorySegment(ALL, to, ORDER);
      }
    } else {
      Memory.clear(to, depth * height);
      for (; to < end; to += groupBytes, a += rowBytes) {
        for (int column = 0; column < columns; column++) {
          Memory.set(to + column * 4L, Memory.get(a + column * 4L));
        }
      }
    }
  }

  /// Packs columns of rows into a panel: `to[k][c] = a[k][c]`, zeros for columns that are missing.
  ///
  /// @param columns 1 to [#COLUMNS] neighbouring columns of rows that are `rowBytes` apart
  /// @param to `[depth, COLUMNS]`
  static void panelOfRows(long a, long rowBytes, int columns, long depth, long to) {
    long end = to + depth * PANEL_BYTES;
    if (columns == COLUMNS) {
      for (; to < end; to += PANEL_BYTES, a += rowBytes) {
        Memory.store(Memory.load(a), to);
        Memory.store(Memory.load(a + VectorWidth.BYTES), to + VectorWidth.BYTES);
      }
    } else {
      Memory.clear(to, depth * COLUMNS);
      for (; to < end; to += PANEL_BYTES, a += rowBytes) {
        RowLoops.copy(a, to, columns);
      }
    }
  }

  /// Packs rows as columns into a panel: `to[k][c] = a[c][k]`, zeros for columns that are missing.
  ///
  /// @param columns 1 to [#COLUMNS] rows of `a`, `rowBytes` apart
  /// @param to `[depth, COLUMNS]`
  static void panelOfColumns(long a, long rowBytes, int columns, long depth, long to) {
    if (columns < COLUMNS) {
      Memory.clear(to, depth * COLUMNS);
    }
    int column = 0;
    for (; column + 4 <= columns; column += 4) {
      turnFour(a + column * rowBytes, rowBytes, depth, to + column * (long) Float.BYTES);
    }
    for (; column < columns; column++) {
      turn(a + column * rowBytes, depth, to + column * (long) Float.BYTES);
    }
  }

  /// Four rows become four columns, in squares of four: half the time of single elements, a third
  /// where the panel is deep.
  private static void turnFour(long a, long rowBytes, long depth, long to) {
    long squares = depth / 4;
    for (long k = 0; k < squares; k++) {
      long at = a + k * FOUR_BYTES;
      FloatVector x = fromMemorySegment(FOUR, ALL, at, ORDER);
      FloatVector y = fromMemorySegment(FOUR, ALL, at + rowBytes, ORDER);
      FloatVector z = fromMemorySegment(FOUR, ALL, at + 2 * rowBytes, ORDER);
      FloatVector w = fromMemorySegment(FOUR, ALL, at + 3 * rowBytes, ORDER);
      FloatVector xyLow = x.rearrange(LOW_BY_TURNS, y);
      FloatVector xyHigh = x.rearrange(HIGH_BY_TURNS, y);
      FloatVector zwLow = z.rearrange(LOW_BY_TURNS, w);
      FloatVector zwHigh = z.rearrange(HIGH_BY_TURNS, w);
      long target = to + k * (4 * PANEL_BYTES);
      xyLow.rearrange(LOWS, zwLow).intoMemorySegment(ALL, target, ORDER);
      xyLow.rearrange(HIGHS, zwLow).intoMemorySegment(ALL, target + PANEL_BYTES, ORDER);
      xyHigh.rearrange(LOWS, zwHigh).intoMemorySegment(ALL, target + 2 * PANEL_BYTES, ORDER);
      xyHigh.rearrange(HIGHS, zwHigh).intoMemorySegment(ALL, target + 3 * PANEL_BYTES, ORDER);
    }
    long rest = depth % 4;
    for (int row = 0; rest > 0 && row < 4; row++) {
      turn(
          a + row * rowBytes + squares * FOUR_BYTES,
          rest,
          to + row * (long) Float.BYTES + squares * (4 * PANEL_BYTES));
    }
  }

  /// A row becomes a column.
  private static void turn(long a, long depth, long to) {
    for (long k = 0; k < depth; k++) {
      Memory.set(to + k * PANEL_BYTES, Memory.get(a + k * Float.BYTES));
    }
  }
}
