package dev.minke.kernel.vector;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.kernel.vector.AttentionKernels.Call;
import java.util.function.LongUnaryOperator;

/// The online softmax over the tiles of a part of many rows: vectors run along rows.
///
/// Rows are the columns of panels. A tile's keys and values are packed once, as rows of the
/// products: keys give scores `[positions, columns]`, which after the exponential are the panel
/// that values meet, without being moved. Sums stay turned, `[valueDim, columns]`, until the end.
final class PanelAttention {
  private static final int COLUMNS = Tiles.COLUMNS;

  private final Call call;
  private final AttentionPart part;
  private final RowStates states;
  private final TileRows tile;
  private final int rows;
  private final int keyDim;
  private final int valueDim;

  /// The rows' queries, `[panels, keyDim, columns]`.
  private final long queries;

  /// Sums of weighed values so far, `[panels, valueDim filled up, columns]`.
  private final long sums;

  /// Largest scores so far and sums of weights, `[panels, columns]`.
  private final long most;

  private final long totals;

  /// Scores, then weights, of a tile and a panel, `[64 filled up, columns]`.
  private final long scores;

  /// A tile's keys and values as [AttentionTiles] packs them.
  private final long keys;

  private final long values;

  /// Of one panel: positions of a tile that a column sees, and its new largest score.
  private final long seen;

  private final long newMost;

  /// `[16, columns]` to add in.
  private final long lanes;

  /// Queries of a panel as rows, or room to turn a panel.
  private final long turned;

  private final long packed;

  /// @param states to leave those of a [AttentionPart.Common] in
  PanelAttention(AttentionPart part, RowStates states, ScratchPool.Scratch scratch) {
    this.part = part;
    this.states = states;
    call = part.call();
    rows = part.rows();
    keyDim = call.keyDim();
    valueDim = call.valueDim();
    int panels = (rows + COLUMNS - 1) / COLUMNS;
    int sumRows = AttentionTiles.filledUp(valueDim);
    ScratchLayout layout = new ScratchLayout();
    long queriesAt = layout.add((long) panels * keyDim, COLUMNS);
    long sumsAt = layout.add((long) panels * sumRows, COLUMNS);
    long mostAt = layout.add(panels, COLUMNS);
    long totalsAt = layout.add(panels, COLUMNS);
    long scoresAt = layout.add(AttentionTiles.filledUp(KvView.TILE), COLUMNS);
    long seenAt = layout.add(1, COLUMNS);
    long newMostAt = layout.add(1, COLUMNS);
    long lanesAt = layout.add(Kernels.LANES, COLUMNS);
    long keysAt = layout.add(AttentionTiles.filledUp(KvView.TILE), keyDim);
    long valuesAt = layout.add(KvView.TILE, sumRows);
    long turnedAt = layout.add(COLUMNS, Math.max(keyDim, COLUMNS));
    long packedAt = layout.add(1, Tiles.PANEL_SCRATCH);
    long tileAt = layout.add(1, TileRows.room(call));
    long base = scratch.floats(layout.floats());
    tile = new TileRows(part, base + tileAt);
    queries = base + queriesAt;
    sums = base + sumsAt;
    most = base + mostAt;
    totals = base + totalsAt;
    scores = base + scoresAt;
    seen = base + seenAt;
    newMost = base + newMostAt;
    lanes = base + lanesAt;
    keys = base + keysAt;
    values = base + valuesAt;
    turned = base + turnedAt;
    packed = base + packedAt;
    RowLoops.fill(most, Float.NEGATIVE_INFINITY, (long) panels * COLUMNS);
    RowLoops.fill(totals, 0, (long) panels * COLUMNS);
  }

  /// The address of a panel of those with so many rows each.
  private static long panel(long panels, int first, int rows) {
    return panels + (long) first * rows * Float.BYTES;
  }

  private long sums(int first) {
    return panel(sums, first, AttentionTiles.filledUp(valueDim));
  }

  private int columns(int first) {
    return Math.min(COLUMNS, rows - first);
  }

  void run() {
    for (int first = 0; first < rows; first += COLUMNS) {
      takeQueries(first);
    }
    int positions = part.visible(rows - 1);
    for (int from = 0; from < positions; from += KvView.TILE) {
      takeTile(from, Math.min(KvView.TILE, positions - from));
    }
    for (int first = 0; first < rows; first += COLUMNS) {
      switch (part) {
        case AttentionPart.Own _ -> finish(first);
        case AttentionPart.Common _ -> leave(first);
      }
    }
  }

