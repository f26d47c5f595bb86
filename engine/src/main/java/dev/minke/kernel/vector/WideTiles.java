package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.Memory.broadcast;
import static dev.minke.kernel.vector.Memory.load;
import static dev.minke.kernel.vector.Memory.store;

import jdk.incubator.vector.FloatVector;

/// Micro-kernels for machines with 32 vector registers: tiles of up to 6 rows by 4 vectors, rows in
/// place.
///
/// `to[r][c] = from[r][c] + Σ_k a[r][k] · b[k][c]`, one chain of fused multiply-adds for each
/// element, in the order of k.
///
/// Twenty-four accumulators, four vectors of weights and one broadcast fill 29 registers, and up to
/// six rows at a power-of-two stride share a cache set without harm. Products over columns of their
/// left operand (weight gradients) read six packed rows instead.
final class WideTiles {
  /// Vectors in a panel.
  static final int VECTORS = 4;

  private static final long PANEL_BYTES = VECTORS * (long) VectorWidth.BYTES;
  private static final long GROUP_BYTES = Tiles.ROWS * (long) Float.BYTES;

  private WideTiles() {}

  /// Six rows packed by [Tiles#pack].
  ///
  /// @param a the group, `[depth, 6]`
  /// @param b the panel, `[depth, 4 vectors]`
  /// @param from first of the old values, rows `fromStride` bytes apart
  /// @param to first of the new values, rows `toStride` bytes apart
  static void packedSix(
      long a, long b, long from, long fromStride, long to, long toStride, long depth) {
    FloatVector c00 = load(from);
    FloatVector c01 = load(from + VectorWidth.BYTES);
    FloatVector c02 = load(from + 2 * VectorWidth.BYTES);
    FloatVector c03 = load(from + 3 * VectorWidth.BYTES);
    FloatVector c10 = load(from + fromStride);
    FloatVector c11 = load(from + fromStride + VectorWidth.BYTES);
    FloatVector c12 = load(from + fromStride + 2 * VectorWidth.BYTES);
    FloatVector c13 = load(from + fromStride + 3 * VectorWidth.BYTES);
    FloatVector c20 = load(from + 2 * fromStride);
    FloatVector c21 = load(from + 2 * fromStride + VectorWidth.BYTES);
    FloatVector c22 = load(from + 2 * fromStride + 2 * VectorWidth.BYTES);
    FloatVector c23 = load(from + 2 * fromStride + 3 * VectorWidth.BYTES);
    FloatVector c30 = load(from + 3 * fromStride);
    FloatVector c31 = load(from + 3 * fromStride + VectorWidth.BYTES);
    FloatVector c32 = load(from + 3 * fromStride + 2 * VectorWidth.BYTES);
    FloatVector c33 = load(from + 3 * fromStride + 3 * VectorWidth.BYTES);
    FloatVector c40 = load(from + 4 * fromStride);
    FloatVector c41 = load(from + 4 * fromStride + VectorWidth.BYTES);
    FloatVector c42 = load(from + 4 * fromStride + 2 * VectorWidth.BYTES);
    FloatVector c43 = load(from + 4 * fromStride + 3 * VectorWidth.BYTES);
    FloatVector c50 = load(from + 5 * fromStride);
    FloatVector c51 = load(from + 5 * fromStride + VectorWidth.BYTES);
    FloatVector c52 = load(from + 5 * fromStride + 2 * VectorWidth.BYTES);
    FloatVector c53 = load(from + 5 * fromStride + 3 * VectorWidth.BYTES);
    for (long k = 0; k < depth; k++) {
      FloatVector w0 = load(b + k * PANEL_BYTES);
      FloatVector w1 = load(b + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector w2 = load(b + k * PANEL_BYTES + 2 * VectorWidth.BYTES);
      FloatVector w3 = load(b + k * PANEL_BYTES + 3 * VectorWidth.BYTES);
      FloatVector x0 = broadcast(a + k * GROUP_BYTES);
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
      c02 = x0.fma(w2, c02);
      c03 = x0.fma(w3, c03);
      FloatVector x1 = broadcast(a + k * GROUP_BYTES + 4);
      c10 = x1.fma(w0, c10);
      c11 = x1.fma(w1, c11);
      c12 = x1.fma(w2, c12);
      c13 = x1.fma(w3, c13);
      FloatVector x2 = broadcast(a + k * GROUP_BYTES + 8);
      c20 = x2.fma(w0, c20);
      c21 = x2.fma(w1, c21);
      c22 = x2.fma(w2, c22);
      c23 = x2.fma(w3, c23);
      FloatVector x3 = broadcast(a + k * GROUP_BYTES + 12);
      c30 = x3.fma(w0, c30);
      c31 = x3.fma(w1, c31);
      c32 = x3.fma(w2, c32);
      c33 = x3.fma(w3, c33);
      FloatVector x4 = broadcast(a + k * GROUP_BYTES + 16);
      c40 = x4.fma(w0, c40);
      c41 = x4.fma(w1, c41);
      c42 = x4.fma(w2, c42);
      c43 = x4.fma(w3, c43);
      FloatVector x5 = broadcast(a + k * GROUP_BYTES + 20);
      c50 = x5.fma(w0, c50);
      c51 = x5.fma(w1, c51);
      c52 = x5.fma(w2, c52);
      c53 = x5.fma(w3, c53);
    }
    store(c00, to);
    store(c01, to + VectorWidth.BYTES);
    store(c02, to + 2 * VectorWidth.BYTES);
    store(c03, to + 3 * VectorWidth.BYTES);
    store(c10, to + toStride);
    store(c11, to + toStride + VectorWidth.BYTES);
    store(c12, to + toStride + 2 * VectorWidth.BYTES);
    store(c13, to + toStride + 3 * VectorWidth.BYTES);
    store(c20, to + 2 * toStride);
    store(c21, to + 2 * toStride + VectorWidth.BYTES);
    store(c22, to + 2 * toStride + 2 * VectorWidth.BYTES);
    store(c23, to + 2 * toStride + 3 * VectorWidth.BYTES);
    store(c30, to + 3 * toStride);
    store(c31, to + 3 * toStride + VectorWidth.BYTES);
    store(c32, to + 3 * toStride + 2 * VectorWidth.BYTES);
    store(c33, to + 3 * toStride + 3 * VectorWidth.BYTES);
    store(c40, to + 4 * toStride);
    store(c41, to + 4 * toStride + VectorWidth.BYTES);
    store(c42, to + 4 * toStride + 2 * VectorWidth.BYTES);
    store(c43, to + 4 * toStride + 3 * VectorWidth.BYTES);
    store(c50, to + 5 * toStride);
    store(c51, to + 5 * toStride + VectorWidth.BYTES);
    store(c52, to + 5 * toStride + 2 * VectorWidth.BYTES);
    store(c53, to + 5 * toStride + 3 * VectorWidth.BYTES);
  }

  /// One row in place against four panels: sixteen chains in flight.
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
    FloatVector c08 = load(from + 8 * VectorWidth.BYTES);
    FloatVector c09 = load(from + 9 * VectorWidth.BYTES);
    FloatVector c010 = load(from + 10 * VectorWidth.BYTES);
    FloatVector c011 = load(from + 11 * VectorWidth.BYTES);
    FloatVector c012 = load(from + 12 * VectorWidth.BYTES);
    FloatVector c013 = load(from + 13 * VectorWidth.BYTES);
    FloatVector c014 = load(from + 14 * VectorWidth.BYTES);
    FloatVector c015 = load(from + 15 * VectorWidth.BYTES);
    long b1 = b + panelBytes;
    long b2 = b + 2 * panelBytes;
    long b3 = b + 3 * panelBytes;
    for (long k = 0; k < depth; k++) {
      FloatVector w0 = load(b + k * PANEL_BYTES);
      FloatVector w1 = load(b + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector w2 = load(b + k * PANEL_BYTES + 2 * VectorWidth.BYTES);
      FloatVector w3 = load(b + k * PANEL_BYTES + 3 * VectorWidth.BYTES);
      FloatVector w4 = load(b1 + k * PANEL_BYTES);
      FloatVector w5 = load(b1 + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector w6 = load(b1 + k * PANEL_BYTES + 2 * VectorWidth.BYTES);
      FloatVector w7 = load(b1 + k * PANEL_BYTES + 3 * VectorWidth.BYTES);
      FloatVector w8 = load(b2 + k * PANEL_BYTES);
      FloatVector w9 = load(b2 + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector w10 = load(b2 + k * PANEL_BYTES + 2 * VectorWidth.BYTES);
      FloatVector w11 = load(b2 + k * PANEL_BYTES + 3 * VectorWidth.BYTES);
      FloatVector w12 = load(b3 + k * PANEL_BYTES);
      FloatVector w13 = load(b3 + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector w14 = load(b3 + k * PANEL_BYTES + 2 * VectorWidth.BYTES);
      FloatVector w15 = load(b3 + k * PANEL_BYTES + 3 * VectorWidth.BYTES);
      FloatVector x0 = broadcast(a + k * Float.BYTES);
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
      c02 = x0.fma(w2, c02);
      c03 = x0.fma(w3, c03);
      c04 = x0.fma(w4, c04);
      c05 = x0.fma(w5, c05);
      c06 = x0.fma(w6, c06);
      c07 = x0.fma(w7, c07);
      c08 = x0.fma(w8, c08);
      c09 = x0.fma(w9, c09);
      c010 = x0.fma(w10, c010);
      c011 = x0.fma(w11, c011);
      c012 = x0.fma(w12, c012);
      c013 = x0.fma(w13, c013);
      c014 = x0.fma(w14, c014);
      c015 = x0.fma(w15, c015);
    }
    store(c00, to);
    store(c01, to + VectorWidth.BYTES);
    store(c02, to + 2 * VectorWidth.BYTES);
    store(c03, to + 3 * VectorWidth.BYTES);
    store(c04, to + 4 * VectorWidth.BYTES);
    store(c05, to + 5 * VectorWidth.BYTES);
    store(c06, to + 6 * VectorWidth.BYTES);
    store(c07, to + 7 * VectorWidth.BYTES);
    store(c08, to + 8 * VectorWidth.BYTES);
    store(c09, to + 9 * VectorWidth.BYTES);
    store(c010, to + 10 * VectorWidth.BYTES);
    store(c011, to + 11 * VectorWidth.BYTES);
    store(c012, to + 12 * VectorWidth.BYTES);
    store(c013, to + 13 * VectorWidth.BYTES);
    store(c014, to + 14 * VectorWidth.BYTES);
    store(c015, to + 15 * VectorWidth.BYTES);
  }

  /// One row in place against one panel.
  static void inPlaceOne(long a, long b, long from, long to, long depth) {
    FloatVector c00 = load(from);
    FloatVector c01 = load(from + VectorWidth.BYTES);
    FloatVector c02 = load(from + 2 * VectorWidth.BYTES);
    FloatVector c03 = load(from + 3 * VectorWidth.BYTES);
    for (long k = 0; k < depth; k++) {
      FloatVector w0 = load(b + k * PANEL_BYTES);
      FloatVector w1 = load(b + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector w2 = load(b + k * PANEL_BYTES + 2 * VectorWidth.BYTES);
      FloatVector w3 = load(b + k * PANEL_BYTES + 3 * VectorWidth.BYTES);
      FloatVector x0 = broadcast(a + k * Float.BYTES);
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
      c02 = x0.fma(w2, c02);
      c03 = x0.fma(w3, c03);
    }
    store(c00, to);
    store(c01, to + VectorWidth.BYTES);
    store(c02, to + 2 * VectorWidth.BYTES);
    store(c03, to + 3 * VectorWidth.BYTES);
  }

  /// Two rows in place against one panel; rows `rowBytes` apart.
  static void inPlaceTwo(
      long a,
      long rowBytes,
      long b,
      long from,
      long fromStride,
      long to,
      long toStride,
      long depth) {
    FloatVector c00 = load(from);
    FloatVector c01 = load(from + VectorWidth.BYTES);
    FloatVector c02 = load(from + 2 * VectorWidth.BYTES);
    FloatVector c03 = load(from + 3 * VectorWidth.BYTES);
    FloatVector c10 = load(from + fromStride);
    FloatVector c11 = load(from + fromStride + VectorWidth.BYTES);
    FloatVector c12 = load(from + fromStride + 2 * VectorWidth.BYTES);
    FloatVector c13 = load(from + fromStride + 3 * VectorWidth.BYTES);
    for (long k = 0; k < depth; k++) {
      FloatVector w0 = load(b + k * PANEL_BYTES);
      FloatVector w1 = load(b + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector w2 = load(b + k * PANEL_BYTES + 2 * VectorWidth.BYTES);
      FloatVector w3 = load(b + k * PANEL_BYTES + 3 * VectorWidth.BYTES);
      FloatVector x0 = broadcast(a + k * Float.BYTES);
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
      c02 = x0.fma(w2, c02);
      c03 = x0.fma(w3, c03);
      FloatVector x1 = broadcast(a + rowBytes + k * Float.BYTES);
      c10 = x1.fma(w0, c10);
      c11 = x1.fma(w1, c11);
      c12 = x1.fma(w2, c12);
      c13 = x1.fma(w3, c13);
    }
    store(c00, to);
    store(c01, to + VectorWidth.BYTES);
    store(c02, to + 2 * VectorWidth.BYTES);
    store(c03, to + 3 * VectorWidth.BYTES);
    store(c10, to + toStride);
    store(c11, to + toStride + VectorWidth.BYTES);
    store(c12, to + toStride + 2 * VectorWidth.BYTES);
    store(c13, to + toStride + 3 * VectorWidth.BYTES);
  }

  /// Three rows in place against one panel; rows `rowBytes` apart.
  static void inPlaceThree(
      long a,
      long rowBytes,
      long b,
      long from,
      long fromStride,
      long to,
      long toStride,
      long depth) {
    FloatVector c00 = load(from);
    FloatVector c01 = load(from + VectorWidth.BYTES);
    FloatVector c02 = load(from + 2 * VectorWidth.BYTES);
    FloatVector c03 = load(from + 3 * VectorWidth.BYTES);
    FloatVector c10 = load(from + fromStride);
    FloatVector c11 = load(from + fromStride + VectorWidth.BYTES);
    FloatVector c12 = load(from + fromStride + 2 * VectorWidth.BYTES);
    FloatVector c13 = load(from + fromStride + 3 * VectorWidth.BYTES);
    FloatVector c20 = load(from + 2 * fromStride);
    FloatVector c21 = load(from + 2 * fromStride + VectorWidth.BYTES);
    FloatVector c22 = load(from + 2 * fromStride + 2 * VectorWidth.BYTES);
    FloatVector c23 = load(from + 2 * fromStride + 3 * VectorWidth.BYTES);
    for (long k = 0; k < depth; k++) {
      FloatVector w0 = load(b + k * PANEL_BYTES);
      FloatVector w1 = load(b + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector w2 = load(b + k * PANEL_BYTES + 2 * VectorWidth.BYTES);
      FloatVector w3 = load(b + k * PANEL_BYTES + 3 * VectorWidth.BYTES);
      FloatVector x0 = broadcast(a + k * Float.BYTES);
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
      c02 = x0.fma(w2, c02);
      c03 = x0.fma(w3, c03);
      FloatVector x1 = broadcast(a + rowBytes + k * Float.BYTES);
      c10 = x1.fma(w0, c10);
      c11 = x1.fma(w1, c11);
      c12 = x1.fma(w2, c12);
      c13 = x1.fma(w3, c13);
      FloatVector x2 = broadcast(a + 2 * rowBytes + k * Float.BYTES);
      c20 = x2.fma(w0, c20);
      c21 = x2.fma(w1, c21);
      c22 = x2.fma(w2, c22);
      c23 = x2.fma(w3, c23);
    }
    store(c00, to);
    store(c01, to + VectorWidth.BYTES);
    store(c02, to + 2 * VectorWidth.BYTES);
    store(c03, to + 3 * VectorWidth.BYTES);
    store(c10, to + toStride);
    store(c11, to + toStride + VectorWidth.BYTES);
    store(c12, to + toStride + 2 * VectorWidth.BYTES);
    store(c13, to + toStride + 3 * VectorWidth.BYTES);
    store(c20, to + 2 * toStride);
    store(c21, to + 2 * toStride + VectorWidth.BYTES);
    store(c22, to + 2 * toStride + 2 * VectorWidth.BYTES);
    store(c23, to + 2 * toStride + 3 * VectorWidth.BYTES);
  }

  /// Four rows in place against one panel; rows `rowBytes` apart.
  static void inPlaceFour(
      long a,
      long rowBytes,
      long b,
      long from,
      long fromStride,
      long to,
      long toStride,
      long depth) {
    FloatVector c00 = load(from);
    FloatVector c01 = load(from + VectorWidth.BYTES);
    FloatVector c02 = load(from + 2 * VectorWidth.BYTES);
    FloatVector c03 = load(from + 3 * VectorWidth.BYTES);
    FloatVector c10 = load(from + fromStride);
    FloatVector c11 = load(from + fromStride + VectorWidth.BYTES);
    FloatVector c12 = load(from + fromStride + 2 * VectorWidth.BYTES);
    FloatVector c13 = load(from + fromStride + 3 * VectorWidth.BYTES);
    FloatVector c20 = load(from + 2 * fromStride);
    FloatVector c21 = load(from + 2 * fromStride + VectorWidth.BYTES);
    FloatVector c22 = load(from + 2 * fromStride + 2 * VectorWidth.BYTES);
    FloatVector c23 = load(from + 2 * fromStride + 3 * VectorWidth.BYTES);
    FloatVector c30 = load(from + 3 * fromStride);
    FloatVector c31 = load(from + 3 * fromStride + VectorWidth.BYTES);
    FloatVector c32 = load(from + 3 * fromStride + 2 * VectorWidth.BYTES);
    FloatVector c33 = load(from + 3 * fromStride + 3 * VectorWidth.BYTES);
    for (long k = 0; k < depth; k++) {
      FloatVector w0 = load(b + k * PANEL_BYTES);
      FloatVector w1 = load(b + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector w2 = load(b + k * PANEL_BYTES + 2 * VectorWidth.BYTES);
      FloatVector w3 = load(b + k * PANEL_BYTES + 3 * VectorWidth.BYTES);
      FloatVector x0 = broadcast(a + k * Float.BYTES);
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
      c02 = x0.fma(w2, c02);
      c03 = x0.fma(w3, c03);
      FloatVector x1 = broadcast(a + rowBytes + k * Float.BYTES);
      c10 = x1.fma(w0, c10);
      c11 = x1.fma(w1, c11);
      c12 = x1.fma(w2, c12);
      c13 = x1.fma(w3, c13);
      FloatVector x2 = broadcast(a + 2 * rowBytes + k * Float.BYTES);
      c20 = x2.fma(w0, c20);
      c21 = x2.fma(w1, c21);
      c22 = x2.fma(w2, c22);
      c23 = x2.fma(w3, c23);
      FloatVector x3 = broadcast(a + 3 * rowBytes + k * Float.BYTES);
      c30 = x3.fma(w0, c30);
      c31 = x3.fma(w1, c31);
      c32 = x3.fma(w2, c32);
      c33 = x3.fma(w3, c33);
    }
    store(c00, to);
    store(c01, to + VectorWidth.BYTES);
    store(c02, to + 2 * VectorWidth.BYTES);
    store(c03, to + 3 * VectorWidth.BYTES);
    store(c10, to + toStride);
    store(c11, to + toStride + VectorWidth.BYTES);
    store(c12, to + toStride + 2 * VectorWidth.BYTES);
    store(c13, to + toStride + 3 * VectorWidth.BYTES);
    store(c20, to + 2 * toStride);
    store(c21, to + 2 * toStride + VectorWidth.BYTES);
    store(c22, to + 2 * toStride + 2 * VectorWidth.BYTES);
    store(c23, to + 2 * toStride + 3 * VectorWidth.BYTES);
    store(c30, to + 3 * toStride);
    store(c31, to + 3 * toStride + VectorWidth.BYTES);
    store(c32, to + 3 * toStride + 2 * VectorWidth.BYTES);
    store(c33, to + 3 * toStride + 3 * VectorWidth.BYTES);
  }

  /// Five rows in place against one panel; rows `rowBytes` apart.
  static void inPlaceFive(
      long a,
      long rowBytes,
      long b,
      long from,
      long fromStride,
      long to,
      long toStride,
      long depth) {
    FloatVector c00 = load(from);
    FloatVector c01 = load(from + VectorWidth.BYTES);
    FloatVector c02 = load(from + 2 * VectorWidth.BYTES);
    FloatVector c03 = load(from + 3 * VectorWidth.BYTES);
    FloatVector c10 = load(from + fromStride);
    FloatVector c11 = load(from + fromStride + VectorWidth.BYTES);
    FloatVector c12 = load(from + fromStride + 2 * VectorWidth.BYTES);
    FloatVector c13 = load(from + fromStride + 3 * VectorWidth.BYTES);
    FloatVector c20 = load(from + 2 * fromStride);
    FloatVector c21 = load(from + 2 * fromStride + VectorWidth.BYTES);
    FloatVector c22 = load(from + 2 * fromStride + 2 * VectorWidth.BYTES);
    FloatVector c23 = load(from + 2 * fromStride + 3 * VectorWidth.BYTES);
    FloatVector c30 = load(from + 3 * fromStride);
    FloatVector c31 = load(from + 3 * fromStride + VectorWidth.BYTES);
    FloatVector c32 = load(from + 3 * fromStride + 2 * VectorWidth.BYTES);
    FloatVector c33 = load(from + 3 * fromStride + 3 * VectorWidth.BYTES);
    FloatVector c40 = load(from + 4 * fromStride);
    FloatVector c41 = load(from + 4 * fromStride + VectorWidth.BYTES);
    FloatVector c42 = load(from + 4 * fromStride + 2 * VectorWidth.BYTES);
    FloatVector c43 = load(from + 4 * fromStride + 3 * VectorWidth.BYTES);
    for (long k = 0; k < depth; k++) {
      FloatVector w0 = load(b + k * PANEL_BYTES);
      FloatVector w1 = load(b + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector w2 = load(b + k * PANEL_BYTES + 2 * VectorWidth.BYTES);
      FloatVector w3 = load(b + k * PANEL_BYTES + 3 * VectorWidth.BYTES);
      FloatVector x0 = broadcast(a + k * Float.BYTES);
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
      c02 = x0.fma(w2, c02);
      c03 = x0.fma(w3, c03);
      FloatVector x1 = broadcast(a + rowBytes + k * Float.BYTES);
      c10 = x1.fma(w0, c10);
      c11 = x1.fma(w1, c11);
      c12 = x1.fma(w2, c12);
      c13 = x1.fma(w3, c13);
      FloatVector x2 = broadcast(a + 2 * rowBytes + k * Float.BYTES);
      c20 = x2.fma(w0, c20);
      c21 = x2.fma(w1, c21);
      c22 = x2.fma(w2, c22);
      c23 = x2.fma(w3, c23);
      FloatVector x3 = broadcast(a + 3 * rowBytes + k * Float.BYTES);
      c30 = x3.fma(w0, c30);
      c31 = x3.fma(w1, c31);
      c32 = x3.fma(w2, c32);
      c33 = x3.fma(w3, c33);
      FloatVector x4 = broadcast(a + 4 * rowBytes + k * Float.BYTES);
      c40 = x4.fma(w0, c40);
      c41 = x4.fma(w1, c41);
      c42 = x4.fma(w2, c42);
      c43 = x4.fma(w3, c43);
    }
    store(c00, to);
    store(c01, to + VectorWidth.BYTES);
    store(c02, to + 2 * VectorWidth.BYTES);
    store(c03, to + 3 * VectorWidth.BYTES);
    store(c10, to + toStride);
    store(c11, to + toStride + VectorWidth.BYTES);
    store(c12, to + toStride + 2 * VectorWidth.BYTES);
    store(c13, to + toStride + 3 * VectorWidth.BYTES);
    store(c20, to + 2 * toStride);
    store(c21, to + 2 * toStride + VectorWidth.BYTES);
    store(c22, to + 2 * toStride + 2 * VectorWidth.BYTES);
    store(c23, to + 2 * toStride + 3 * VectorWidth.BYTES);
    store(c30, to + 3 * toStride);
    store(c31, to + 3 * toStride + VectorWidth.BYTES);
    store(c32, to + 3 * toStride + 2 * VectorWidth.BYTES);
    store(c33, to + 3 * toStride + 3 * VectorWidth.BYTES);
    store(c40, to + 4 * toStride);
    store(c41, to + 4 * toStride + VectorWidth.BYTES);
    store(c42, to + 4 * toStride + 2 * VectorWidth.BYTES);
    store(c43, to + 4 * toStride + 3 * VectorWidth.BYTES);
  }

  /// Six rows in place against one panel; rows `rowBytes` apart.
  static void inPlaceSix(
      long a,
      long rowBytes,
      long b,
      long from,
      long fromStride,
      long to,
      long toStride,
      long depth) {
    FloatVector c00 = load(from);
    FloatVector c01 = load(from + VectorWidth.BYTES);
    FloatVector c02 = load(from + 2 * VectorWidth.BYTES);
    FloatVector c03 = load(from + 3 * VectorWidth.BYTES);
    FloatVector c10 = load(from + fromStride);
    FloatVector c11 = load(from + fromStride + VectorWidth.BYTES);
    FloatVector c12 = load(from + fromStride + 2 * VectorWidth.BYTES);
    FloatVector c13 = load(from + fromStride + 3 * VectorWidth.BYTES);
    FloatVector c20 = load(from + 2 * fromStride);
    FloatVector c21 = load(from + 2 * fromStride + VectorWidth.BYTES);
    FloatVector c22 = load(from + 2 * fromStride + 2 * VectorWidth.BYTES);
    FloatVector c23 = load(from + 2 * fromStride + 3 * VectorWidth.BYTES);
    FloatVector c30 = load(from + 3 * fromStride);
    FloatVector c31 = load(from + 3 * fromStride + VectorWidth.BYTES);
    FloatVector c32 = load(from + 3 * fromStride + 2 * VectorWidth.BYTES);
    FloatVector c33 = load(from + 3 * fromStride + 3 * VectorWidth.BYTES);
    FloatVector c40 = load(from + 4 * fromStride);
    FloatVector c41 = load(from + 4 * fromStride + VectorWidth.BYTES);
    FloatVector c42 = load(from + 4 * fromStride + 2 * VectorWidth.BYTES);
    FloatVector c43 = load(from + 4 * fromStride + 3 * VectorWidth.BYTES);
    FloatVector c50 = load(from + 5 * fromStride);
    FloatVector c51 = load(from + 5 * fromStride + VectorWidth.BYTES);
    FloatVector c52 = load(from + 5 * fromStride + 2 * VectorWidth.BYTES);
    FloatVector c53 = load(from + 5 * fromStride + 3 * VectorWidth.BYTES);
    for (long k = 0; k < depth; k++) {
      FloatVector w0 = load(b + k * PANEL_BYTES);
      FloatVector w1 = load(b + k * PANEL_BYTES + VectorWidth.BYTES);
      FloatVector w2 = load(b + k * PANEL_BYTES + 2 * VectorWidth.BYTES);
      FloatVector w3 = load(b + k * PANEL_BYTES + 3 * VectorWidth.BYTES);
      FloatVector x0 = broadcast(a + k * Float.BYTES);
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
      c02 = x0.fma(w2, c02);
      c03 = x0.fma(w3, c03);
      FloatVector x1 = broadcast(a + rowBytes + k * Float.BYTES);
      c10 = x1.fma(w0, c10);
      c11 = x1.fma(w1, c11);
      c12 = x1.fma(w2, c12);
      c13 = x1.fma(w3, c13);
      FloatVector x2 = broadcast(a + 2 * rowBytes + k * Float.BYTES);
      c20 = x2.fma(w0, c20);
      c21 = x2.fma(w1, c21);
      c22 = x2.fma(w2, c22);
      c23 = x2.fma(w3, c23);
      FloatVector x3 = broadcast(a + 3 * rowBytes + k * Float.BYTES);
      c30 = x3.fma(w0, c30);
      c31 = x3.fma(w1, c31);
      c32 = x3.fma(w2, c32);
      c33 = x3.fma(w3, c33);
      FloatVector x4 = broadcast(a + 4 * rowBytes + k * Float.BYTES);
      c40 = x4.fma(w0, c40);
      c41 = x4.fma(w1, c41);
      c42 = x4.fma(w2, c42);
      c43 = x4.fma(w3, c43);
      FloatVector x5 = broadcast(a + 5 * rowBytes + k * Float.BYTES);
      c50 = x5.fma(w0, c50);
      c51 = x5.fma(w1, c51);
      c52 = x5.fma(w2, c52);
      c53 = x5.fma(w3, c53);
    }
    store(c00, to);
    store(c01, to + VectorWidth.BYTES);
    store(c02, to + 2 * VectorWidth.BYTES);
    store(c03, to + 3 * VectorWidth.BYTES);
    store(c10, to + toStride);
    store(c11, to + toStride + VectorWidth.BYTES);
    store(c12, to + toStride + 2 * VectorWidth.BYTES);
    store(c13, to + toStride + 3 * VectorWidth.BYTES);
    store(c20, to + 2 * toStride);
    store(c21, to + 2 * toStride + VectorWidth.BYTES);
    store(c22, to + 2 * toStride + 2 * VectorWidth.BYTES);
    store(c23, to + 2 * toStride + 3 * VectorWidth.BYTES);
    store(c30, to + 3 * toStride);
    store(c31, to + 3 * toStride + VectorWidth.BYTES);
    store(c32, to + 3 * toStride + 2 * VectorWidth.BYTES);
    store(c33, to + 3 * toStride + 3 * VectorWidth.BYTES);
    store(c40, to + 4 * toStride);
    store(c41, to + 4 * toStride + VectorWidth.BYTES);
    store(c42, to + 4 * toStride + 2 * VectorWidth.BYTES);
    store(c43, to + 4 * toStride + 3 * VectorWidth.BYTES);
    store(c50, to + 5 * toStride);
    store(c51, to + 5 * toStride + VectorWidth.BYTES);
    store(c52, to + 5 * toStride + 2 * VectorWidth.BYTES);
    store(c53, to + 5 * toStride + 3 * VectorWidth.BYTES);
  }
}
