package dev.minke.kernel.vector;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.kernel.vector.AttentionGradients.Sums;
import dev.minke.kernel.vector.AttentionKernels.Call;

/// Gradients of one sequence and one key head.
///
/// Positions are the columns of panels, queries and gradients of outputs the packed rows that meet
/// them: weights and gradients of scores, `[queries, columns]`, are then the panels that columns of
/// gradients of outputs and of queries meet, and nothing is moved on the way to the gradients of
/// values and keys, which stay turned until the end. For the gradients of queries, gradients of
/// scores are turned.
final class PanelGradient {
  private static final int TILE = KvView.TILE;
  private static final int COLUMNS = Tiles.COLUMNS;
  private static final long PANEL_BYTES = Tiles.PANEL_BYTES;

  /// Rows of a panel whose rows are queries.
  private static final int ROWS = AttentionTiles.filledUp(TILE);

  private final Call call;
  private final Sums sums;
  private final KvView.Sequence sequence;
  private final int kvHead;
  private final int keyDim;
  private final int valueDim;
  private final int keyRows;
  private final int valueRows;

  /// Keys and values of all positions, `[panels, dim, columns]`.
  private final long keys;

  private final long values;

  /// Keys of all tiles, columns packed as rows.
  private final long keyGroups;

  /// Gradients of keys and values of all positions so far, `[panels, dim filled up, columns]`.
  private final long dKeys;

  private final long dValues;

  /// A block's queries and gradients of outputs, their rows and their columns packed as rows.
  private final long queries;

  private final long queryGroups;
  private final long dOuts;
  private final long dOutGroups;

  /// Gradients of a block's queries, `[panels, dim filled up, columns]`, columns being queries.
  private final long dQueries;

  /// `[panels, 64 filled up, columns]`: weights, and the gradients of scores.
  private final long weights;

  private final long slopes;

  /// Gradients of scores turned: `[64, columns]`, columns being queries.
  private final long turnedSlopes;

  /// Of a block's queries: log of the sum, `[64, columns]`, and `dOut · out`.
  private final long shifts;

  private final long logSumExps;
  private final long totals;

  /// The number of each column.
  private final long numbers;

  /// Room to turn panels.
  private final long turned;

  private final long packed;
  private final float[] lanes = new float[Kernels.LANES];

  PanelGradient(
      Call call, Sums sums, KvView.Sequence sequence, int kvHead, ScratchPool.Scratch scratch) {
    this.call = call;
    this.sums = sums;
    this.sequence = sequence;
    this.kvHead = kvHead;
    keyDim = call.keyDim();
    valueDim = call.valueDim();
    keyRows = AttentionTiles.filledUp(keyDim);
    valueRows = AttentionTiles.filledUp(valueDim);
    int positions = (sequence.length() + TILE - 1) / TILE * TILE;
    ScratchLayout layout = new ScratchLayout();
    long keysAt = layout.add(positions, keyDim);
    long valuesAt = layout.add(positions, valueDim);
    long keyGroupsAt = layout.add(positions, keyRows);
    long dKeysAt = layout.add(positions, keyRows);
    long dValuesAt = layout.add(positions, valueRows);
    long queriesAt = layout.add(ROWS, keyDim);
    long queryGroupsAt = layout.add(TILE, keyRows);
    long dOutsAt = layout.add(ROWS, valueDim);
    long dOutGroupsAt = layout.add(TILE, valueRows);
    long dQueriesAt = layout.add(TILE, keyRows);
    long weightsAt = layout.add(ROWS, TILE);
    long slopesAt = layout.add(ROWS, TILE);
    long turnedSlopesAt = layout.add(TILE, COLUMNS);
    long shiftsAt = layout.add(TILE, COLUMNS);
    long logSumExpsAt = layout.add(1, TILE);
    long totalsAt = layout.add(1, TILE);
    long numbersAt = layout.add(1, COLUMNS);
    long turnedAt = layout.add(COLUMNS, COLUMNS);
    long packedAt = layout.add(1, Tiles.PANEL_SCRATCH);
    long base = scratch.floats(layout.floats());
    keys = base + keysAt;
    values = base + valuesAt;
    keyGroups = base + keyGroupsAt;
    dKeys = base + dKeysAt;
    dValues = base + dValuesAt;
    queries = base + queriesAt;
    queryGroups = base + queryGroupsAt;
    dOuts = base + dOutsAt;
    dOutGroups = base + dOutGroupsAt;
    dQueries = base + dQueriesAt;
    weights = base + weightsAt;
    slopes = base + slopesAt;
    turnedSlopes = base + turnedSlopesAt;
    shifts = base + shiftsAt;
    logSumExps = base + logSumExpsAt;
    totals = base + totalsAt;
    numbers = base + numbersAt;
    turned = base + turnedAt;
    packed = base + packedAt;
    for (int column = 0; column < COLUMNS; column++) {
      Memory.set(numbers + (long) column * Float.BYTES, column);
    }
  }

