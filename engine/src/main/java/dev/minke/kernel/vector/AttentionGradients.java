package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.Memory.load;
import static dev.minke.kernel.vector.Memory.store;
import static dev.minke.kernel.vector.RowLoops.all;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.kernel.vector.AttentionKernels.Call;
import dev.minke.tensor.Tensor;
import jdk.incubator.vector.FloatVector;

/// Gradients of attention.
///
/// The weights are computed again from the saved log of the sum. A part is one sequence and one key
/// head, since all its queries add to the same keys: heads that read it one after the other, in
/// blocks of 64 queries by 64 positions. With w the weights, `dw_j = dOut · v_j` and `D = dOut ·
/// out`, the gradient of score j is `w_j (dw_j - D)`.
final class AttentionGradients {
  private static final int TILE = KvView.TILE;

  /// Products of the gradient for one of the forward pass: 5 for 2.
  private static final double TIMES_FORWARD = 2.5;

  private final Gang gang;
  private final ScratchPool scratches;

  AttentionGradients(Gang gang, ScratchPool scratches) {
    this.gang = gang;
    this.scratches = scratches;
  }

  /// Where gradients come from and go to.
  private record Sums(FloatRows dOut, FloatRows dQuery, FloatRows dKeys, FloatRows dValues) {}

  void attentionGradient(
      Call call, KvView view, Tensor dOut, Tensor dQuery, Tensor dKeys, Tensor dValues) {
    Sums sums =
        new Sums(
            FloatRows.of(dOut), FloatRows.of(dQuery), FloatRows.of(dKeys), FloatRows.of(dValues));
    gang.run(
        (long) (AttentionKernels.nanos(call, view) * TIMES_FORWARD),
        view.sequences().size() * call.kvHeads(),
        index -> {
          KvView.Sequence sequence = view.sequences().get(index / call.kvHeads());
          try (ScratchPool.Scratch scratch = scratches.borrow()) {
            new Part(call, sums, sequence, index % call.kvHeads(), scratch).run();
          }
        });
  }

  /// Rows of one head, or of one key head, of one sequence.
  private record Lines(long address, long stride, int columns) {
    long row(int index) {
      return address + index * stride;
    }
  }

  /// One sequence and one key head.
  private static final class Part {
    private final Call call;
    private final Sums sums;
    private final KvView.Sequence sequence;
    private final int kvHead;
    private final int keyDim;
    private final int valueDim;

    /// The columns of keys and of values in whole panels.
    private final int keyColumns;

    private final int valueColumns;

    /// Keys and values of all tiles with positions as columns.
    private final long keysByPosition;

    private final long valuesByPosition;

    /// Keys of all tiles with positions as k.
    private final long keysByColumn;

    /// Gradients of keys and values of all positions so far.
    private final long dKeys;

    private final long dValues;

    /// A block's queries and gradients of outputs, as rows and with queries as k.
    private final long queries;

    private final long dOuts;
    private final long queryPanels;
    private final long dOutPanels;

    /// Gradients of a block's queries.
    private final long dQueries;

    /// `[64, 64]` and three rows more: weights, and the gradients of scores.
    private final long weights;

    private final long slopes;

    /// Columns of weights or slopes, `[64, 6]`.
    private final long packed;

    private final float[] totals = new float[TILE];
    private final float[] lanes = new float[Kernels.LANES];

