package dev.minke.kernel.vector;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Causal attention, forward: blocks of rows meet one tile of positions after the other.
///
/// A row is one query of one head. Rows that read the same key head lie in one list, by token and
/// then head, so they see ever more positions; blocks of that list are shared among the threads.
final class AttentionKernels {
  /// Rows of a part at most: a tile is transposed once for all of them.
  private static final int MOST_ROWS = 256;

  private static final int PARTS_PER_THREAD = 4;
  private static final double NANOS_PER_MULTIPLY_ADD = 0.05;

  /// Up to so many rows, to pack a tile costs more than it saves.
  private static final int FEW_ROWS = 2;

  private final Gang gang;
  private final ScratchPool scratches;

  AttentionKernels(Gang gang, ScratchPool scratches) {
    this.gang = gang;
    this.scratches = scratches;
  }

  /// What a call is about.
  record Call(
      FloatRows query,
      FloatRows keys,
      FloatRows values,
      int heads,
      int kvHeads,
      float scale,
      FloatRows out,
      FloatRows logSumExp) {
    static Call of(Tensor query, KvView view, float scale, Tensor out, Tensor logSumExp) {
      return new Call(
          FloatRows.of(query),
          FloatRows.of(view.keys()),
          FloatRows.of(view.values()),
          query.size(1),
          view.keys().size(1),
          scale,
          FloatRows.of(out),
          FloatRows.of(logSumExp));
    }

    /// Query heads that read one key head.
    int group() {
      return heads / kvHeads;
    }

    int keyDim() {
      return keys.columns();
    }

    int valueDim() {
      return values.columns();
    }

    /// Address of the log of the sum for a row of queries.
    long logSumExp(long row) {
      return logSumExp.row(row / heads) + row % heads * Float.BYTES;
    }

    /// Row, among `[rows, kvHeads]`, of the first position of a tile.
    long tile(KvView.Sequence sequence, int kvHead, int tile) {
      return (long) sequence.location().rowOfTile(tile) * kvHeads + kvHead;
    }
  }

  /// Rows `[from, to)` of those of a sequence that read one key head.
  private record Part(KvView.Sequence sequence, int kvHead, int from, int to) {}

  void attention(Tensor query, KvView view, float scale, Tensor out, Tensor logSumExp) {
    Call call = Call.of(query, view, scale, out, logSumExp);
    List<Part> parts = parts(call, view);
    gang.run(
        nanos(call, view),
        parts.size(),
        // The last rows see the most positions: longest first.
        index -> attend(call, parts.get(parts.size() - 1 - index)));
  }

  static long nanos(Call call, KvView view) {
    double work = 0;
    for (KvView.Sequence sequence : view.sequences()) {
      work += (double) sequence.queries() * (sequence.firstPosition() + sequence.queries() / 2 + 1);
    }
    return (long) (work * call.heads * (call.keyDim() + call.valueDim()) * NANOS_PER_MULTIPLY_ADD);
  }

  private List<Part> parts(Call call, KvView view) {
    long rows = 0;
    for (KvView.Sequence sequence : view.sequences()) {
      rows += (long) sequence.queries() * call.heads;
    }
    long fair = rows / ((long) PARTS_PER_THREAD * gang.threads());
    int most = (int) Math.clamp(fair, Tiles.ROWS, MOST_ROWS);
    List<Part> parts = new ArrayList<>();
    for (KvView.Sequence sequence : view.sequences()) {
      int own = sequence.queries() * call.group();
      for (int from = 0; from < own; from += most) {
        for (int kvHead = 0; kvHead < call.kvHeads; kvHead++) {
          parts.add(new Part(sequence, kvHead, from, Math.min(own, from + most)));
        }
      }
    }
    return parts;
  }

  private void attend(Call call, Part part) {
    try (ScratchPool.Scratch scratch = scratches.borrow()) {
      new Softmax(call, part, scratch).run();
    }
  }

  /// The online softmax over the tiles of one part.
  private static final class Softmax {
    private final Call call;
    private final Part part;
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

    private final float[] max;
    private final float[] sum;
    private final float[] lanes = new float[Kernels.LANES];

