package dev.minke.kernel.vector;

import dev.minke.kernel.Prepared;
import dev.minke.kernel.vector.MatrixProducts.Rows;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gated feed-forward layers.
///
/// Where the weights of a layer, or of an expert, fit the second-level cache, it is computed for a
/// block of rows at a time: what the first product gives is still in the cache when the gated unit
/// and the second product read it, and a block is one thread's. A mixture's experts are a fifth
/// faster so. Otherwise each step goes over all rows before the next: blocks would read the weights
/// from further away again and again. The bits are the same.
final class FeedForwards {
  /// Rows of a block: at least, and at most.
  private static final int FEW_ROWS = 32;

  private static final int MANY_ROWS = 64;

  /// What a block may fill of the second-level cache, with its weights.
  private static final long BLOCK_BYTES = SecondLevelCache.BYTES * 3 / 4;

  private static final double NANOS_PER_EXPONENTIAL = 1;

  private final Gang gang;
  private final ScratchPool scratches;
  private final MatrixProducts products;

  FeedForwards(Gang gang, ScratchPool scratches, MatrixProducts products) {
    this.gang = gang;
    this.scratches = scratches;
    this.products = products;
  }

  /// Rows `[from, to)` that meet matrices `group`.
  private record Segment(int group, int from, int to) {}

  /// Neighbouring segments that go through the steps together.
  ///
  /// @param isBlock whether it is a single one, for one thread
  private record Piece(List<Segment> segments, boolean isBlock) {
    int from() {
      return segments.getFirst().from;
    }

    int to() {
      return segments.getLast().to;
    }
  }

  void forward(
      Tensor x,
      Prepared gateUp,
      Prepared down,
      @Nullable Tensor offsets,
      Tensor gates,
      Tensor activated,
      Tensor out) {
    FloatRows inputs = FloatRows.of(x);
    FloatRows hidden = FloatRows.of(gates);
    FloatRows units = FloatRows.of(activated);
    FloatRows outputs = FloatRows.of(out);
    pieces(
        offsets,
        gateUp,
        down,
        (int) inputs.count(),
        piece -> {
          multiply(piece, inputs, gateUp, hidden, false);
          activate(piece, hidden, units);
          multiply(piece, units, down, outputs, false);
        });
  }

  void gradient(
      Tensor dOut,
      Prepared gateUp,
      Prepared down,
      @Nullable Tensor offsets,
      Tensor gates,
      Tensor dx,
      boolean accumulate) {
    FloatRows slopes = FloatRows.of(dOut);
    FloatRows hidden = FloatRows.of(gates);
    FloatRows inputs = FloatRows.of(dx);
    int units = hidden.columns() / 2;
    pieces(
        offsets,
        gateUp,
        down,
        (int) slopes.count(),
        piece -> {
          try (ScratchPool.Scratch scratch = scratches.borrow()) {
            FloatRows dUnits = rowsOfPiece(piece, units, scratch);
            multiply(piece, slopes, down, dUnits, false);
            differentiate(piece, dUnits, hidden);
          }
          multiply(piece, hidden, gateUp, inputs, accumulate);
        });
  }

  /// Rows of a scratch with the numbers of those of a piece.
  private static FloatRows rowsOfPiece(Piece piece, int columns, ScratchPool.Scratch scratch) {
    int rows = piece.to() - piece.from();
    long bytes = (long) columns * Float.BYTES;
    long address = scratch.floats((long) rows * columns) - piece.from() * bytes;
    return new FloatRows(address, bytes, piece.to(), columns, (long) piece.to() * columns);
  }

  /// What is done with a piece.
  @FunctionalInterface
  private interface Steps {
    void run(Piece piece);
  }

  /// Cuts the rows into blocks, if that is worth it and there are enough for all threads, and does
  /// the steps with each.
  private void pieces(
      @Nullable Tensor offsets, Prepared gateUp, Prepared down, int rows, Steps steps) {
    List<Segment> segments = segments(offsets, gateUp.groups(), rows);
    if (segments.isEmpty()) {
      return;
    }
    long weights = (gateUp.bytes() + down.bytes()) / gateUp.groups();
    // Rows of inputs, gates, units and outputs, and packed rows of inputs and units.
    long rowBytes = (long) (gateUp.depth() + gateUp.width() + down.depth() + down.width());
    int most = Math.clamp((BLOCK_BYTES - weights) / (2 * rowBytes * Float.BYTES), 0, MANY_ROWS);
    List<Piece> blocks = new ArrayList<>();
    if (most >= FEW_ROWS) {
      for (Segment segment : segments) {
        for (int from = segment.from; from < segment.to; from += most) {
          int to = Math.min(segment.to, from + most);
          blocks.add(new Piece(List.of(new Segment(segment.group, from, to)), true));
        }
      }
    }
    double work = (double) rows * (gateUp.depth() + down.depth()) * gateUp.width();
    if (blocks.size() >= gang.threads()) {
      gang.run(
          (long) (work * MatrixProducts.NANOS_PER_MULTIPLY_ADD),
          blocks.size(),
          index -> steps.run(blocks.get(index)));
    } else {
      steps.run(new Piece(segments, false));
    }
  }

  private static List<Segment> segments(@Nullable Tensor offsets, int groups, int rows) {
    if (offsets == null) {
      return rows == 0 ? List.of() : List.of(new Segment(0, 0, rows));
    }
    List<Segment> segments = new ArrayList<>();
    for (int group = 0; group < groups; group++) {
      int from = offsets.getInt(0, group);
      int to = offsets.getInt(0, group + 1);
      if (to > from) {
        segments.add(new Segment(group, from, to));
      }
    }
    return segments;
  }

  private void multiply(
      Piece piece, FloatRows from, Prepared weight, FloatRows to, boolean accumulate) {
    List<Rows> rows = new ArrayList<>();
    for (Segment segment : piece.segments) {
      rows.add(
          new Rows(
              from.row(segment.from),
              from.stride(),
              to.row(segment.from),
              to.stride(),
              segment.to - segment.from,
              segment.group));
    }
    if (piece.isBlock) {
      products.multiplyAlone(rows.getFirst(), weight, accumulate);
    } else {
      products.multiply(rows, weight, accumulate);
    }
  }

  private void activate(Piece piece, FloatRows gates, FloatRows units) {
    long half = (long) units.columns() * Float.BYTES;
    long begin = piece.from();
    long rows = piece.to() - begin;
    gang.rows(
        (long) (rows * units.columns() * NANOS_PER_EXPONENTIAL),
        rows,
        (first, end) -> {
          for (long row = begin + first; row < begin + end; row++) {
            Gates.swiGlu(gates.row(row), gates.row(row) + half, units.row(row), units.columns());
          }
        });
  }

  private void differentiate(Piece piece, FloatRows dUnits, FloatRows gates) {
    int units = dUnits.columns();
    long half = (long) units * Float.BYTES;
    long begin = piece.from();
    long rows = piece.to() - begin;
    gang.rows(
        (long) (2 * rows * units * NANOS_PER_EXPONENTIAL),
        rows,
        (first, end) -> {
          try (ScratchPool.Scratch scratch = scratches.borrow()) {
            long powers = scratch.floats(units);
            for (long row = begin + first; row < begin + end; row++) {
              Gates.differentiate(dUnits.row(row), gates.row(row), half, units, powers);
            }
          }
        });
  }
}