    Part(Call call, Sums sums, KvView.Sequence sequence, int kvHead, ScratchPool.Scratch scratch) {
      this.call = call;
      this.sums = sums;
      this.sequence = sequence;
      this.kvHead = kvHead;
      keyDim = call.keyDim();
      valueDim = call.valueDim();
      keyColumns = AttentionTiles.padded(keyDim);
      valueColumns = AttentionTiles.padded(valueDim);
      int block = TILE + Tiles.FEW_ROWS - 1;
      int positions = (sequence.length() + TILE - 1) / TILE * TILE;
      Layout layout = new Layout();
      long keysAt = layout.add(positions, keyColumns);
      long dKeysAt = layout.add(positions + Tiles.FEW_ROWS - 1, keyColumns);
      long dValuesAt = layout.add(positions + Tiles.FEW_ROWS - 1, valueColumns);
      long queryPanelsAt = layout.add(TILE, keyColumns);
      long dOutPanelsAt = layout.add(TILE, valueColumns);
      long dQueriesAt = layout.add(block, keyColumns);
      long weightsAt = layout.add(block, TILE);
      long slopesAt = layout.add(block, TILE);
      long packedAt = layout.add(TILE, Tiles.ROWS);
      long keysByPositionAt = layout.add(positions, keyDim);
      long valuesByPositionAt = layout.add(positions, valueDim);
      long queriesAt = layout.add(block, keyDim);
      long dOutsAt = layout.add(block, valueDim);
      long base = scratch.floats(layout.floats);
      keysByColumn = base + keysAt;
      dKeys = base + dKeysAt;
      dValues = base + dValuesAt;
      queryPanels = base + queryPanelsAt;
      dOutPanels = base + dOutPanelsAt;
      dQueries = base + dQueriesAt;
      weights = base + weightsAt;
      slopes = base + slopesAt;
      packed = base + packedAt;
      keysByPosition = base + keysByPositionAt;
      valuesByPosition = base + valuesByPositionAt;
      queries = base + queriesAt;
      dOuts = base + dOutsAt;
      RowLoops.fill(base, 0, layout.floats);
    }

    /// Where the pieces of a scratch begin, in bytes.
    private static final class Layout {
      private long floats;

      long add(int rows, int columns) {
        long at = floats * Float.BYTES;
        floats += (long) rows * columns;
        return at;
      }
    }

    void run() {
      for (int from = 0; from < sequence.length(); from += TILE) {
        int count = Math.min(TILE, sequence.length() - from);
        Lines keys = positions(call.keys(), from);
        Lines values = positions(call.values(), from);
        AttentionTiles.positionPanels(
            keys.address, keys.stride, count, keyDim, at(keysByPosition, from, keyDim));
        AttentionTiles.positionPanels(
            values.address, values.stride, count, valueDim, at(valuesByPosition, from, valueDim));
        AttentionTiles.columnPanels(
            keys.address, keys.stride, count, keyDim, at(keysByColumn, from, keyColumns));
        copy(positions(sums.dKeys, from), count, dKeys(from));
        copy(positions(sums.dValues, from), count, dValues(from));
      }
      for (int head = 0; head < call.group(); head++) {
        for (int from = 0; from < sequence.length(); from += TILE) {
          block(kvHead * call.group() + head, from);
        }
      }
      for (int from = 0; from < sequence.length(); from += TILE) {
        int count = Math.min(TILE, sequence.length() - from);
        copy(dKeys(from), count, positions(sums.dKeys, from));
        copy(dValues(from), count, positions(sums.dValues, from));
      }
    }

    private Lines dKeys(int from) {
      return new Lines(at(dKeys, from, keyColumns), (long) keyColumns * Float.BYTES, keyDim);
    }

    private Lines dValues(int from) {
      return new Lines(
          at(dValues, from, valueColumns), (long) valueColumns * Float.BYTES, valueDim);
    }

    private static void copy(Lines from, int count, Lines to) {
      for (int r = 0; r < count; r++) {
        RowLoops.copy(from.row(r), to.row(r), to.columns);
      }
    }

    private static long at(long address, int row, int columns) {
      return address + (long) row * columns * Float.BYTES;
    }

    /// From the first position of a tile on, in keys or values or their gradients.
    private Lines positions(FloatRows of, int from) {
      long row = call.tile(sequence, kvHead, from / TILE);
      return new Lines(of.row(row), of.stride() * call.kvHeads(), of.columns());
    }

    /// From a query on, in queries or their likes, of one head.
    private Lines queries(FloatRows of, int head, int from) {
      long row = (long) (sequence.firstQuery() + from) * call.heads() + head;
      return new Lines(of.row(row), of.stride() * call.heads(), of.columns());
    }

