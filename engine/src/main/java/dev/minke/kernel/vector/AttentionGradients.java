package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.RowLoops.all;
import static dev.minke.kernel.vector.RowLoops.vectors;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import dev.minke.kernel.vector.AttentionKernels.Call;
import dev.minke.kernel.vector.AttentionTiles.Mixed;
import dev.minke.kernel.vector.AttentionTiles.Quad;
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
  private static final long STRIDE = AttentionTiles.SCORE_STRIDE;

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

  /// One sequence and one key head.
  private static final class Part {
    private final Call call;
    private final Sums sums;
    private final KvView.Sequence sequence;
    private final int kvHead;

    /// Keys and values transposed, tile by tile.
    private final long keyTiles;

    private final long valueTiles;

    /// `[64, 64]`: weights, and the gradients of scores.
    private final long weights;

    private final long slopes;

    /// `[64, keyDim]`: the gradients of a block's queries.
    private final long dQueries;

    private final float[] totals = new float[TILE];
    private final float[] lanes = new float[Kernels.LANES];

    Part(Call call, Sums sums, KvView.Sequence sequence, int kvHead, ScratchPool.Scratch scratch) {
      this.call = call;
      this.sums = sums;
      this.sequence = sequence;
      this.kvHead = kvHead;
      long tiles = (sequence.length() + TILE - 1) / TILE;
      long keys = tiles * TILE * call.keyDim();
      long values = tiles * TILE * call.valueDim();
      long block = (long) TILE * TILE;
      keyTiles = scratch.floats(keys + values + 2 * block + (long) TILE * call.keyDim());
      valueTiles = keyTiles + keys * Float.BYTES;
      weights = valueTiles + values * Float.BYTES;
      slopes = weights + block * Float.BYTES;
      dQueries = slopes + block * Float.BYTES;
    }

    void run() {
      for (int from = 0; from < sequence.length(); from += TILE) {
        int count = Math.min(TILE, sequence.length() - from);
        Mixed keys = tile(call.keys(), from, count);
        AttentionTiles.transpose(
            keys.address(), keys.stride(), count, call.keyDim(), keyTile(from));
        Mixed values = tile(call.values(), from, count);
        AttentionTiles.transpose(
            values.address(), values.stride(), count, call.valueDim(), valueTile(from));
      }
      for (int head = 0; head < call.group(); head++) {
        for (int from = 0; from < sequence.length(); from += TILE) {
          block(kvHead * call.group() + head, from);
        }
      }
    }

    private long keyTile(int from) {
      return keyTiles + (long) from * call.keyDim() * Float.BYTES;
    }

    private long valueTile(int from) {
      return valueTiles + (long) from * call.valueDim() * Float.BYTES;
    }

    /// Rows of positions from the first of a tile on, in keys or values or their gradients.
    private Mixed tile(FloatRows of, int from, int count) {
      long row = call.tile(sequence, kvHead, from / TILE);
      return new Mixed(of.row(row), of.stride() * call.kvHeads(), count, of.columns());
    }

    /// Rows of queries, or their likes, of one head.
    private Mixed queries(FloatRows of, int head, int from, int count) {
      long row = (long) (sequence.firstQuery() + from) * call.heads() + head;
      return new Mixed(of.row(row), of.stride() * call.heads(), count, of.columns());
    }

    private void block(int head, int from) {
      int count = Math.min(TILE, sequence.length() - from);
      Mixed query = queries(call.query(), head, from, count);
      Mixed out = queries(call.out(), head, from, count);
      Mixed dOut = queries(sums.dOut, head, from, count);
      for (int r = 0; r < count; r++) {
        long row = r * out.stride();
        long d = dOut.address() + r * dOut.stride();
        totals[r] = Reduction.dot(d, out.address() + row, out.columns(), lanes);
      }
      RowLoops.fill(dQueries, 0, (long) count * call.keyDim());
      for (int position = 0; position <= from; position += TILE) {
        slopes(head, from, query, dOut, position);
        addToQueries(position, from, count);
        boolean diagonal = position == from;
        addToKeys(weights, dOut, tile(sums.dValues, position, TILE), diagonal);
        addToKeys(slopes, query, tile(sums.dKeys, position, TILE), diagonal);
      }
      Mixed dQuery = queries(sums.dQuery, head, from, count);
      long rowBytes = (long) call.keyDim() * Float.BYTES;
      for (int r = 0; r < count; r++) {
        long sum = dQuery.address() + r * dQuery.stride();
        RowLoops.add(sum, dQueries + r * rowBytes, sum, call.keyDim());
      }
    }

    private static Quad rows(Mixed of, int from, int count) {
      return Quad.strided(of.address() + from * of.stride(), of.stride(), count);
    }

    /// Weights and gradients of scores of a block of queries and a tile of positions.
    private void slopes(int head, int from, Mixed query, Mixed dOut, int position) {
      for (int r = 0; r < query.count(); r += AttentionTiles.ROWS) {
        int count = Math.min(AttentionTiles.ROWS, query.count() - r);
        int seen = Math.min(TILE, from + r + count - position);
        long weight = weights + r * STRIDE;
        long slope = slopes + r * STRIDE;
        AttentionTiles.scores(
            rows(query, r, count), call.keyDim(), keyTile(position), call.scale(), weight, seen);
        AttentionTiles.scores(
            rows(dOut, r, count), call.valueDim(), valueTile(position), 1, slope, seen);
      }
      for (int r = 0; r < query.count(); r++) {
        long row = (long) (sequence.firstQuery() + from + r) * call.heads() + head;
        float logSumExp = Memory.get(call.logSumExp(row));
        int seen = Math.min(TILE, from + r + 1 - position);
        long own = r * STRIDE;
        slopes(weights + own, slopes + own, logSumExp, totals[r], call.scale(), seen);
      }
    }

    /// Of one row: weights in place of scores, gradients of scores in place of those of weights.
    private static void slopes(
        long weight, long slope, float logSumExp, float total, float scale, int count) {
      long bytes = (long) count * Float.BYTES;
      long vectors = vectors(bytes);
      FloatVector scales = all(scale);
      for (long i = 0; i < vectors; i += VectorWidth.BYTES) {
        FloatVector w = Exponential.exp(Memory.load(weight + i).sub(logSumExp));
        Memory.store(w, weight + i);
        Memory.store(w.mul(Memory.load(slope + i).sub(total)).mul(scales), slope + i);
      }
      for (long i = vectors; i < bytes; i += Float.BYTES) {
        float w = Exponential.exp(Memory.get(weight + i) - logSumExp);
        Memory.set(weight + i, w);
        Memory.set(slope + i, w * (Memory.get(slope + i) - total) * scale);
      }
    }

    private void addToQueries(int position, int from, int count) {
      long rowBytes = (long) call.keyDim() * Float.BYTES;
      for (int r = 0; r < count; r += AttentionTiles.ROWS) {
        int rows = Math.min(AttentionTiles.ROWS, count - r);
        int common = Math.min(TILE, from + r + 1 - position);
        Mixed keys = tile(call.keys(), position, TILE);
        AttentionTiles.mix(
            Quad.strided(slopes + r * STRIDE, STRIDE, rows),
            Float.BYTES,
            keys.rows(0, common),
            Quad.strided(dQueries + r * rowBytes, rowBytes, rows));
        for (int one = r + 1; one < r + rows; one++) {
          int seen = Math.min(TILE, from + one + 1 - position);
          if (seen > common) {
            AttentionTiles.mix(
                Quad.strided(slopes + one * STRIDE + (long) common * Float.BYTES, 0, 1),
                Float.BYTES,
                keys.rows(common, seen),
                Quad.strided(dQueries + one * rowBytes, 0, 1));
          }
        }
      }
    }

    /// `sum[j] += Σ_r factor[r][j] · x[r]`, queries r in ascending order.
    ///
    /// @param diagonal position j is seen by queries from j on only; otherwise by all
    private static void addToKeys(long factors, Mixed x, Mixed sum, boolean diagonal) {
      int positions = diagonal ? x.count() : TILE;
      for (int j = 0; j < positions; j += AttentionTiles.ROWS) {
        int rows = Math.min(AttentionTiles.ROWS, positions - j);
        int common = diagonal ? j + rows - 1 : 0;
        for (int one = j; diagonal && one < common; one++) {
          AttentionTiles.mix(
              Quad.strided(factors + one * STRIDE + (long) one * Float.BYTES, 0, 1),
              STRIDE,
              x.rows(one, common),
              rows(sum, one, 1));
        }
        AttentionTiles.mix(
            Quad.strided(factors + common * STRIDE + (long) j * Float.BYTES, Float.BYTES, rows),
            STRIDE,
            x.rows(common, x.count()),
            rows(sum, j, rows));
      }
    }
  }
}