  /// Rows of one head, or of one key head, of the sequence.
  private record Lines(long address, long stride, int columns) {
    long row(int index) {
      return address + index * stride;
    }
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

  /// The panel of a column among panels of `rows` rows each, or what is packed of a row.
  private static long at(long address, int column, int rows) {
    return address + (long) column * rows * Float.BYTES;
  }

  void run() {
    for (int from = 0; from < sequence.length(); from += TILE) {
      int count = Math.min(TILE, sequence.length() - from);
      Lines ofKeys = positions(call.keys(), from);
      Lines ofValues = positions(call.values(), from);
      turn(ofKeys, count, at(keys, from, keyDim), keyDim);
      turn(ofValues, count, at(values, from, valueDim), valueDim);
      AttentionTiles.columnGroups(
          ofKeys.address, ofKeys.stride, count, keyDim, at(keyGroups, from, keyRows));
      begin(positions(sums.dKeys(), from), count, at(dKeys, from, keyRows), keyRows);
      begin(positions(sums.dValues(), from), count, at(dValues, from, valueRows), valueRows);
    }
    for (int head = 0; head < call.group(); head++) {
      for (int from = 0; from < sequence.length(); from += TILE) {
        block(kvHead * call.group() + head, from);
      }
    }
    for (int from = 0; from < sequence.length(); from += TILE) {
      int count = Math.min(TILE, sequence.length() - from);
      turnBack(at(dKeys, from, keyRows), keyRows, positions(sums.dKeys(), from), count, false);
      turnBack(
          at(dValues, from, valueRows), valueRows, positions(sums.dValues(), from), count, false);
    }
  }

  /// What gradients of a tile's positions begin with.
  private void begin(Lines old, int count, long panels, int rows) {
    if (sums.accumulate()) {
      turn(old, count, panels, rows);
      PanelLoops.plusZero(panels, rows * TILE / COLUMNS);
    } else {
      RowLoops.fill(panels, 0, (long) rows * TILE);
    }
  }

  /// Rows become columns of panels that have `rows` rows each, those beyond theirs zero.
  private void turn(Lines x, int count, long panels, int rows) {
    for (int first = 0; first < count; first += COLUMNS) {
      int columns = Math.min(COLUMNS, count - first);
      long panel = at(panels, first, rows);
      Tiles.panelOfColumns(x.row(first), x.stride, columns, x.columns, panel, packed);
      RowLoops.fill(panel + x.columns * PANEL_BYTES, 0, (long) (rows - x.columns) * COLUMNS);
    }
  }

  /// The other way, instead of what was there or added to it.
  private void turnBack(long panels, int rows, Lines to, int count, boolean add) {
    for (int first = 0; first < count; first += COLUMNS) {
      int columns = Math.min(COLUMNS, count - first);
      for (int c = 0; c < to.columns; c += COLUMNS) {
        int width = Math.min(COLUMNS, to.columns - c);
        long panel = at(panels, first, rows) + c * PANEL_BYTES;
        Tiles.panelOfColumns(panel, PANEL_BYTES, width, columns, turned, packed);
        for (int column = 0; column < columns; column++) {
          long from = turned + column * PANEL_BYTES;
          long out = to.row(first + column) + (long) c * Float.BYTES;
          if (add) {
            RowLoops.add(out, from, out, width);
          } else {
            RowLoops.copy(from, out, width);
          }
        }
      }
    }
  }