    private void block(int head, int from) {
      int count = Math.min(TILE, sequence.length() - from);
      Lines query = queries(call.query(), head, from);
      Lines out = queries(call.out(), head, from);
      Lines dOut = queries(sums.dOut, head, from);
      for (int r = 0; r < count; r++) {
        totals[r] = Reduction.dot(dOut.row(r), out.row(r), valueDim, lanes);
      }
      copy(query, count, new Lines(queries, (long) keyDim * Float.BYTES, keyDim));
      copy(dOut, count, new Lines(dOuts, (long) valueDim * Float.BYTES, valueDim));
      AttentionTiles.columnPanels(query.address, query.stride, count, keyDim, queryPanels);
      AttentionTiles.columnPanels(dOut.address, dOut.stride, count, valueDim, dOutPanels);
      RowLoops.fill(dQueries, 0, (long) TILE * keyColumns);
      for (int position = 0; position <= from; position += TILE) {
        slopes(head, from, count, position);
        addToQueries(count, position, position == from);
        addToKeys(count, position, position == from);
      }
      Lines dQuery = queries(sums.dQuery, head, from);
      for (int r = 0; r < count; r++) {
        RowLoops.add(dQuery.row(r), at(dQueries, r, keyColumns), dQuery.row(r), keyDim);
      }
    }

    /// Weights and gradients of scores of a block of queries and a tile of positions; zero for
    /// positions that a query does not see.
    private void slopes(int head, int from, int count, int position) {
      long keys = at(keysByPosition, position, keyDim);
      long values = at(valuesByPosition, position, valueDim);
      int height;
      for (int r = 0; r < count; r += height) {
        height = Tiles.height(count - r);
        int width = Math.min(TILE, from + r + height - position);
        long weight = at(weights, r, TILE);
        long slope = at(slopes, r, TILE);
        AttentionTiles.scores(height, at(queries, r, keyDim), keyDim, keys, width, weight);
        AttentionTiles.scores(height, at(dOuts, r, valueDim), valueDim, values, width, slope);
      }
      for (int r = 0; r < count; r++) {
        long row = (long) (sequence.firstQuery() + from + r) * call.heads() + head;
        float logSumExp = Memory.get(call.logSumExp(row));
        int seen = Math.min(TILE, from + r + 1 - position);
        slopes(at(weights, r, TILE), at(slopes, r, TILE), logSumExp, totals[r], call.scale(), seen);
      }
    }

    /// Of one row: weights in place of scores, gradients of scores in place of those of weights.
    private static void slopes(
        long weight, long slope, float logSumExp, float total, float scale, int seen) {
      Exponential.exp(weight, scale, logSumExp, weight, TILE);
      multiply(weight, slope, total, scale, seen);
      long unseen = (long) seen * Float.BYTES;
      RowLoops.fill(weight + unseen, 0, TILE - seen);
      RowLoops.fill(slope + unseen, 0, TILE - seen);
    }

    /// `slope = weight · (slope - total) · scale`, up to the end of a vector.
    private static void multiply(long weight, long slope, float total, float scale, int seen) {
      FloatVector scales = all(scale);
      for (int i = 0; i < seen; i += VectorWidth.LANES) {
        long at = (long) i * Float.BYTES;
        FloatVector ofWeight = load(slope + at).sub(total);
        store(load(weight + at).mul(ofWeight).mul(scales), slope + at);
      }
    }

    private void addToQueries(int count, int position, boolean diagonal) {
      long keys = at(keysByColumn, position, keyColumns);
      int height;
      for (int r = 0; r < count; r += height) {
        height = Tiles.height(count - r);
        int seen = diagonal ? Math.min(count, r + height) : TILE;
        long sum = at(dQueries, r, keyColumns);
        AttentionTiles.mix(height, at(slopes, r, TILE), seen, keys, sum, keyDim);
      }
    }

    private void addToKeys(int count, int position, boolean diagonal) {
      int positions = diagonal ? count : TILE;
      long value = at(dValues, position, valueColumns);
      long key = at(dKeys, position, keyColumns);
      AttentionTiles.mixColumns(
          weights, count, positions, diagonal, dOutPanels, value, valueDim, packed);
      AttentionTiles.mixColumns(
          slopes, count, positions, diagonal, queryPanels, key, keyDim, packed);
    }
  }
}
