package dev.minke.kernel.vector;

/// The micro-kernels of the machine's shape, behind one pair of methods, and the packing of their
/// left operand.
///
/// A tile is [#ROWS] rows by one panel of [#COLUMNS] columns. Every element of it is one chain of
/// fused multiply-adds over k in order, whatever shape computes it, so the choice of a shape never
/// changes a bit.
final class Tiles {
  /// Rows of a tile.
  static final int ROWS = 6;

  /// Columns of a panel.
  static final int COLUMNS =
      VectorWidth.LANES * (VectorWidth.MANY_REGISTERS ? WideTiles.VECTORS : NarrowTiles.VECTORS);

  /// Bytes of one k of a panel.
  static final long PANEL_BYTES = COLUMNS * (long) Float.BYTES;

  /// Panels that a single row meets at once.
  static final int PANELS_OF_ONE_ROW = 4;

  /// Whether rows are read where they lie; otherwise groups of [#ROWS] are packed first.
  static final boolean IN_PLACE = VectorWidth.MANY_REGISTERS;

  /// Largest depth of one pass over a panel. The panel streams from the second-level cache; a
  /// shallower one would fit the first level, but outputs would be reloaded more often and each
  /// call of a micro-kernel spends some 90 ns beside its loop, on range checks.
  static final int DEPTH = 1024;

  private Tiles() {}

  /// A tile of six packed rows.
  static void packed(
      long a, long b, long from, long fromStride, long to, long toStride, long depth) {
    if (VectorWidth.MANY_REGISTERS) {
      WideTiles.packedSix(a, b, from, fromStride, to, toStride, depth);
    } else {
      NarrowTiles.packedSix(a, b, from, fromStride, to, toStride, depth);
    }
  }

  /// One row against one panel.
  static void row(long a, long b, long from, long to, long depth) {
    if (VectorWidth.MANY_REGISTERS) {
      WideTiles.inPlaceOne(a, b, from, to, depth);
    } else {
      NarrowTiles.inPlaceOne(a, b, from, to, depth);
    }
  }

  /// One row against [#PANELS_OF_ONE_ROW] panels.
  static void rowByFour(long a, long b, long panelBytes, long from, long to, long depth) {
    if (VectorWidth.MANY_REGISTERS) {
      WideTiles.inPlaceOneByFour(a, b, panelBytes, from, to, depth);
    } else {
      NarrowTiles.inPlaceOneByFour(a, b, panelBytes, from, to, depth);
    }
  }

  /// One to six rows in place against one panel; only where [#IN_PLACE].
  static void inPlace(
      int rows,
      long a,
      long rowBytes,
      long b,
      long from,
      long fromStride,
      long to,
      long toStride,
      long depth) {
    switch (rows) {
      case 1 -> WideTiles.inPlaceOne(a, b, from, to, depth);
      case 2 -> WideTiles.inPlaceTwo(a, rowBytes, b, from, fromStride, to, toStride, depth);
      case 3 -> WideTiles.inPlaceThree(a, rowBytes, b, from, fromStride, to, toStride, depth);
      case 4 -> WideTiles.inPlaceFour(a, rowBytes, b, from, fromStride, to, toStride, depth);
      case 5 -> WideTiles.inPlaceFive(a, rowBytes, b, from, fromStride, to, toStride, depth);
      case 6 -> WideTiles.inPlaceSix(a, rowBytes, b, from, fromStride, to, toStride, depth);
      default -> throw new AssertionError(rows);
    }
  }

  /// Packs rows for [#packed]: `to[k][r] = a[r][k]`, zeros for rows that are missing.
  ///
  /// @param rows 1 to 6 rows, `rowBytes` apart
  /// @param to `[depth, 6]`
  static void pack(long a, long rowBytes, int rows, long depth, long to) {
    if (rows == ROWS) {
      packSix(a, rowBytes, depth, to);
      return;
    }
    Memory.clear(to, depth * ROWS);
    for (int row = 0; row < rows; row++) {
      long source = a + row * rowBytes;
      long target = to + row * (long) Float.BYTES;
      for (long k = 0; k < depth; k++) {
        Memory.set(target + k * (ROWS * (long) Float.BYTES), Memory.get(source + k * Float.BYTES));
      }
    }
  }

  private static void packSix(long a, long rowBytes, long depth, long to) {
    long b = a + rowBytes;
    long c = b + rowBytes;
    long d = c + rowBytes;
    long e = d + rowBytes;
    long f = e + rowBytes;
    for (long k = 0; k < depth; k++) {
      long at = k * Float.BYTES;
      long target = to + at * ROWS;
      Memory.set(target, Memory.get(a + at));
      Memory.set(target + 4, Memory.get(b + at));
      Memory.set(target + 8, Memory.get(c + at));
      Memory.set(target + 12, Memory.get(d + at));
      Memory.set(target + 16, Memory.get(e + at));
      Memory.set(target + 20, Memory.get(f + at));
    }
  }

  /// Packs columns for [#packed]: `to[k][r] = a[k][r]`, zeros for columns that are missing.
  ///
  /// @param columns 1 to 6 neighbouring columns of rows that are `rowBytes` apart
  /// @param to `[depth, 6]`
  static void packColumns(long a, long rowBytes, int columns, long depth, long to) {
    if (columns == ROWS) {
      packSixColumns(a, rowBytes, depth, to);
      return;
    }
    for (long k = 0; k < depth; k++) {
      long source = a + k * rowBytes;
      long target = to + k * (ROWS * (long) Float.BYTES);
      for (int column = 0; column < columns; column++) {
        Memory.set(target + column * 4L, Memory.get(source + column * 4L));
      }
      for (int column = columns; column < ROWS; column++) {
        Memory.set(target + column * 4L, 0);
      }
    }
  }

  private static void packSixColumns(long a, long rowBytes, long depth, long to) {
    for (long k = 0; k < depth; k++) {
      long source = a + k * rowBytes;
      long target = to + k * (ROWS * (long) Float.BYTES);
      Memory.set(target, Memory.get(source));
      Memory.set(target + 4, Memory.get(source + 4));
      Memory.set(target + 8, Memory.get(source + 8));
      Memory.set(target + 12, Memory.get(source + 12));
      Memory.set(target + 16, Memory.get(source + 16));
      Memory.set(target + 20, Memory.get(source + 20));
    }
  }

  /// Packs columns of rows into a panel: `to[k][c] = a[k][c]`, zeros for columns that are missing.
  ///
  /// @param columns 1 to [#COLUMNS] neighbouring columns of rows that are `rowBytes` apart
  /// @param to `[depth, COLUMNS]`
  static void panelOfRows(long a, long rowBytes, int columns, long depth, long to) {
    if (columns < COLUMNS) {
      Memory.clear(to, depth * COLUMNS);
      for (long k = 0; k < depth; k++) {
        for (int column = 0; column < columns; column++) {
          Memory.set(
              to + k * PANEL_BYTES + column * 4L, Memory.get(a + k * rowBytes + column * 4L));
        }
      }
      return;
    }
    for (long k = 0; k < depth; k++) {
      for (int vector = 0; vector < COLUMNS; vector += VectorWidth.LANES) {
        long at = vector * (long) Float.BYTES;
        Memory.store(Memory.load(a + k * rowBytes + at), to + k * PANEL_BYTES + at);
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
    for (int column = 0; column < columns; column++) {
      long source = a + column * rowBytes;
      long target = to + column * (long) Float.BYTES;
      for (long k = 0; k < depth; k++) {
        Memory.set(target + k * PANEL_BYTES, Memory.get(source + k * Float.BYTES));
      }
    }
  }
}
