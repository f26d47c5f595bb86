package dev.minke.kernel.vector;

import dev.minke.kernel.KvView;
import jdk.incubator.vector.FloatVector;

/// The two products of attention, four rows at a time, each output one chain in order.
///
/// Scores: rows meet a tile of 64 positions that was transposed, so that a vector holds
/// neighbouring positions. Mixing: rows of weights meet the vectors that they weigh. Where fewer
/// than four rows are left, the last one is computed again and stored with the same value.
final class AttentionTiles {
  /// Rows of a block.
  static final int ROWS = 4;

  /// Bytes between rows of scores.
  static final long SCORE_STRIDE = (long) KvView.TILE * Float.BYTES;

  private static final long BYTES = VectorWidth.BYTES;

  private AttentionTiles() {}

  /// Four addresses of rows.
  record Quad(long first, long second, long third, long fourth) {
    /// Rows at a stride; beyond `rows` the last again.
    static Quad strided(long address, long stride, int rows) {
      return new Quad(
          address,
          address + Math.min(1, rows - 1) * stride,
          address + Math.min(2, rows - 1) * stride,
          address + Math.min(3, rows - 1) * stride);
    }

    Quad plus(long bytes) {
      return new Quad(first + bytes, second + bytes, third + bytes, fourth + bytes);
    }
  }

  /// `out[d][p] = x[p][d]`, positions 64 apart.
  ///
  /// @param x address of the first of `count` rows
  static void transpose(long x, long stride, int count, int depth, long out) {
    for (int p = 0; p < count; p++) {
      long row = x + p * stride;
      long to = out + (long) p * Float.BYTES;
      for (int d = 0; d < depth; d++) {
        Memory.set(to + d * SCORE_STRIDE, Memory.get(row + (long) d * Float.BYTES));
      }
    }
  }

  /// `out[r][p] = scale · Σ_d rows[r][d] · tile[d][p]` for the first `columns` positions at least.
  ///
  /// @param out four rows of 64
  static void scores(Quad rows, int depth, long tile, float scale, long out, int columns) {
    long bytes = (long) columns * Float.BYTES;
    for (long column = 0; column < bytes; column += 2 * BYTES) {
      scores(rows, depth, tile + column, RowLoops.all(scale), out + column);
    }
  }

  private static void scores(Quad rows, int depth, long tile, FloatVector scale, long out) {
    FloatVector s00 = FloatVector.zero(VectorWidth.FLOATS);
    FloatVector s01 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    long first = rows.first;
    long second = rows.second;
    long third = rows.third;
    long fourth = rows.fourth;
    long bytes = (long) depth * Float.BYTES;
    for (long d = 0; d < bytes; d += Float.BYTES) {
      FloatVector left = Memory.load(tile);
      FloatVector right = Memory.load(tile + BYTES);
      FloatVector x0 = Memory.broadcast(first + d);
      s00 = x0.fma(left, s00);
      s01 = x0.fma(right, s01);
      FloatVector x1 = Memory.broadcast(second + d);
      s10 = x1.fma(left, s10);
      s11 = x1.fma(right, s11);
      FloatVector x2 = Memory.broadcast(third + d);
      s20 = x2.fma(left, s20);
      s21 = x2.fma(right, s21);
      FloatVector x3 = Memory.broadcast(fourth + d);
      s30 = x3.fma(left, s30);
      s31 = x3.fma(right, s31);
      tile += SCORE_STRIDE;
    }
    Memory.store(s00.mul(scale), out);
    Memory.store(s01.mul(scale), out + BYTES);
    Memory.store(s10.mul(scale), out + SCORE_STRIDE);
    Memory.store(s11.mul(scale), out + SCORE_STRIDE + BYTES);
    Memory.store(s20.mul(scale), out + 2 * SCORE_STRIDE);
    Memory.store(s21.mul(scale), out + 2 * SCORE_STRIDE + BYTES);
    Memory.store(s30.mul(scale), out + 3 * SCORE_STRIDE);
    Memory.store(s31.mul(scale), out + 3 * SCORE_STRIDE + BYTES);
  }

  /// The same for a single row and keys that were not transposed.
  static void scoresOfOne(
      long row, int depth, long keys, long stride, float scale, long out, int count) {
    long bytes = (long) depth * Float.BYTES;
    for (int p = 0; p < count; p += ROWS) {
      Quad four = Quad.strided(keys + p * stride, stride, Math.min(ROWS, count - p));
      float s0 = 0;
      float s1 = 0;
      float s2 = 0;
      float s3 = 0;
      for (long d = 0; d < bytes; d += Float.BYTES) {
        float x = Memory.get(row + d);
        s0 = Math.fma(x, Memory.get(four.first + d), s0);
        s1 = Math.fma(x, Memory.get(four.second + d), s1);
        s2 = Math.fma(x, Memory.get(four.third + d), s2);
        s3 = Math.fma(x, Memory.get(four.fourth + d), s3);
      }
      long to = out + (long) p * Float.BYTES;
      Memory.set(to, s0 * scale);
      Memory.set(to + Float.BYTES, s1 * scale);
      Memory.set(to + 2 * Float.BYTES, s2 * scale);
      Memory.set(to + 3 * Float.BYTES, s3 * scale);
    }
  }

