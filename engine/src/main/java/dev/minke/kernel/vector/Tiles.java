package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.Memory.ADDRESS;
import static dev.minke.kernel.vector.Memory.ALL;
import static dev.minke.kernel.vector.Memory.FEW_STEPS;
import static dev.minke.kernel.vector.Memory.ORDER;
import static dev.minke.kernel.vector.Memory.PAIR;
import static dev.minke.kernel.vector.Memory.STRIDE;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import java.lang.foreign.Arena;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// How products are cut into tiles, and the packing of their operands.
///
/// A tile is a few rows by one panel of [#COLUMNS] columns; [MicroKernels] computes it. Every
/// element of it is one chain of fused multiply-adds over k in order, whatever tile it falls into,
/// so the cut never changes a bit.
final class Tiles {
  /// Rows of a tile.
  static final int ROWS = 6;

  /// Rows of a tile of a product with packed rows: eight where there are registers for 16
  /// accumulators.
  static final int PRODUCT_ROWS = VectorWidth.MANY_REGISTERS ? 8 : ROWS;

  /// Rows of a small tile: with it, any even number of rows from four on is cut without a rest.
  static final int FEW_ROWS = 4;

  /// Columns of a panel.
  static final int COLUMNS = VectorWidth.LANES * MicroKernels.VECTORS;

  /// Bytes of one k of a panel.
  static final long PANEL_BYTES = COLUMNS * (long) Float.BYTES;

  /// Panels that a single row meets at once.
  static final int PANELS_OF_ONE_ROW = 4;

  /// Largest depth of one pass over a panel, which streams from the second-level cache: a shallower
  /// one would fit the first level, but outputs would be reloaded more often.
  static final int DEPTH = SecondLevelCache.BYTES >= 1 << 20 ? 2048 : 1024;

  /// Steps of k that a panel takes with all rows of a part before the next ones: so much of a panel
  /// and of a group of rows stay in the first-level cache. A multiple of every stored format's
  /// block.
  static final int CHUNK = 256;

  /// Depth of a panel of columns that is turned at once: its two copies stay in the first-level
  /// cache.
  private static final int JOINED = 128;

  /// Floats that making a panel of columns takes.
  static final long PANEL_SCRATCH = (long) JOINED * COLUMNS;

  /// Zeros for four panels: where a chain begins.
  static final long ZEROS =
      Memory.allocateFloats(Arena.global(), (long) COLUMNS * PANELS_OF_ONE_ROW);

  private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
  private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;
  private static final VectorSpecies<Float> TWO = FloatVector.SPECIES_64;

  /// Steps of k after which a tile asks for the second half of the next one's outputs.
  private static final int REACH_STEPS = 128;

  /// Steps of k from which on two halves are worth an interruption.
  private static final int REACH_DEPTH = 192;

  /// The first float of a pair of bits, and the bytes of both.
  private static final long FIRST = 0xffff_ffffL;

  private static final int PAIR_BYTES = 2 * Float.BYTES;

  private static final int LINE_BYTES = 64;
  private static final VectorMask<Float> NO_LANE = VectorMask.fromLong(FloatVector.SPECIES_512, 0);

  private Tiles() {}

  /// Rows of the next tile, some of them missing perhaps, where `left` are still to be done.
  static int height(int left) {
    return left > 8 || left == 5 || left == 6 ? ROWS : FEW_ROWS;
  }

  /// Rows of the next tile of a product, some of them missing perhaps.
  static int productHeight(int left) {
    return PRODUCT_ROWS == 8 && (left > 10 || left == 8 || left == 7) ? 8 : height(left);
  }

  /// How many tiles of a product come first that are [#PRODUCT_ROWS] high and lack no row.
  static int wholeGroups(int rows) {
    int groups = 0;
    for (int left = rows; left >= PRODUCT_ROWS && productHeight(left) == PRODUCT_ROWS; groups++) {
      left -= PRODUCT_ROWS;
    }
    return groups;
  }

  /// A tile of packed rows.
  static void packed(
      int height, long a, long b, long from, long fromStride, long to, long toStride, int depth) {
    switch (height) {
      case 8 -> MicroKernels.packedEight(a, b, from, fromStride, to, toStride, depth);
      case 6 -> MicroKernels.packedSix(a, b, from, fromStride, to, toStride, depth);
      default -> MicroKernels.packedFour(a, b, from, fromStride, to, toStride, depth);
    }
  }