  private void takeQueries(int first) {
    int columns = columns(first);
    long to = panel(queries, first, keyDim);
    // Rows of one head of neighbouring tokens lie at one distance.
    if (call.group() == 1 && part instanceof AttentionPart.Own) {
      long x = call.query().row(part.row(first));
      long stride = call.query().stride() * call.heads();
      Tiles.panelOfColumns(x, stride, columns, keyDim, to, packed);
    } else {
      long rowBytes = (long) keyDim * Float.BYTES;
      for (int column = 0; column < columns; column++) {
        long x = call.query().row(part.row(first + column));
        RowLoops.copy(x, turned + column * rowBytes, keyDim);
      }
      Tiles.panelOfColumns(turned, rowBytes, columns, keyDim, to, packed);
    }
  }

  private void takeTile(int from, int count) {
    tile.take(from / KvView.TILE, count);
    AttentionTiles.positionGroups(tile.keys(), tile.keyStride(), count, keyDim, keys);
    AttentionTiles.columnGroups(tile.values(), tile.valueStride(), count, valueDim, values);
    for (int first = 0; first < rows; first += COLUMNS) {
      int last = first + columns(first) - 1;
      int positions = Math.min(count, part.visible(last) - from);
      if (positions > 0) {
        AttentionTiles.scoresOfPanel(
            keys, count, 0, positions, panel(queries, first, keyDim), keyDim, scores);
        weigh(first, from, positions);
        AttentionTiles.mixPanel(
            values, count, 0, positions, scores, from == 0, sums(first), valueDim);
      }
    }
  }

  /// Turns the scores of a panel into weights, zero where a position is not seen.
  private void weigh(int first, int from, int positions) {
    int sure = Math.clamp(part.visible(first) - from, 0, positions);
    if (sure < positions) {
      for (int column = 0; column < COLUMNS; column++) {
        int visible = part.visible(Math.min(first + column, rows - 1)) - from;
        Memory.set(seen + (long) column * Float.BYTES, visible);
      }
    }
    long oldMost = panel(most, first, 1);
    long total = panel(totals, first, 1);
    RowLoops.copy(oldMost, newMost, COLUMNS);
    PanelLoops.largest(scores, sure, positions, call.scale(), seen, newMost);
    if (from > 0) {
      // What did not rise is multiplied by one.
      PanelLoops.subtract(oldMost, newMost);
      Exponential.exp(oldMost, 1, 0, oldMost, COLUMNS);
      PanelLoops.multiply(total, 1, oldMost);
      PanelLoops.multiply(sums(first), valueDim, oldMost);
    }
    RowLoops.copy(newMost, oldMost, COLUMNS);
    Exponential.expOfPanel(scores, call.scale(), newMost, Exponential.PER_COLUMN, positions);
    PanelLoops.hide(scores, sure, positions, seen);
    PanelLoops.addUp(scores, positions, lanes, total);
  }

  private void finish(int first) {
    PanelLoops.finish(sums(first), valueDim, panel(totals, first, 1));
    turnSums(first, call.out()::row);
    for (int column = 0; column < columns(first); column++) {
      long at = (long) (first + column) * Float.BYTES;
      float log = (float) StrictMath.log(Memory.get(totals + at));
      Memory.set(call.logSumExp(part.row(first + column)), Memory.get(most + at) + log);
    }
  }

  private void leave(int first) {
    turnSums(first, states::sums);
    for (int column = 0; column < columns(first); column++) {
      long at = (long) (first + column) * Float.BYTES;
      long row = part.row(first + column);
      Memory.set(states.most(row), Memory.get(most + at));
      Memory.set(states.total(row), Memory.get(totals + at));
    }
  }

  /// Sums of a panel as rows.
  ///
  /// @param to address for a row of queries
  private void turnSums(int first, LongUnaryOperator to) {
    int columns = columns(first);
    for (int c = 0; c < valueDim; c += COLUMNS) {
      int width = Math.min(COLUMNS, valueDim - c);
      long x = panel(sums(first), c, COLUMNS);
      Tiles.panelOfColumns(x, Tiles.PANEL_BYTES, width, columns, turned, packed);
      for (int column = 0; column < columns; column++) {
        long out = to.applyAsLong(part.row(first + column)) + (long) c * Float.BYTES;
        RowLoops.copy(turned + column * Tiles.PANEL_BYTES, out, width);
      }
    }
  }
}
