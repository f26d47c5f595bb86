package dev.minke.kernel.vector;

import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Products of columns with columns: `dWeight[n, k] += Σ_t dOut[t, n] · x[t, k]`, tokens in order.
///
/// The same micro-kernels as for any product, with the gradient's columns as packed rows and the
/// inputs' columns as panels. Inputs are packed once for all parts, in runs of limited size; a long
/// run of tokens is continued by reloading what the run before has added. Used once: [#add]
/// segments, then [#run].
final class WeightGradients {
  /// Packed inputs of one run at most.
  private static final long RUN_BYTES = 16L << 20;

  /// Rows of the gradient in a part.
  private static final int PART_ROWS = 8 * Tiles.PRODUCT_ROWS;

  private static final double NANOS_PER_MULTIPLY_ADD = 0.025;
  private static final double NANOS_PER_PACKED = 0.3;

  private final Gang gang;
  private final ScratchPool scratches;
  private final Tensor dOut;
  private final Tensor x;
  private final int panels;
  private final List<Segment> segments = new ArrayList<>();

  /// Tokens `[from, to)` that add to one matrix.
  private record Segment(int from, int to, Tensor dWeight) {
    int tokens() {
      return to - from;
    }
  }

  WeightGradients(Gang gang, ScratchPool scratches, Tensor dOut, Tensor x) {
    this.gang = gang;
    this.scratches = scratches;
    this.dOut = dOut;
    this.x = x;
    this.panels = (x.shape().columns() + Tiles.COLUMNS - 1) / Tiles.COLUMNS;
  }

  /// @param dWeight `[out, in]`, may have a row stride
  void add(int from, int to, Tensor dWeight) {
    int most = (int) Math.max(Tiles.DEPTH, RUN_BYTES / (panels * Tiles.PANEL_BYTES));
    for (int at = from; at < to; at += most) {
      segments.add(new Segment(at, Math.min(to, at + most), dWeight));
    }
  }

  void run() {
    try (ScratchPool.Scratch scratch = scratches.borrow()) {
      int first = 0;
      while (first < segments.size()) {
        int last = first + 1;
        long tokens = segments.get(first).tokens();
        while (last < segments.size()
            && segments.get(last).dWeight != segments.get(last - 1).dWeight
            && (tokens + segments.get(last).tokens()) * panels * Tiles.PANEL_BYTES <= RUN_BYTES) {
          tokens += segments.get(last++).tokens();
        }
        run(segments.subList(first, last), tokens, scratch.floats(tokens * panels * Tiles.COLUMNS));
        first = last;
      }
    }
  }

  /// @param packed room for the panels of all tokens, segment after segment
  private void run(List<Segment> run, long tokens, long packed) {
    long[] starts = new long[run.size()];
    for (int i = 1; i < starts.length; i++) {
      starts[i] = starts[i - 1] + run.get(i - 1).tokens() * (long) panels * Tiles.PANEL_BYTES;
    }
    gang.run(
        (long) (tokens * x.shape().columns() * NANOS_PER_PACKED),
        run.size() * panels,
        part -> pack(run.get(part / panels), part % panels, packed + starts[part / panels]));
    int out = dOut.shape().columns();
    int blocks = (out + PART_ROWS - 1) / PART_ROWS;
    double work = (double) tokens * out * x.shape().columns() * NANOS_PER_MULTIPLY_ADD;
    gang.run(
        (long) work,
        run.size() * blocks,
        part -> {
          int segment = part / blocks;
          int row = part % blocks * PART_ROWS;
          multiply(run.get(segment), row, Math.min(out - row, PART_ROWS), packed + starts[segment]);
        });
  }

  private void pack(Segment segment, int panel, long to) {
    long rowBytes = x.rowStride() * Float.BYTES;
    long first = panel * (long) Tiles.COLUMNS;
    Tiles.panelOfRows(
        x.address() + segment.from * rowBytes + first * Float.BYTES,
        rowBytes,
        (int) Math.min(Tiles.COLUMNS, x.shape().columns() - first),
        segment.tokens(),
        to + panel * segment.tokens() * Tiles.PANEL_BYTES);
  }

  /// Rows of the gradient of one segment, all columns.
  private void multiply(Segment segment, int row, int rows, long packed) {
    long rowBytes = dOut.rowStride() * Float.BYTES;
    long a = dOut.address() + segment.from * rowBytes + row * (long) Float.BYTES;
    try (ScratchPool.Scratch scratch = scratches.borrow()) {
      int depth = Math.min(Tiles.DEPTH, segment.tokens());
      long groupRows = rows + Tiles.FEW_ROWS - 1L;
      long side = scratch.floats(Tiles.PRODUCT_ROWS * (long) Tiles.COLUMNS + groupRows * depth);
      long left = side + Tiles.PRODUCT_ROWS * Tiles.PANEL_BYTES;
      for (int t = 0; t < segment.tokens(); t += Tiles.DEPTH) {
        int length = Math.min(Tiles.DEPTH, segment.tokens() - t);
        long columnBytes = length * (long) Float.BYTES;
        int height;
        for (int first = 0; first < rows; first += height) {
          height = Tiles.productHeight(rows - first);
          long from = a + t * rowBytes + first * (long) Float.BYTES;
          int count = Math.min(height, rows - first);
          Tiles.packColumns(from, rowBytes, count, height, length, left + first * columnBytes);
        }
        for (int panel = 0; panel < panels; panel++) {
          long b = packed + panel * segment.tokens() * Tiles.PANEL_BYTES + t * Tiles.PANEL_BYTES;
          for (int first = 0; first < rows; first += height) {
            height = Tiles.productHeight(rows - first);
            Target target = Target.of(segment.dWeight, row + first, rows - first, panel);
            tile(target, height, left + first * columnBytes, b, length, side);
          }
        }
      }
    }
  }

  /// Where a tile of the gradient lies.
  private record Target(long address, long rowBytes, int rows, int columns) {
    static Target of(Tensor dWeight, int row, int rows, int panel) {
      int column = panel * Tiles.COLUMNS;
      int columns = Math.min(Tiles.COLUMNS, dWeight.shape().columns() - column);
      long rowBytes = dWeight.rowStride() * Float.BYTES;
      long address = dWeight.address() + row * rowBytes + column * (long) Float.BYTES;
      return new Target(address, rowBytes, rows, columns);
    }
  }

  private static void tile(Target to, int height, long a, long b, int length, long side) {
    if (to.rows >= height && to.columns == Tiles.COLUMNS) {
      Tiles.packed(height, a, b, to.address, to.rowBytes, to.address, to.rowBytes, length);
      return;
    }
    long sideBytes = Tiles.PANEL_BYTES;
    int rows = Math.min(height, to.rows);
    MatrixProducts.copy(to.address, to.rowBytes, side, sideBytes, rows, to.columns);
    Tiles.packed(height, a, b, side, sideBytes, side, sideBytes, length);
    MatrixProducts.copy(side, sideBytes, to.address, to.rowBytes, rows, to.columns);
  }
}
