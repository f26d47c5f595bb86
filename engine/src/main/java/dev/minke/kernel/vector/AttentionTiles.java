package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.Memory.load;
import static dev.minke.kernel.vector.Memory.store;
import static dev.minke.kernel.vector.RowLoops.all;
import static dev.minke.kernel.vector.VectorWidth.FLOAT_VECTOR;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.KvView;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// What attention does with a tile of 64 positions, forward and backward.
///
/// Its products are those of [MicroKernels]. Where many rows are panels ([PanelAttention],
/// [PanelGradient]), the tile's keys and values are packed rows ([#positionGroups],
/// [#columnGroups]) and scores the panel between them. Where there are few ([RowAttention]), rows
/// meet the tile's keys as panels of positions and its values as panels of columns. A position that
/// a row does not see has weight zero: it adds nothing to a chain but perhaps the sign of a zero,
/// and that is taken away at the end. One or two rows are not worth the packing and have loops of
/// their own, with the same chains.
final class AttentionTiles {
  /// Bytes between rows of scores.
  static final long SCORE_STRIDE = (long) KvView.TILE * Float.BYTES;

  /// Panels of positions in a tile.
  static final int PANELS = KvView.TILE / Tiles.COLUMNS;

  private static final long BYTES = VectorWidth.BYTES;
  private static final int LANES = VectorWidth.LANES;

  /// Keys that one row meets at once: chains in flight.
  private static final int KEYS_AT_ONCE = 4;

  /// Turns the order of floats, as bits, into that of ints.
  private static final int ALL_BUT_SIGN = 0x7fffffff;

  private AttentionTiles() {}

  /// Columns of so many, filled up to whole panels.
  static int padded(int columns) {
    return (columns + Tiles.COLUMNS - 1) / Tiles.COLUMNS * Tiles.COLUMNS;
  }

  /// Rows of a tile as panels whose columns are positions, `[panels, depth, columns]`; positions
  /// beyond `count` are zero.
  ///
  /// @param scratch room for [Tiles#PANEL_SCRATCH] floats
  static void positionPanels(long x, long stride, int count, int depth, long to, long scratch) {
    for (int panel = 0; panel < PANELS; panel++) {
      int first = panel * Tiles.COLUMNS;
      int columns = Math.clamp(count - first, 0, Tiles.COLUMNS);
      long at = to + panel * (depth * Tiles.PANEL_BYTES);
      Tiles.panelOfColumns(x + first * stride, stride, columns, depth, at, scratch);
    }
  }

  /// Rows of a tile as panels whose k are positions, `[panels, 64, columns]`; positions beyond
  /// `count` are left as they are.
  static void columnPanels(long x, long stride, int count, int columns, long to) {
    for (int first = 0; first < columns; first += Tiles.COLUMNS) {
      Tiles.panelOfRows(
          x + (long) first * Float.BYTES,
          stride,
          Math.min(Tiles.COLUMNS, columns - first),
          count,
          to + (long) first * SCORE_STRIDE);
    }
  }

  /// So many rows and those that the tiles of [Tiles#packed] take beyond them.
  static int filledUp(int rows) {
    return rows + Tiles.FEW_ROWS - 1;
  }

  /// Rows of a tile packed as rows of products, in groups of some positions behind each other:
  /// `[depth, height]` each.
  ///
  /// @param to room for [#filledUp] rows
  static void positionGroups(long x, long stride, int count, int depth, long to) {
    int height;
    for (int p = 0; p < count; p += height) {
      height = Tiles.productHeight(count - p);
      long group = to + (long) p * depth * Float.BYTES;
      Tiles.pack(x + p * stride, stride, Math.min(height, count - p), height, depth, group);
    }
  }

  /// Columns of a tile packed as rows of products, in groups of some columns behind each other:
  /// `[count, height]` each.
  ///
  /// @param to room for [#filledUp] columns
  static void columnGroups(long x, long stride, int count, int columns, long to) {
    int height;
    for (int c = 0; c < columns; c += height) {
      height = Tiles.productHeight(columns - c);
      long group = to + (long) c * count * Float.BYTES;
      int there = Math.min(height, columns - c);
      Tiles.packColumns(x + (long) c * Float.BYTES, stride, there, height, count, group);
    }
  }

