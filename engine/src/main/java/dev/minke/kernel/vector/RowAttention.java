package dev.minke.kernel.vector;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.kernel.vector.AttentionKernels.Call;

/// The online softmax over the tiles of a part of few rows: vectors run along positions.
final class RowAttention {
  /// Up to so many rows, to pack a tile costs more than it saves; beginnings of so few are not met
  /// together.
  static final int FEW_ROWS = 2;

  private final Call call;
  private final AttentionPart part;
  private final RowStates states;
  private final TileRows tile;
  private final int rows;

  /// The rows' queries, `[rows, keyDim]`.
  private final long queries;

  /// Sums of weighed values so far, `[rows, valueDim filled up]`.
  private final long sums;

  /// Scores, then weights, of a few rows: `[6, 64]`.
  private final long scores;

  /// A tile's keys and values.
  private final long keyPanels;

  private final long valuePanels;

  /// Room to turn keys.
  private final long packed;

  private final float[] max;
  private final float[] sum;
  private final float[] lanes = new float[Kernels.LANES];

  /// @param states of the rows, where they meet tiles of a [AttentionPart.Common]
  RowAttention(AttentionPart part, RowStates states, ScratchPool.Scratch scratch) {
    this.part = part;
    this.states = states;
    call = part.call();
    rows = part.rows();
    max = new float[rows];
    sum = new float[rows];
    int room = AttentionTiles.filledUp(rows);
    int padded = AttentionTiles.padded(call.valueDim());
    ScratchLayout layout = new ScratchLayout();
    long sumsAt = layout.add(room, padded);
    long scoresAt = layout.add(Tiles.ROWS, KvView.TILE);
    long valuePanelsAt = layout.add(KvView.TILE, padded);
    long keyPanelsAt = layout.add(KvView.TILE, call.keyDim());
    long queriesAt = layout.add(room, call.keyDim());
    long packedAt = layout.add(1, Tiles.PANEL_SCRATCH);
    long tileAt = layout.add(1, TileRows.room(call));
    long base = scratch.floats(layout.floats());
    tile = new TileRows(part, base + tileAt);
    sums = base + sumsAt;
    scores = base + scoresAt;
    valuePanels = base + valuePanelsAt;
    keyPanels = base + keyPanelsAt;
    queries = base + queriesAt;
    packed = base + packedAt;
    RowLoops.fill(queries, 0, (long) room * call.keyDim());
    RowLoops.fill(sums, 0, (long) room * padded);
  }

  private long query(int index) {
    return queries + (long) index * call.keyDim() * Float.BYTES;
  }

  private long sums(int index) {
    return sums + (long) index * AttentionTiles.padded(call.valueDim()) * Float.BYTES;
  }

  void run() {
    int firstTile = begin();
    int most = part.visible(rows - 1);
    for (int from = firstTile * KvView.TILE; from < most; from += KvView.TILE) {
      int count = Math.min(KvView.TILE, most - from);
      tile.take(from / KvView.TILE, count);
      if (rows <= FEW_ROWS) {
        takeTileByRow(from, count);
      } else {
        takeTile(from, count);
      }
    }
    switch (part) {
      case AttentionPart.Own _ -> finish();
      case AttentionPart.Common _ -> leave();
    }
  }

  /// @return the first tile to meet
  private int begin() {
    int firstTile =
        switch (part) {
          case AttentionPart.Own own -> own.firstTile();
          case AttentionPart.Common _ -> 0;
        };
    for (int index = 0; index < rows; index++) {
      long row = part.row(index);
      RowLoops.copy(call.query().row(row), query(index), call.keyDim());
      if (firstTile > 0) {
        max[index] = Memory.get(states.most(row));
        sum[index] = Memory.get(states.total(row));
        RowLoops.copy(states.sums(row), sums(index), call.valueDim());
      } else {
        max[index] = Float.NEGATIVE_INFINITY;
      }
    }
    return firstTile;
  }

  private void leave() {
    for (int index = 0; index < rows; index++) {
      long row = part.row(index);
      Memory.set(states.most(row), max[index]);
      Memory.set(states.total(row), sum[index]);
      RowLoops.copy(sums(index), states.sums(row), call.valueDim());
    }
  }

  private void finish() {
    for (int index = 0; index < rows; index++) {
      float total = sum[index];
      AttentionTiles.finish(sums(index), total, call.out().row(part.row(index)), call.valueDim());
      float log = (float) StrictMath.log(total);
      Memory.set(call.logSumExp(part.row(index)), max[index] + log);
    }
  }

  private void takeTile(int from, int count) {
    int keyDim = call.keyDim();
    int valueDim = call.valueDim();
    AttentionTiles.positionPanels(tile.keys(), tile.keyStride(), count, keyDim, keyPanels, packed);
    AttentionTiles.columnPanels(tile.values(), tile.valueStride(), count, valueDim, valuePanels);
    int height;
    for (int index = 0; index < rows; index += height) {
      height = Tiles.height(rows - index);
      int last = Math.min(index + height, rows) - 1;
      int width = Math.min(count, part.visible(last) - from);
      if (width > 0) {
        AttentionTiles.scores(height, query(index), keyDim, keyPanels, width, scores);
        for (int i = index; i <= last; i++) {
          int seen = Math.clamp(part.visible(i) - from, 0, width);
          weigh(i, scores + (i - index) * AttentionTiles.SCORE_STRIDE, seen, width);
        }
        AttentionTiles.mix(height, scores, width, valuePanels, sums(index), valueDim);
      }
    }
  }

  private void takeTileByRow(int from, int count) {
    for (int index = 0; index < rows; index++) {
      int seen = Math.min(count, part.visible(index) - from);
      if (seen > 0) {
        AttentionTiles.scoresOfOne(
            query(index), call.keyDim(), tile.keys(), tile.keyStride(), seen, scores);
        weigh(index, scores, seen, seen);
        AttentionTiles.mixOfOne(
            scores, seen, tile.values(), tile.valueStride(), sums(index), call.valueDim());
      }
    }
  }

  /// Turns the scores of a row into weights, zero beyond those that it sees.
  private void weigh(int index, long row, int seen, int width) {
    if (seen > 0) {
      float newMax = Math.max(max[index], AttentionTiles.scale(row, call.scale(), seen));
      if (newMax > max[index]) {
        if (sum[index] > 0) {
          float shrink = Exponential.exp(max[index] - newMax);
          sum[index] *= shrink;
          RowLoops.multiply(sums(index), shrink, call.valueDim());
        }
        max[index] = newMax;
      }
      sum[index] += AttentionTiles.weigh(row, newMax, seen, width, lanes);
    } else {
      RowLoops.fill(row, 0, width);
    }
  }
}
