package dev.minke.kernel.vector;

import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Products of columns with columns: `dWeight[n, k] += Σ_t dOut[t, n] · x[t, k]`, tokens in order.
///
/// The same micro-kernels as for any product, with the gradient's columns as packed rows and the
/// inputs' columns as panels. A part is a block of a matrix; it takes the tokens in passes, packs
/// both sides of a pass, reading rows from front to back, and goes on from what the pass before has
/// added. Used once: [#add] segments, then [#run].
final class WeightGradients {
  /// Tokens of a pass: a panel of so many and a group of rows fit the first-level cache.
  private static final int DEPTH = 256;

  /// Rows of a part at most: all panels meet them, so they stay in the second-level cache, of which
  /// they take half.
  private static final int MOST_ROWS =
      Math.clamp(SecondLevelCache.BYTES / 2 / (DEPTH * Float.BYTES), 128, 512);

  /// Columns of a part at most: the more, the less the packing of its rows weighs. A panel is used
  /// once in a pass and may come from farther away.
  private static final int MOST_COLUMNS = 512;

  /// Groups of rows in a part at least, where threads want parts.
  private static final int FEW_GROUPS = 8;

  private static final int PARTS_PER_THREAD = 4;

  /// Unused floats behind each packed row: without them all groups would meet in one set of the
  /// first-level cache.
  private static final int GAP = 8;

  private final Gang gang;
  private final ScratchPool scratches;
  private final Tensor dOut;
  private final Tensor x;
  private final boolean accumulate;
  private final List<Segment> segments = new ArrayList<>();
  private long tokens;

  /// Tokens `[from, to)` that add to one matrix.
  private record Segment(int from, int to, Tensor dWeight) {}

  /// A block of one matrix.
  private record Part(Segment segment, int row, int rows, int column, int columns) {}

  /// @param accumulate begin at what the matrices hold and not at 0
  WeightGradients(Gang gang, ScratchPool scratches, Tensor dOut, Tensor x, boolean accumulate) {
    this.gang = gang;
    this.scratches = scratches;
    this.dOut = dOut;
    this.x = x;
    this.accumulate = accumulate;
  }

  /// @param dWeight `[out, in]`, may have a row stride; not that of another segment
  void add(int from, int to, Tensor dWeight) {
    segments.add(new Segment(from, to, dWeight));
    tokens += to - from;
  }

  void run() {
    List<Part> parts = parts();
    double work =
        (double) tokens
            * dOut.shape().columns()
            * x.shape().columns()
            * MatrixProducts.NANOS_PER_MULTIPLY_ADD;
    gang.run((long) work, parts.size(), index -> multiply(parts.get(index)));
  }

  private List<Part> parts() {
    int out = dOut.shape().columns();
    int in = x.shape().columns();
    int wanted = gang.threads() == 1 ? 1 : PARTS_PER_THREAD * gang.threads();
    int columnBlocks = blocks(in, MOST_COLUMNS);
    int fair = (wanted + segments.size() * columnBlocks - 1) / (segments.size() * columnBlocks);
    int most = Math.clamp(out / fair, FEW_GROUPS * Tiles.PRODUCT_ROWS, MOST_ROWS);
    int rowBlocks = blocks(out, most);
    List<Part> parts = new ArrayList<>();
    for (Segment segment : segments) {
      for (int i = 0; i < rowBlocks; i++) {
        int row = edge(out, i, rowBlocks, Tiles.PRODUCT_ROWS);
        int rows = edge(out, i + 1, rowBlocks, Tiles.PRODUCT_ROWS) - row;
        for (int j = 0; j < columnBlocks; j++) {
          int column = edge(in, j, columnBlocks, Tiles.COLUMNS);
          int columns = edge(in, j + 1, columnBlocks, Tiles.COLUMNS) - column;
          parts.add(new Part(segment, row, rows, column, columns));
        }
      }
    }
    return parts;
  }

  private static int blocks(int size, int most) {
    return (size + most - 1) / most;
  }

  /// Where block `i` of `count` begins: at a multiple of `unit`.
  private static int edge(int size, int i, int count, int unit) {
    int units = (size + unit - 1) / unit;
    return Math.min(size, units * i / count * unit);
  }