  /// A tile of packed rows, during which the outputs of the next are asked for.
  ///
  /// Outputs in memory would otherwise all be asked for at once, when a tile is stored; until they
  /// are there, nothing comes from the second-level cache either.
  ///
  /// @param next the next tile's outputs, rows `nextStride` bytes apart
  static void packed(
      int height,
      long a,
      long b,
      long from,
      long fromStride,
      long to,
      long toStride,
      int depth,
      long next,
      long nextStride) {
    if (!VectorWidth.MANY_REGISTERS || depth < REACH_DEPTH) {
      reach(next, nextStride, height);
      packed(height, a, b, from, fromStride, to, toStride, depth);
      return;
    }
    int rows = height / 2;
    reach(next, nextStride, rows);
    packed(height, a, b, from, fromStride, to, toStride, REACH_STEPS);
    reach(next + rows * nextStride, nextStride, rows);
    long restOfA = a + REACH_STEPS * (long) height * Float.BYTES;
    long restOfB = b + REACH_STEPS * PANEL_BYTES;
    packed(height, restOfA, restOfB, to, toStride, to, toStride, depth - REACH_STEPS);
  }

  /// Has the lines of a panel's columns brought in for writing, without waiting for them: a store
  /// of no lane writes nothing and asks for its line all the same. So columns that a last panel
  /// lacks, behind the outputs, do no harm. Only where vectors have masks of their own.
  ///
  /// @param row address of the first row's columns; `stride` bytes to the next
  static void reach(long row, long stride, int rows) {
    if (!VectorWidth.MANY_REGISTERS) {
      return;
    }
    FloatVector any = FloatVector.zero(FloatVector.SPECIES_512);
    for (int i = 0; i < rows; i++, row += stride) {
      for (long line = 0; line < PANEL_BYTES; line += LINE_BYTES) {
        any.intoMemorySegment(ALL, (row + line) & ADDRESS, ORDER, NO_LANE);
      }
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
      int depth) {
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
  static void pack(long a, long rowBytes, int rows, int height, int depth, long to) {
    long groupBytes = height * (long) Float.BYTES;
    if (rows < height) {
      Memory.clear(to, (long) depth * height);
    }
    if (Transposition.IS_HERE && rows == Transposition.ROWS && height == Transposition.ROWS) {
      packEight(a, rowBytes, depth, to);
      return;
    }
    int row = 0;
    for (; row + 4 <= rows; row += 4) {
      turnFour(a + row * rowBytes, rowBytes, depth, to + row * (long) Float.BYTES, groupBytes);
    }
    if (row + 2 <= rows) {
      turnTwo(a + row * rowBytes, rowBytes, depth, to + row * (long) Float.BYTES, groupBytes);
      row += 2;
    }
    if (row < rows) {
      turn(a + row * rowBytes, depth, to + row * (long) Float.BYTES, groupBytes);
    }
  }

  /// Packs eight rows by [Transposition].
  private static void packEight(long a, long rowBytes, int depth, long to) {
    int steps = depth / Transposition.STEP * Transposition.STEP;
    Transposition.eight(a, rowBytes, steps, to);
    long rest = a + steps * (long) Float.BYTES;
    long groupBytes = Transposition.ROWS * (long) Float.BYTES;
    long at = to + steps * groupBytes;
    turnFour(rest, rowBytes, depth - steps, at, groupBytes);
    turnFour(rest + 4 * rowBytes, rowBytes, depth - steps, at + 16, groupBytes);
  }

  /// Packs columns for [#packed]: `to[k][r] = a[k][r]`, zeros for columns that are missing.
  ///
  /// @param columns the neighbouring columns that there are, of rows that are `rowBytes` apart
  /// @param to `[depth, height]`
  static void packColumns(long a, long rowBytes, int columns, int height, int depth, long to) {
    long groupBytes = height * (long) Float.BYTES;
    if (columns < height) {
      Memory.clear(to, (long) depth * height);
    }
    int column = 0;
    for (; column + 4 <= columns; column += 4) {
      copyFour(a + column * 4L, rowBytes, depth, to + column * 4L, groupBytes);
    }
    if (column > 0 && column < columns) {
      // Once more four, of which some are done.
      column = columns - 4;
      copyFour(a + column * 4L, rowBytes, depth, to + column * 4L, groupBytes);
    } else {
      for (; column < columns; column++) {
        copyOne(a + column * 4L, rowBytes, depth, to + column * 4L, groupBytes);
      }
    }
  }

  /// Packs neighbouring columns for tiles of [#PRODUCT_ROWS], all groups of them in one pass, so
  /// that each row is read once, front to back: `to[group][k][r] = a[k][group * PRODUCT_ROWS + r]`.
  ///
  /// @param groups how many; all of their columns are there
  /// @param to groups of `[depth, PRODUCT_ROWS]`, `toBytes` apart
  static void packGroups(long a, long rowBytes, int groups, int depth, long to, long toBytes) {
    long width = PRODUCT_ROWS * (long) Float.BYTES;
    long end = a + groups * width;
    for (int k = 0; k < depth; k++, a += rowBytes, end += rowBytes, to += width) {
      long at = to;
      for (long from = a; from < end; from += width, at += toBytes) {
        if (PRODUCT_ROWS == 8) {
          fromMemorySegment(EIGHT, ALL, from & ADDRESS, ORDER)
              .intoMemorySegment(ALL, at & ADDRESS, ORDER);
        } else {
          fromMemorySegment(FOUR, ALL, from & ADDRESS, ORDER)
              .intoMemorySegment(ALL, at & ADDRESS, ORDER);
          fromMemorySegment(TWO, ALL, (from + 16) & ADDRESS, ORDER)
              .intoMemorySegment(ALL, (at + 16) & ADDRESS, ORDER);
        }
      }
    }
  }

  /// Packs neighbouring columns into panels, each row read once, front to back: `to[panel][k][c] =
  /// a[k][panel * COLUMNS + c]`.
  ///
  /// @param panels how many; all of their columns are there
  /// @param to `[panels, depth, COLUMNS]`
  static void packPanels(long a, long rowBytes, int panels, int depth, long to) {
    long end = a + panels * PANEL_BYTES;
    long toBytes = depth * PANEL_BYTES;
    for (int k = 0; k < depth; k++, a += rowBytes, end += rowBytes, to += PANEL_BYTES) {
      long at = to;
      for (long from = a; from < end; from += PANEL_BYTES, at += toBytes) {
        Memory.store(Memory.load(from & ADDRESS), at & ADDRESS);
        Memory.store(
            Memory.load((from + VectorWidth.BYTES) & ADDRESS), (at + VectorWidth.BYTES) & ADDRESS);
      }
    }
  }

  /// Four columns of rows that are `rowBytes` apart to rows that are `toBytes` apart.
  private static void copyFour(long a, long rowBytes, int depth, long to, long toBytes) {
    for (int k = 0; k < depth; k++, a += rowBytes, to += toBytes) {
      fromMemorySegment(FOUR, ALL, a & ADDRESS, ORDER).intoMemorySegment(ALL, to & ADDRESS, ORDER);
    }
  }

  private static void copyOne(long a, long rowBytes, int depth, long to, long toBytes) {
    for (int k = 0; k < depth; k++, a += rowBytes, to += toBytes) {
      Memory.set(to, Memory.get(a));
    }
  }

  /// Packs columns of rows into a panel: `to[k][c] = a[k][c]`, zeros for columns that are missing.
  ///
  /// @param columns 1 to [#COLUMNS] neighbouring columns of rows that are `rowBytes` apart
  /// @param to `[depth, COLUMNS]`
  static void panelOfRows(long a, long rowBytes, int columns, int depth, long to) {
    long end = to + depth * PANEL_BYTES;
    if (columns == COLUMNS) {
      for (; to < end; to += PANEL_BYTES, a += rowBytes) {
        Memory.store(Memory.load(a), to);
        Memory.store(Memory.load(a + VectorWidth.BYTES), to + VectorWidth.BYTES);
      }
    } else {
      Memory.clear(to, (long) depth * COLUMNS);
      for (; to < end; to += PANEL_BYTES, a += rowBytes) {
        RowLoops.copy(a, to, columns);
      }
    }
  }

  /// Packs rows as columns into a panel: `to[k][c] = a[c][k]`, zeros for columns that are missing.
  /// Elements need not be floats: they are moved as bits.
  ///
  /// @param columns 1 to [#COLUMNS] rows of `a`, `rowBytes` apart
  /// @param to `[depth, COLUMNS]`
  /// @param scratch room for [#PANEL_SCRATCH] floats
  static void panelOfColumns(long a, long rowBytes, int columns, int depth, long to, long scratch) {
    if (!Transposition.IS_HERE || columns < COLUMNS) {
      turnColumns(a, rowBytes, columns, depth, to);
      return;
    }
    for (int k = 0; k < depth; k += JOINED) {
      int length = Math.min(JOINED, depth - k);
      for (int column = 0; column < COLUMNS; column += Transposition.ROWS) {
        long rows = a + column * rowBytes + k * (long) Float.BYTES;
        packEight(rows, rowBytes, length, scratch + column * (long) Float.BYTES * length);
      }
      Transposition.join(scratch, length, to + k * PANEL_BYTES);
    }
  }

  /// [#panelOfColumns] element by element.
  private static void turnColumns(long a, long rowBytes, int columns, int depth, long to) {
    if (columns < COLUMNS) {
      Memory.clear(to, (long) depth * COLUMNS);
    }
    int column = 0;
    for (; column + 4 <= columns; column += 4) {
      turnFour(a + column * rowBytes, rowBytes, depth, to + column * 4L, PANEL_BYTES);
    }
    for (; column < columns; column++) {
      turn(a + column * rowBytes, depth, to + column * 4L, PANEL_BYTES);
    }
  }

  /// Four rows become four columns, two neighbouring elements of two rows at a time: half of what
  /// it takes element by element. Squares of four by shuffles were slower yet with 256 bits.
  ///
  /// @param toBytes bytes between rows of the columns
  private static void turnFour(long a, long rowBytes, int depth, long to, long toBytes) {
    long a0 = a & ADDRESS;
    long a1 = (a + rowBytes) & ADDRESS;
    long a2 = (a + 2 * rowBytes) & ADDRESS;
    long a3 = (a + 3 * rowBytes) & ADDRESS;
    to &= ADDRESS;
    toBytes &= STRIDE;
    int twos = depth / 2;
    for (int i = 0; i < twos; i++) {
      long step = i & FEW_STEPS;
      long from = step * (2 * Float.BYTES);
      long x0 = ALL.get(PAIR, a0 + from);
      long x1 = ALL.get(PAIR, a1 + from);
      long x2 = ALL.get(PAIR, a2 + from);
      long x3 = ALL.get(PAIR, a3 + from);
      long at = (to + step * 2 * toBytes) & ADDRESS;
      ALL.set(PAIR, at, (x0 & FIRST) | x1 << Float.SIZE);
      ALL.set(PAIR, at + PAIR_BYTES, (x2 & FIRST) | x3 << Float.SIZE);
      at = (at + toBytes) & ADDRESS;
      ALL.set(PAIR, at, x0 >>> Float.SIZE | (x1 & ~FIRST));
      ALL.set(PAIR, at + PAIR_BYTES, x2 >>> Float.SIZE | (x3 & ~FIRST));
    }
    if (depth % 2 == 1) {
      long from = (depth - 1) * (long) Float.BYTES;
      long at = to + (depth - 1) * toBytes;
      Memory.setInt(at, Memory.getInt(a0 + from));
      Memory.setInt(at + 4, Memory.getInt(a1 + from));
      Memory.setInt(at + 8, Memory.getInt(a2 + from));
      Memory.setInt(at + 12, Memory.getInt(a3 + from));
    }
  }

  /// Two rows become two columns; see [#turnFour].
  private static void turnTwo(long a, long rowBytes, int depth, long to, long toBytes) {
    long a0 = a & ADDRESS;
    long a1 = (a + rowBytes) & ADDRESS;
    to &= ADDRESS;
    toBytes &= STRIDE;
    int twos = depth / 2;
    for (int i = 0; i < twos; i++) {
      long step = i & FEW_STEPS;
      long from = step * (2 * Float.BYTES);
      long x0 = ALL.get(PAIR, a0 + from);
      long x1 = ALL.get(PAIR, a1 + from);
      long at = (to + step * 2 * toBytes) & ADDRESS;
      ALL.set(PAIR, at, (x0 & FIRST) | x1 << Float.SIZE);
      ALL.set(PAIR, (at + toBytes) & ADDRESS, x0 >>> Float.SIZE | (x1 & ~FIRST));
    }
    if (depth % 2 == 1) {
      long from = (depth - 1) * (long) Float.BYTES;
      long at = to + (depth - 1) * toBytes;
      Memory.setInt(at, Memory.getInt(a0 + from));
      Memory.setInt(at + 4, Memory.getInt(a1 + from));
    }
  }

  /// A row becomes a column.
  private static void turn(long a, int depth, long to, long toBytes) {
    for (int k = 0; k < depth; k++, a += Float.BYTES, to += toBytes) {
      Memory.setInt(to, Memory.getInt(a));
    }
  }
}