  /// `out[r][c] = Σ_d x[r][d] · panel[d][c]` for rows `[from, to)` at least.
  ///
  /// @param x of [#positionGroups] for `count` rows
  /// @param panel `[depth, columns]`
  /// @param out `[count filled up, columns]`
  static void scoresOfPanel(long x, int count, int from, int to, long panel, int depth, long out) {
    int height;
    for (int r = 0; r < to; r += height) {
      height = Tiles.productHeight(count - r);
      if (r + height > from) {
        long group = x + (long) r * depth * Float.BYTES;
        long at = out + r * Tiles.PANEL_BYTES;
        Tiles.packed(height, group, panel, Tiles.ZEROS, 0, at, Tiles.PANEL_BYTES, depth);
      }
    }
  }

  /// `sum[d][c] += Σ_r x[r][d] · weights[r][c]` over rows `[from, to)` in order.
  ///
  /// @param x of [#columnGroups] for `count` rows
  /// @param weights `[rows, columns]`
  /// @param begin from zero instead of the old sum
  /// @param sum `[dim filled up, columns]`
  static void mixPanel(
      long x, int count, int from, int to, long weights, boolean begin, long sum, int dim) {
    long panel = weights + from * Tiles.PANEL_BYTES;
    int height;
    for (int d = 0; d < dim; d += height) {
      height = Tiles.productHeight(dim - d);
      long group = x + ((long) d * count + (long) from * height) * Float.BYTES;
      long at = sum + d * Tiles.PANEL_BYTES;
      long old = begin ? Tiles.ZEROS : at;
      long oldStride = begin ? 0 : Tiles.PANEL_BYTES;
      Tiles.packed(height, group, panel, old, oldStride, at, Tiles.PANEL_BYTES, to - from);
    }
  }

  /// `out[r][p] = Σ_d x[r][d] · tile[d][p]` for the first `positions` at least.
  ///
  /// @param height rows of `x` and `out`, six or four
  /// @param x contiguous rows
  /// @param tile of [#positionPanels]
  /// @param out rows of 64
  static void scores(int height, long x, int depth, long tile, int positions, long out) {
    long rowBytes = (long) depth * Float.BYTES;
    for (int first = 0; first < positions; first += Tiles.COLUMNS) {
      long panel = tile + first * rowBytes;
      long to = out + (long) first * Float.BYTES;
      Tiles.inPlace(height, x, rowBytes, panel, Tiles.ZEROS, 0, to, SCORE_STRIDE, depth);
    }
  }

  /// `sum[r][c] += Σ_p weights[r][p] · tile[p][c]` over the first `positions`.
  ///
  /// @param height rows of `weights` and `sum`, six or four
  /// @param weights rows of 64
  /// @param tile of [#columnPanels]
  /// @param sum contiguous rows of `columns`, filled up to whole panels
  static void mix(int height, long weights, int positions, long tile, long sum, int columns) {
    long rowBytes = (long) padded(columns) * Float.BYTES;
    for (int first = 0; first < columns; first += Tiles.COLUMNS) {
      long to = sum + (long) first * Float.BYTES;
      long panel = tile + first * SCORE_STRIDE;
      Tiles.inPlace(height, weights, SCORE_STRIDE, panel, to, rowBytes, to, rowBytes, positions);
    }
  }

  /// Scales the first `seen` scores of a row.
  ///
  /// @return the largest; where one is NaN, it or another
  static float scale(long row, float scale, int seen) {
    FloatVector scales = all(scale);
    FloatVector most = all(Float.NEGATIVE_INFINITY);
    for (int i = 0; i < seen; i += LANES) {
      long at = row + (long) i * Float.BYTES;
      FloatVector x = load(at).mul(scales);
      store(x, at);
      if (i + LANES <= seen) {
        most = x.max(most);
      } else {
        VectorMask<Float> inside = VectorWidth.FLOATS.indexInRange(i, seen);
        most = FLOAT_VECTOR.cast(most).lanewise(VectorOperators.MAX, x, inside);
      }
    }
    // The largest of floats is the same in every order, but only that of ints is promised to be.
    IntVector bits = FLOAT_VECTOR.cast(most).reinterpretAsInts();
    IntVector ordered =
        bits.lanewise(VectorOperators.ASHR, 31)
            .and(ALL_BUT_SIGN)
            .lanewise(VectorOperators.XOR, bits);
    int largest = ordered.reduceLanes(VectorOperators.MAX);
    return Float.intBitsToFloat(largest ^ ((largest >> 31) & ALL_BUT_SIGN));
  }