  /// Vectors to be weighed: `count` rows.
  record Mixed(long address, long stride, int count, int columns) {
    /// Rows `[from, to)`.
    Mixed rows(int from, int to) {
      return new Mixed(address + from * stride, stride, to - from, columns);
    }
  }

  /// `out[r] += Σ_j weight[r][j] · x[j]`.
  ///
  /// @param weights for each row the address of its first weight
  /// @param step bytes between the weights of a row
  static void mix(Quad weights, long step, Mixed x, Quad out) {
    if (x.count == 0) {
      return;
    }
    long bytes = (long) x.columns * Float.BYTES;
    long column = 0;
    for (; column + 2 * BYTES <= bytes; column += 2 * BYTES) {
      mixPair(weights, step, x, column, out);
    }
    for (; column + BYTES <= bytes; column += BYTES) {
      mixVector(weights, step, x, column, out);
    }
    for (; column < bytes; column += Float.BYTES) {
      mixColumn(weights, step, x, column, out);
    }
  }

  private static void mixPair(Quad weights, long step, Mixed x, long column, Quad out) {
    long o0 = out.first + column;
    long o1 = out.second + column;
    long o2 = out.third + column;
    long o3 = out.fourth + column;
    FloatVector s00 = Memory.load(o0);
    FloatVector s01 = Memory.load(o0 + BYTES);
    FloatVector s10 = Memory.load(o1);
    FloatVector s11 = Memory.load(o1 + BYTES);
    FloatVector s20 = Memory.load(o2);
    FloatVector s21 = Memory.load(o2 + BYTES);
    FloatVector s30 = Memory.load(o3);
    FloatVector s31 = Memory.load(o3 + BYTES);
    long w0 = weights.first;
    long w1 = weights.second;
    long w2 = weights.third;
    long w3 = weights.fourth;
    long at = x.address + column;
    long stride = x.stride;
    long count = x.count;
    long w = 0;
    for (long j = 0; j < count; j++) {
      FloatVector left = Memory.load(at);
      FloatVector right = Memory.load(at + BYTES);
      FloatVector f0 = Memory.broadcast(w0 + w);
      s00 = f0.fma(left, s00);
      s01 = f0.fma(right, s01);
      FloatVector f1 = Memory.broadcast(w1 + w);
      s10 = f1.fma(left, s10);
      s11 = f1.fma(right, s11);
      FloatVector f2 = Memory.broadcast(w2 + w);
      s20 = f2.fma(left, s20);
      s21 = f2.fma(right, s21);
      FloatVector f3 = Memory.broadcast(w3 + w);
      s30 = f3.fma(left, s30);
      s31 = f3.fma(right, s31);
      at += stride;
      w += step;
    }
    Memory.store(s00, o0);
    Memory.store(s01, o0 + BYTES);
    Memory.store(s10, o1);
    Memory.store(s11, o1 + BYTES);
    Memory.store(s20, o2);
    Memory.store(s21, o2 + BYTES);
    Memory.store(s30, o3);
    Memory.store(s31, o3 + BYTES);
  }

  private static void mixVector(Quad weights, long step, Mixed x, long column, Quad out) {
    FloatVector s0 = Memory.load(out.first + column);
    FloatVector s1 = Memory.load(out.second + column);
    FloatVector s2 = Memory.load(out.third + column);
    FloatVector s3 = Memory.load(out.fourth + column);
    long w0 = weights.first;
    long w1 = weights.second;
    long w2 = weights.third;
    long w3 = weights.fourth;
    long at = x.address + column;
    long stride = x.stride;
    long count = x.count;
    long w = 0;
    for (long j = 0; j < count; j++) {
      FloatVector value = Memory.load(at);
      s0 = Memory.broadcast(w0 + w).fma(value, s0);
      s1 = Memory.broadcast(w1 + w).fma(value, s1);
      s2 = Memory.broadcast(w2 + w).fma(value, s2);
      s3 = Memory.broadcast(w3 + w).fma(value, s3);
      at += stride;
      w += step;
    }
    Memory.store(s0, out.first + column);
    Memory.store(s1, out.second + column);
    Memory.store(s2, out.third + column);
    Memory.store(s3, out.fourth + column);
  }

  private static void mixColumn(Quad weights, long step, Mixed x, long column, Quad out) {
    float s0 = Memory.get(out.first + column);
    float s1 = Memory.get(out.second + column);
    float s2 = Memory.get(out.third + column);
    float s3 = Memory.get(out.fourth + column);
    long at = x.address + column;
    long count = x.count;
    long w = 0;
    for (long j = 0; j < count; j++) {
      float value = Memory.get(at);
      s0 = Math.fma(Memory.get(weights.first + w), value, s0);
      s1 = Math.fma(Memory.get(weights.second + w), value, s1);
      s2 = Math.fma(Memory.get(weights.third + w), value, s2);
      s3 = Math.fma(Memory.get(weights.fourth + w), value, s3);
      at += x.stride;
      w += step;
    }
    Memory.set(out.first + column, s0);
    Memory.set(out.second + column, s1);
    Memory.set(out.third + column, s2);
    Memory.set(out.fourth + column, s3);
  }
}
