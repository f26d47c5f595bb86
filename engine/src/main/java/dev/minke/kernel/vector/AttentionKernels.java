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

  /// Up to so many rows, to transpose a tile costs more than it saves.
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
    int most = (int) Math.clamp(fair, AttentionTiles.ROWS, MOST_ROWS);
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
      long tileFloats = (long) call.keyDim() * KvView.TILE;
      long tile = scratch.floats(tileFloats + AttentionTiles.ROWS * KvView.TILE);
      new Softmax(call, part, tile, tile + tileFloats * Float.BYTES).run();
    }
  }

  /// The online softmax over the tiles of one part.
  private static final class Softmax {
    private final Call call;
    private final Part part;
    private final long tile;
    private final long scores;
    private final float[] max;
    private final float[] sum;
    private final float[] lanes = new float[Kernels.LANES];

    Softmax(Call call, Part part, long tile, long scores) {
      this.call = call;
      this.part = part;
      this.tile = tile;
      this.scores = scores;
      max = new float[part.to - part.from];
      sum = new float[part.to - part.from];
    }

    /// Row of queries, `[tokens, heads]`.
    private long row(int index) {
      int token = part.sequence.firstQuery() + index / call.group();
      return (long) token * call.heads + part.kvHead * call.group() + index % call.group();
    }

    /// Positions that a row sees.
    private int visible(int index) {
      return part.sequence.firstPosition() + index / call.group() + 1;
    }

    void run() {
      for (int index = part.from; index < part.to; index++) {
        max[index - part.from] = Float.NEGATIVE_INFINITY;
        RowLoops.fill(call.out.row(row(index)), 0, call.valueDim());
      }
      int most = visible(part.to - 1);
      for (int from = 0; from < most; from += KvView.TILE) {
        takeTile(from, Math.min(KvView.TILE, most - from));
      }
      for (int index = part.from; index < part.to; index++) {
        float total = sum[index - part.from];
        RowLoops.divide(call.out.row(row(index)), total, call.valueDim());
        float log = (float) StrictMath.log(total);
        Memory.set(call.logSumExp(row(index)), max[index - part.from] + log);
      }
    }

    private void takeTile(int from, int count) {
      long kvRow = call.tile(part.sequence, part.kvHead, from / KvView.TILE);
      long keys = call.keys.row(kvRow);
      long keyStride = call.keys.stride() * call.kvHeads;
      boolean few = part.to - part.from <= FEW_ROWS;
      if (!few) {
        AttentionTiles.transpose(keys, keyStride, count, call.keyDim(), tile);
      }
      AttentionTiles.Mixed values =
          new AttentionTiles.Mixed(
              call.values.row(kvRow), call.values.stride() * call.kvHeads, count, call.valueDim());
      for (int index = part.from; index < part.to; index += AttentionTiles.ROWS) {
        int rows = Math.min(AttentionTiles.ROWS, part.to - index);
        int seen = Math.min(count, visible(index + rows - 1) - from);
        if (seen > 0) {
          if (few) {
            scoreFew(index, rows, keys, keyStride, seen);
          } else {
            AttentionTiles.scores(
                quad(call.query, index, rows), call.keyDim(), tile, call.scale, scores, seen);
          }
          weigh(index, rows, from, values);
        }
      }
    }

    private void scoreFew(int index, int rows, long keys, long stride, int seen) {
      for (int r = 0; r < rows; r++) {
        AttentionTiles.scoresOfOne(
            call.query.row(row(index + r)),
            call.keyDim(),
            keys,
            stride,
            call.scale,
            scores + r * AttentionTiles.SCORE_STRIDE,
            seen);
      }
    }

    private AttentionTiles.Quad quad(FloatRows of, int index, int rows) {
      return new AttentionTiles.Quad(
          of.row(row(index)),
          of.row(row(index + Math.min(1, rows - 1))),
          of.row(row(index + Math.min(2, rows - 1))),
          of.row(row(index + Math.min(3, rows - 1))));
    }

    /// Turns scores into weights and adds the values: for all rows what all of them see, then for
    /// each what it sees beyond.
    private void weigh(int index, int rows, int from, AttentionTiles.Mixed values) {
      for (int r = 0; r < rows; r++) {
        int seen = Math.min(values.count(), visible(index + r) - from);
        if (seen > 0) {
          softmax(index + r, scores + r * AttentionTiles.SCORE_STRIDE, seen);
        }
      }
      int common = Math.clamp(visible(index) - from, 0, values.count());
      AttentionTiles.Quad weights =
          AttentionTiles.Quad.strided(scores, AttentionTiles.SCORE_STRIDE, rows);
      AttentionTiles.mix(weights, Float.BYTES, values.rows(0, common), quad(call.out, index, rows));
      for (int r = 1; r < rows; r++) {
        int seen = Math.min(values.count(), visible(index + r) - from);
        if (seen > common) {
          long own = scores + r * AttentionTiles.SCORE_STRIDE + (long) common * Float.BYTES;
          AttentionTiles.mix(
              AttentionTiles.Quad.strided(own, 0, 1),
              Float.BYTES,
              values.rows(common, seen),
              quad(call.out, index + r, 1));
        }
      }
    }

    private void softmax(int index, long row, int count) {
      int own = index - part.from;
      float newMax = Math.max(max[own], Reduction.max(row, count, lanes));
      Exponential.expOfDifference(row, newMax, row, count);
      if (newMax > max[own]) {
        float shrink = Exponential.exp(max[own] - newMax);
        sum[own] *= shrink;
        RowLoops.multiply(call.out.row(row(index)), shrink, call.valueDim());
        max[own] = newMax;
      }
      sum[own] += Reduction.sum(row, count, lanes);
    }
  }
}