  private void multiply(Part part) {
    if (part.segment.from == part.segment.to) {
      clear(part);
      return;
    }
    int panels = (part.columns + Tiles.COLUMNS - 1) / Tiles.COLUMNS;
    long sideFloats = Tiles.PRODUCT_ROWS * (long) Tiles.COLUMNS;
    long rightFloats = (long) panels * Tiles.COLUMNS * DEPTH;
    long leftFloats = (part.rows + Tiles.FEW_ROWS) * (long) (DEPTH + GAP);
    try (ScratchPool.Scratch scratch = scratches.borrow()) {
      long side = scratch.floats(sideFloats + rightFloats + leftFloats);
      long right = side + sideFloats * Float.BYTES;
      long left = right + rightFloats * Float.BYTES;
      Segment segment = part.segment;
      for (int t = segment.from; t < segment.to; t += DEPTH) {
        pass(part, t, Math.min(DEPTH, segment.to - t), new Room(left, right, side));
      }
    }
  }

  /// The sum of no tokens.
  private void clear(Part part) {
    if (!accumulate) {
      for (int row = 0; row < part.rows; row++) {
        RowLoops.fill(address(part, row, 0), 0, part.columns);
      }
    }
  }

  private static long address(Part part, int row, int column) {
    Tensor dWeight = part.segment.dWeight;
    return dWeight.address()
        + (part.row + row) * dWeight.rowStride() * Float.BYTES
        + (part.column + column) * (long) Float.BYTES;
  }

  /// @param left packed columns of the gradient
  /// @param right packed columns of the inputs
  /// @param side for a tile of which not all is wanted
  private record Room(long left, long right, long side) {}

  private void pass(Part part, int token, int length, Room room) {
    boolean begins = !accumulate && token == part.segment.from;
    packLeft(part, token, length, room.left);
    packRight(part, token, length, room.right);
    int height;
    for (int column = 0; column < part.columns; column += Tiles.COLUMNS) {
      long b = room.right + column * (long) Float.BYTES * length;
      int columns = Math.min(Tiles.COLUMNS, part.columns - column);
      int nextColumn = column + columns < part.columns ? column + columns : column;
      long nextPanel = address(part, 0, nextColumn);
      for (int row = 0; row < part.rows; row += height) {
        height = Tiles.productHeight(part.rows - row);
        int rows = Math.min(height, part.rows - row);
        long rowBytes = part.segment.dWeight.rowStride() * Float.BYTES;
        long to = address(part, row, column);
        long next = row + height < part.rows ? to + height * rowBytes : nextPanel;
        Tiles.reach(next, rowBytes, height);
        tile(
            height,
            room.left + leftBytes(row, length),
            b,
            begins ? Tiles.ZEROS : to,
            begins ? 0 : rowBytes,
            to,
            rowBytes,
            rows,
            columns,
            length,
            room.side);
      }
    }
  }

  /// Bytes before the group that begins at a row.
  private static long leftBytes(int row, int length) {
    return row * (long) (length + GAP) * Float.BYTES;
  }

  private void packLeft(Part part, int token, int length, long left) {
    long rowBytes = dOut.rowStride() * Float.BYTES;
    long a = dOut.address() + token * rowBytes + part.row * (long) Float.BYTES;
    int groups = Tiles.wholeGroups(part.rows);
    Tiles.packGroups(a, rowBytes, groups, length, left, leftBytes(Tiles.PRODUCT_ROWS, length));
    int height;
    for (int row = groups * Tiles.PRODUCT_ROWS; row < part.rows; row += height) {
      height = Tiles.productHeight(part.rows - row);
      int count = Math.min(height, part.rows - row);
      long from = a + row * (long) Float.BYTES;
      Tiles.packColumns(from, rowBytes, count, height, length, left + leftBytes(row, length));
    }
  }

  private void packRight(Part part, int token, int length, long right) {
    long rowBytes = x.rowStride() * Float.BYTES;
    long b = x.address() + token * rowBytes + part.column * (long) Float.BYTES;
    int panels = part.columns / Tiles.COLUMNS;
    Tiles.packPanels(b, rowBytes, panels, length, right);
    int done = panels * Tiles.COLUMNS;
    if (done < part.columns) {
      long doneBytes = done * (long) Float.BYTES;
      long to = right + doneBytes * length;
      Tiles.panelOfRows(b + doneBytes, rowBytes, part.columns - done, length, to);
    }
  }

  private static void tile(
      int height,
      long a,
      long b,
      long from,
      long fromBytes,
      long to,
      long rowBytes,
      int rows,
      int columns,
      int length,
      long side) {
    if (rows == height && columns == Tiles.COLUMNS) {
      Tiles.packed(height, a, b, from, fromBytes, to, rowBytes, length);
      return;
    }
    long sideBytes = Tiles.PANEL_BYTES;
    MatrixProducts.copy(from, fromBytes, side, sideBytes, rows, columns);
    Tiles.packed(height, a, b, side, sideBytes, side, sideBytes, length);
    MatrixProducts.copy(side, sideBytes, to, rowBytes, rows, columns);
  }
}
