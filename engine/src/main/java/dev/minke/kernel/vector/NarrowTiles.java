package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.Memory.broadcast;
import static dev.minke.kernel.vector.Memory.load;
import static dev.minke.kernel.vector.Memory.store;

import jdk.incubator.vector.FloatVector;

/// Micro-kernels for machines with 16 vector registers: tiles of 6 rows by 2 vectors.
///
/// `to[r][c] = from[r][c] + Σ_k a[r][k] · b[k][c]`, one chain of fused multiply-adds for each
/// element, in the order of k.
///
/// Twelve accumulators, two vectors of weights and one broadcast fill 15 registers. The compiler
/// spills an accumulator when rows are read in place, which halves the speed, so six rows are
/// packed behind each other (see [Tiles#pack]); a single row is bound by memory and is read in
/// place. Cost: 2 FLOPs an element and k; 86-91 of 104 GFLOP/s in cache were measured with AVX2
/// (`docs/adr/0001`).
final class NarrowTiles {
  /// Vectors in a panel.
  static final int VECTORS = 2;

  private static final long PANEL_BYTES = VECTORS * (long) VectorWidth.BYTES;
  private static final long GROUP_BYTES = Tiles.ROWS * (long) Float.BYTES;

  private NarrowTiles() {}

  /// Six rows packed by [Tiles#pack].
  ///
  /// @param a the group, `[depth, 6]`
  /// @param b the panel, `[depth, 2 vectors]`
  /// @param from first of the old values, rows `fromStride` bytes apart
  /// @param to first of the new values, rows `toStride` bytes apart
  static void packedSix(
      long a, long b, long from, long fromStride, long to, long toStride, long depth) {
    FloatVector c00 = load(from);
    FloatVector c01 = load(from + VectorWidth.BYTES);
    FloatVector c10 = load(from + fromStride);
    FloatVector c11 = load(from + fromStride + VectorWidth.BYTES);
    FloatVector c20 = load(from + 2 * fromStride);
    FloatVector c21 = load(from + 2 * fromStride + VectorWidth.BYTES);
    FloatVector c30 = load(from + 3 * fromStride);
    FloatVector c31 = load(from + 3 * fromStride + VectorWidth.BYTES);
    FloatVector c40 = load(from + 4 * fromStride);
    FloatVector c41 = load(from + 4 * fromStride + VectorWidth.BYTES);
    FloatVector c50 = load(from + 5 * fromStride);
    FloatVector c51 = load(from + 5 * fromStride + VectorWidth.BYTES);
    for (long k = 0; k < depth; k++) {
      FloatVector w0 = load(b + k * PANEL_BYTES);
      FloatVector w1 = load(b + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector x0 = broadcast(a + k * GROUP_BYTES);
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
      FloatVector x1 = broadcast(a + k * GROUP_BYTES + 4);
      c10 = x1.fma(w0, c10);
      c11 = x1.fma(w1, c11);
      FloatVector x2 = broadcast(a + k * GROUP_BYTES + 8);
      c20 = x2.fma(w0, c20);
      c21 = x2.fma(w1, c21);
      FloatVector x3 = broadcast(a + k * GROUP_BYTES + 12);
      c30 = x3.fma(w0, c30);
      c31 = x3.fma(w1, c31);
      FloatVector x4 = broadcast(a + k * GROUP_BYTES + 16);
      c40 = x4.fma(w0, c40);
      c41 = x4.fma(w1, c41);
      FloatVector x5 = broadcast(a + k * GROUP_BYTES + 20);
      c50 = x5.fma(w0, c50);
      c51 = x5.fma(w1, c51);
    }
    store(c00, to);
    store(c01, to + VectorWidth.BYTES);
    store(c10, to + toStride);
    store(c11, to + toStride + VectorWidth.BYTES);
    store(c20, to + 2 * toStride);
    store(c21, to + 2 * toStride + VectorWidth.BYTES);
    store(c30, to + 3 * toStride);
    store(c31, to + 3 * toStride + VectorWidth.BYTES);
    store(c40, to + 4 * toStride);
    store(c41, to + 4 * toStride + VectorWidth.BYTES);
    store(c50, to + 5 * toStride);
    store(c51, to + 5 * toStride + VectorWidth.BYTES);
  }

  /// One row in place against four panels: eight chains in flight.
  ///
  /// @param a the row, `[depth]`
  /// @param b the first panel; the others follow `panelBytes` apart
  static void inPlaceOneByFour(long a, long b, long panelBytes, long from, long to, long depth) {
    FloatVector c00 = load(from);
    FloatVector c01 = load(from + VectorWidth.BYTES);
    FloatVector c02 = load(from + 2 * VectorWidth.BYTES);
    FloatVector c03 = load(from + 3 * VectorWidth.BYTES);
    FloatVector c04 = load(from + 4 * VectorWidth.BYTES);
    FloatVector c05 = load(from + 5 * VectorWidth.BYTES);
    FloatVector c06 = load(from + 6 * VectorWidth.BYTES);
    FloatVector c07 = load(from + 7 * VectorWidth.BYTES);
    long b1 = b + panelBytes;
    long b2 = b + 2 * panelBytes;
    long b3 = b + 3 * panelBytes;
    for (long k = 0; k < depth; k++) {
      FloatVector w0 = load(b + k * PANEL_BYTES);
      FloatVector w1 = load(b + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector w2 = load(b1 + k * PANEL_BYTES);
      FloatVector w3 = load(b1 + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector w4 = load(b2 + k * PANEL_BYTES);
      FloatVector w5 = load(b2 + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector w6 = load(b3 + k * PANEL_BYTES);
      FloatVector w7 = load(b3 + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector x0 = broadcast(a + k * Float.BYTES);
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
      c02 = x0.fma(w2, c02);
      c03 = x0.fma(w3, c03);
      c04 = x0.fma(w4, c04);
      c05 = x0.fma(w5, c05);
      c06 = x0.fma(w6, c06);
      c07 = x0.fma(w7, c07);
    }
    store(c00, to);
    store(c01, to + VectorWidth.BYTES);
    store(c02, to + 2 * VectorWidth.BYTES);
    store(c03, to + 3 * VectorWidth.BYTES);
    store(c04, to + 4 * VectorWidth.BYTES);
    store(c05, to + 5 * VectorWidth.BYTES);
    store(c06, to + 6 * VectorWidth.BYTES);
    store(c07, to + 7 * VectorWidth.BYTES);
  }

  /// One row in place against one panel.
  static void inPlaceOne(long a, long b, long from, long to, long depth) {
    FloatVector c00 = load(from);
    FloatVector c01 = load(from + VectorWidth.BYTES);
    for (long k = 0; k < depth; k++) {
      FloatVector w0 = load(b + k * PANEL_BYTES);
      FloatVector w1 = load(b + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector x0 = broadcast(a + k * Float.BYTES);
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
    }
    store(c00, to);
    store(c01, to + VectorWidth.BYTES);
  }
}