    Softmax(Call call, Part part, ScratchPool.Scratch scratch) {
      this.call = call;
      this.part = part;
      rows = part.to - part.from;
      max = new float[rows];
      sum = new float[rows];
      long room = rows + Tiles.FEW_ROWS - 1L;
      long queryFloats = room * call.keyDim();
      long sumFloats = room * AttentionTiles.padded(call.valueDim());
      long scoreFloats = (long) Tiles.ROWS * KvView.TILE;
      long keyFloats = (long) call.keyDim() * KvView.TILE;
      long valueFloats = (long) AttentionTiles.padded(call.valueDim()) * KvView.TILE;
      // Sums and scores first: their lengths are whole cache lines.
      sums = scratch.floats(sumFloats + scoreFloats + valueFloats + keyFloats + queryFloats);
      scores = sums + sumFloats * Float.BYTES;
      valuePanels = scores + scoreFloats * Float.BYTES;
      keyPanels = valuePanels + valueFloats * Float.BYTES;
      queries = keyPanels + keyFloats * Float.BYTES;
      RowLoops.fill(queries, 0, queryFloats);
      RowLoops.fill(sums, 0, sumFloats);
    }

    /// Row of queries, `[tokens, heads]`.
    private long row(int index) {
      int token = part.sequence.firstQuery() + (part.from + index) / call.group();
      int head = (part.from + index) % call.group();
      return (long) token * call.heads + part.kvHead * call.group() + head;
    }

    /// Positions that a row sees.
    private int visible(int index) {
      return part.sequence.firstPosition() + (part.from + index) / call.group() + 1;
    }

    private long query(int index) {
      return queries + (long) index * call.keyDim() * Float.BYTES;
    }

    private long sums(int index) {
      return sums + (long) index * AttentionTiles.padded(call.valueDim()) * Float.BYTES;
    }

    void run() {
      for (int index = 0; index < rows; index++) {
        max[index] = Float.NEGATIVE_INFINITY;
        RowLoops.copy(call.query.row(row(index)), query(index), call.keyDim());
      }
      int most = visible(rows - 1);
      for (int from = 0; from < most; from += KvView.TILE) {
        int count = Math.min(KvView.TILE, most - from);
        if (rows <= FEW_ROWS) {
          takeTileByRow(from, count);
        } else {
          takeTile(from, count);
        }
      }
      for (int index = 0; index < rows; index++) {
        float total = sum[index];
        AttentionTiles.finish(sums(index), total, call.out.row(row(index)), call.valueDim());
        float log = (float) StrictMath.log(total);
        Memory.set(call.logSumExp(row(index)), max[index] + log);
      }
    }

    private void takeTile(int from, int count) {
      long kvRow = call.tile(part.sequence, part.kvHead, from / KvView.TILE);
      long keyStride = call.keys.stride() * call.kvHeads;
      long valueStride = call.values.stride() * call.kvHeads;
      int keyDim = call.keyDim();
      int valueDim = call.valueDim();
      AttentionTiles.positionPanels(call.keys.row(kvRow), keyStride, count, keyDim, keyPanels);
      AttentionTiles.columnPanels(
          call.values.row(kvRow), valueStride, count, valueDim, valuePanels);
      int height;
      for (int index = 0; index < rows; index += height) {
        height = Tiles.height(rows - index);
        int last = Math.min(index + height, rows) - 1;
        int width = Math.min(count, visible(last) - from);
        if (width > 0) {
          AttentionTiles.scores(height, query(index), keyDim, keyPanels, width, scores);
          for (int i = index; i <= last; i++) {
            int seen = Math.clamp(visible(i) - from, 0, width);
            weigh(i, scores + (i - index) * AttentionTiles.SCORE_STRIDE, seen, width);
          }
          AttentionTiles.mix(height, scores, width, valuePanels, sums(index), valueDim);
        }
      }
    }

    private void takeTileByRow(int from, int count) {
      long kvRow = call.tile(part.sequence, part.kvHead, from / KvView.TILE);
      long keyStride = call.keys.stride() * call.kvHeads;
      long valueStride = call.values.stride() * call.kvHeads;
      for (int index = 0; index < rows; index++) {
        int seen = Math.min(count, visible(index) - from);
        if (seen > 0) {
          AttentionTiles.scoresOfOne(
              query(index), call.keyDim(), call.keys.row(kvRow), keyStride, seen, scores);
          weigh(index, scores, seen, seen);
          AttentionTiles.mixOfOne(
              scores, seen, call.values.row(kvRow), valueStride, sums(index), call.valueDim());
        }
      }
    }

    /// Turns the scores of a row into weights, zero beyond those that it sees.
    private void weigh(int index, long row, int seen, int width) {
      if (seen > 0) {
        float newMax = Math.max(max[index], AttentionTiles.scale(row, call.scale, seen));
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
}