  private void block(int head, int from) {
    int count = Math.min(TILE, sequence.length() - from);
    Lines query = queries(call.query(), head, from);
    Lines out = queries(call.out(), head, from);
    Lines dOut = queries(sums.dOut(), head, from);
    for (int r = 0; r < count; r++) {
      long row = (long) (sequence.firstQuery() + from + r) * call.heads() + head;
      float total = Reduction.dot(dOut.row(r), out.row(r), valueDim, lanes);
      Memory.set(totals + (long) r * Float.BYTES, total);
      Memory.set(logSumExps + (long) r * Float.BYTES, Memory.get(call.logSumExp(row)));
    }
    PanelLoops.spread(logSumExps, count, shifts);
    AttentionTiles.positionGroups(query.address, query.stride, count, keyDim, queries);
    AttentionTiles.columnGroups(query.address, query.stride, count, keyDim, queryGroups);
    AttentionTiles.positionGroups(dOut.address, dOut.stride, count, valueDim, dOuts);
    AttentionTiles.columnGroups(dOut.address, dOut.stride, count, valueDim, dOutGroups);
    for (int position = 0; position <= from; position += TILE) {
      boolean diagonal = position == from;
      for (int first = 0; first < (diagonal ? count : TILE); first += COLUMNS) {
        addToKeys(count, position, first, diagonal);
      }
      for (int first = 0; first < count; first += COLUMNS) {
        addToQueries(count, position, first, diagonal);
      }
    }
    if (!sums.accumulate()) {
      // As if added to zeros.
      PanelLoops.plusZero(dQueries, keyRows * TILE / COLUMNS);
    }
    turnBack(dQueries, keyRows, queries(sums.dQuery(), head, from), count, sums.accumulate());
  }

  /// Weights and gradients of scores of a block of queries and a panel of positions, zero where a
  /// query does not see a position, and from them gradients of keys and values.
  ///
  /// @param diagonal queries begin at the first of the tile's positions, so the first that sees one
  ///   of the panel is `first`
  private void addToKeys(int count, int position, int first, boolean diagonal) {
    int from = diagonal ? first : 0;
    int steps = diagonal ? Math.min(COLUMNS, count - first) : 0;
    int column = position + first;
    long weight = at(weights, first, ROWS);
    long slope = at(slopes, first, ROWS);
    AttentionTiles.scoresOfPanel(
        queries, count, from, count, at(keys, column, keyDim), keyDim, weight);
    AttentionTiles.scoresOfPanel(
        dOuts, count, from, count, at(values, column, valueDim), valueDim, slope);
    long skipped = from * PANEL_BYTES;
    Exponential.expOfPanel(
        weight + skipped, call.scale(), shifts + skipped, Exponential.PER_ELEMENT, count - from);
    PanelLoops.slopes(
        weight + skipped,
        slope + skipped,
        steps,
        count - from,
        totals + (long) from * Float.BYTES,
        call.scale(),
        numbers);
    AttentionTiles.mixPanel(
        dOutGroups, count, from, count, weight, false, at(dValues, column, valueRows), valueDim);
    AttentionTiles.mixPanel(
        queryGroups, count, from, count, slope, false, at(dKeys, column, keyRows), keyDim);
  }

  /// Gradients of a panel of queries from those of its scores of a tile.
  private void addToQueries(int count, int position, int first, boolean diagonal) {
    int columns = Math.min(COLUMNS, count - first);
    int seen = diagonal ? first + columns : TILE;
    for (int p = 0; p < seen; p += COLUMNS) {
      long slope = at(slopes, p, ROWS) + first * PANEL_BYTES;
      long to = turnedSlopes + p * PANEL_BYTES;
      Tiles.panelOfColumns(slope, PANEL_BYTES, columns, COLUMNS, to, packed);
    }
    // The tile has as many positions as there are queries, if it is the last.
    int there = diagonal ? count : TILE;
    long tile = at(keyGroups, position, keyRows);
    long sum = at(dQueries, first, keyRows);
    AttentionTiles.mixPanel(tile, there, 0, seen, turnedSlopes, position == 0, sum, keyDim);
  }
}