  /// Turns scores into weights: `row[p] = exp(row[p] - shift)` for the first `seen`, zero from
  /// there to the end of the vector and to `width`.
  ///
  /// @return their sum
  static float weigh(long row, float shift, int seen, int width, float[] lanes) {
    int vectors = (seen + LANES - 1) / LANES * LANES;
    Exponential.exp(row, 1, shift, row, vectors);
    RowLoops.fill(row + (long) vectors * Float.BYTES, 0, width - vectors);
    int edge = (seen + Kernels.LANES - 1) / Kernels.LANES * Kernels.LANES;
    for (int p = seen; p < edge; p++) {
      Memory.set(row + (long) p * Float.BYTES, 0);
    }
    return Reduction.sum(row, edge, lanes);
  }

  /// `out = sum / total`, minus zero becoming plus zero.
  static void finish(long sum, float total, long out, int columns) {
    long bytes = (long) columns * Float.BYTES;
    long vectors = RowLoops.vectors(bytes);
    FloatVector totals = all(total);
    for (long i = 0; i < vectors; i += BYTES) {
      store(load(sum + i).div(totals).add(0f), out + i);
    }
    for (long i = vectors; i < bytes; i += Float.BYTES) {
      Memory.set(out + i, Memory.get(sum + i) / total + 0f);
    }
  }

  /// [#scores] of a single row, from keys as they lie.
  static void scoresOfOne(long row, int depth, long keys, long stride, int count, long out) {
    long bytes = (long) depth * Float.BYTES;
    for (int p = 0; p < count; p += KEYS_AT_ONCE) {
      // Beyond the last, the last again.
      long k0 = keys + p * stride;
      long k1 = keys + Math.min(p + 1, count - 1) * stride;
      long k2 = keys + Math.min(p + 2, count - 1) * stride;
      long k3 = keys + Math.min(p + 3, count - 1) * stride;
      float s0 = 0;
      float s1 = 0;
      float s2 = 0;
      float s3 = 0;
      for (long d = 0; d < bytes; d += Float.BYTES) {
        float x = Memory.get(row + d);
        s0 = Math.fma(x, Memory.get(k0 + d), s0);
        s1 = Math.fma(x, Memory.get(k1 + d), s1);
        s2 = Math.fma(x, Memory.get(k2 + d), s2);
        s3 = Math.fma(x, Memory.get(k3 + d), s3);
      }
      long to = out + (long) p * Float.BYTES;
      Memory.set(to, s0);
      Memory.set(to + Float.BYTES, s1);
      Memory.set(to + 2 * Float.BYTES, s2);
      Memory.set(to + 3 * Float.BYTES, s3);
    }
  }

  /// [#mix] of a single row, from values as they lie.
  static void mixOfOne(long weights, int count, long values, long stride, long sum, int columns) {
    long bytes = (long) columns * Float.BYTES;
    long vectors = RowLoops.vectors(bytes);
    long end = weights + (long) count * Float.BYTES;
    for (long c = 0; c < vectors; c += BYTES) {
      FloatVector s = load(sum + c);
      long at = values + c;
      for (long w = weights; w < end; w += Float.BYTES, at += stride) {
        s = Memory.broadcast(w).fma(load(at), s);
      }
      store(s, sum + c);
    }
    for (long c = vectors; c < bytes; c += Float.BYTES) {
      float s = Memory.get(sum + c);
      long at = values + c;
      for (long w = weights; w < end; w += Float.BYTES, at += stride) {
        s = Math.fma(Memory.get(w), Memory.get(at), s);
      }
      Memory.set(sum + c, s);
    }
  }
}
