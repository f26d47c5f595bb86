package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.Memory.ADDRESS;
import static dev.minke.kernel.vector.Memory.ALL;
import static dev.minke.kernel.vector.Memory.FEW_STEPS;
import static dev.minke.kernel.vector.Memory.FLOAT;
import static dev.minke.kernel.vector.Memory.INT;
import static dev.minke.kernel.vector.Memory.ORDER;
import static dev.minke.kernel.vector.Memory.STEPS;
import static dev.minke.kernel.vector.Memory.STRIDE;
import static dev.minke.kernel.vector.VectorWidth.FLOATS;
import static dev.minke.kernel.vector.VectorWidth.FLOAT_VECTOR;
import static dev.minke.kernel.vector.VectorWidth.FREE_FENCES;
import static dev.minke.kernel.vector.VectorWidth.INTS;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/// The loops that all matrix products end in: a tile of a few rows by a panel of two vectors.
///
/// `to[r][c] = from[r][c] + Σ_k a[r][k] · b[k][c]`, one chain of fused multiply-adds for each
/// element, in the order of k. Eight rows take 16 accumulators and want 32 registers; six rows take
/// 12 and fit 16 registers.
///
/// What makes them fast is measured in `docs/adr/0001` and guarded by `InliningCliffTest`:
///
/// - Addresses and the counter are masked ([Memory#ADDRESS]), so that the loop carries no range
///   checks; only one row, which waits for memory, moves its addresses on.
/// - The tiles for 16 registers load a panel before anything of the rows: a fence, where it is no
///   instruction ([VectorWidth#FREE_FENCES]), keeps the compiler's order. Otherwise it loads rows
///   far ahead, or unrolls the loop, until accumulators spill. Rows are broadcast as ints: a float
///   that is loaded and then broadcast may go through a general register.
/// - What a loop carried is cast before it is stored ([VectorWidth#FLOAT_VECTOR]).
/// - Nothing of ours is called inside: the methods of the vector library are inlined without limit,
///   a helper is refused in a method of this size, and every vector becomes an object.
/// - No method is larger than that of eight rows. The first compiler gives up on ten, and a method
///   that it gave up on may never meet the second.
final class MicroKernels {
  /// Vectors in a panel.
  static final int VECTORS = 2;

  private static final long BYTES = VectorWidth.BYTES;
  private static final long PANEL_BYTES = VECTORS * BYTES;

  private MicroKernels() {}

  /// Eight rows packed behind each other.
  ///
  /// @param a the group, `[depth, 8]`
  /// @param b the panel, `[depth, 2 vectors]`
  /// @param from first of the old values, rows `fromStride` bytes apart
  /// @param to first of the new values, rows `toStride` bytes apart
  static void packedEight(
      long a, long b, long from, long fromStride, long to, long toStride, int depth) {
    from &= ADDRESS;
    fromStride &= STRIDE;
    FloatVector c00 = fromMemorySegment(FLOATS, ALL, from, ORDER);
    FloatVector c01 = fromMemorySegment(FLOATS, ALL, from + BYTES, ORDER);
    FloatVector c10 = fromMemorySegment(FLOATS, ALL, from + fromStride, ORDER);
    FloatVector c11 = fromMemorySegment(FLOATS, ALL, from + fromStride + BYTES, ORDER);
    FloatVector c20 = fromMemorySegment(FLOATS, ALL, from + 2 * fromStride, ORDER);
    FloatVector c21 = fromMemorySegment(FLOATS, ALL, from + 2 * fromStride + BYTES, ORDER);
    FloatVector c30 = fromMemorySegment(FLOATS, ALL, from + 3 * fromStride, ORDER);
    FloatVector c31 = fromMemorySegment(FLOATS, ALL, from + 3 * fromStride + BYTES, ORDER);
    FloatVector c40 = fromMemorySegment(FLOATS, ALL, from + 4 * fromStride, ORDER);
    FloatVector c41 = fromMemorySegment(FLOATS, ALL, from + 4 * fromStride + BYTES, ORDER);
    FloatVector c50 = fromMemorySegment(FLOATS, ALL, from + 5 * fromStride, ORDER);
    FloatVector c51 = fromMemorySegment(FLOATS, ALL, from + 5 * fromStride + BYTES, ORDER);
    FloatVector c60 = fromMemorySegment(FLOATS, ALL, from + 6 * fromStride, ORDER);
    FloatVector c61 = fromMemorySegment(FLOATS, ALL, from + 6 * fromStride + BYTES, ORDER);
    FloatVector c70 = fromMemorySegment(FLOATS, ALL, from + 7 * fromStride, ORDER);
    FloatVector c71 = fromMemorySegment(FLOATS, ALL, from + 7 * fromStride + BYTES, ORDER);
    b &= ADDRESS;
    a &= ADDRESS;
    for (int k = 0; k < depth; k++) {
      long step = k & STEPS;
      long w = b + step * PANEL_BYTES;
      FloatVector w0 = fromMemorySegment(FLOATS, ALL, w, ORDER);
      FloatVector w1 = fromMemorySegment(FLOATS, ALL, w + BYTES, ORDER);
      long x = a + step * (8 * Float.BYTES);
      FloatVector x0 = broadcast(FLOATS, ALL.get(FLOAT, x));
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
      FloatVector x1 = broadcast(FLOATS, ALL.get(FLOAT, x + 4));
      c10 = x1.fma(w0, c10);
      c11 = x1.fma(w1, c11);
      FloatVector x2 = broadcast(FLOATS, ALL.get(FLOAT, x + 8));
      c20 = x2.fma(w0, c20);
      c21 = x2.fma(w1, c21);
      FloatVector x3 = broadcast(FLOATS, ALL.get(FLOAT, x + 12));
      c30 = x3.fma(w0, c30);
      c31 = x3.fma(w1, c31);
      FloatVector x4 = broadcast(FLOATS, ALL.get(FLOAT, x + 16));
      c40 = x4.fma(w0, c40);
      c41 = x4.fma(w1, c41);
      FloatVector x5 = broadcast(FLOATS, ALL.get(FLOAT, x + 20));
      c50 = x5.fma(w0, c50);
      c51 = x5.fma(w1, c51);
      FloatVector x6 = broadcast(FLOATS, ALL.get(FLOAT, x + 24));
      c60 = x6.fma(w0, c60);
      c61 = x6.fma(w1, c61);
      FloatVector x7 = broadcast(FLOATS, ALL.get(FLOAT, x + 28));
      c70 = x7.fma(w0, c70);
      c71 = x7.fma(w1, c71);
    }
    to &= ADDRESS;
    toStride &= STRIDE;
    FLOAT_VECTOR.cast(c00).intoMemorySegment(ALL, to, ORDER);
    FLOAT_VECTOR.cast(c01).intoMemorySegment(ALL, to + BYTES, ORDER);
    FLOAT_VECTOR.cast(c10).intoMemorySegment(ALL, to + toStride, ORDER);
    FLOAT_VECTOR.cast(c11).intoMemorySegment(ALL, to + toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c20).intoMemorySegment(ALL, to + 2 * toStride, ORDER);
    FLOAT_VECTOR.cast(c21).intoMemorySegment(ALL, to + 2 * toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c30).intoMemorySegment(ALL, to + 3 * toStride, ORDER);
    FLOAT_VECTOR.cast(c31).intoMemorySegment(ALL, to + 3 * toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c40).intoMemorySegment(ALL, to + 4 * toStride, ORDER);
    FLOAT_VECTOR.cast(c41).intoMemorySegment(ALL, to + 4 * toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c50).intoMemorySegment(ALL, to + 5 * toStride, ORDER);
    FLOAT_VECTOR.cast(c51).intoMemorySegment(ALL, to + 5 * toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c60).intoMemorySegment(ALL, to + 6 * toStride, ORDER);
    FLOAT_VECTOR.cast(c61).intoMemorySegment(ALL, to + 6 * toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c70).intoMemorySegment(ALL, to + 7 * toStride, ORDER);
    FLOAT_VECTOR.cast(c71).intoMemorySegment(ALL, to + 7 * toStride + BYTES, ORDER);
  }

  /// Six rows packed behind each other, `[depth, 6]`; see [#packedEight].
  static void packedSix(
      long a, long b, long from, long fromStride, long to, long toStride, int depth) {
    from &= ADDRESS;
    fromStride &= STRIDE;
    FloatVector c00 = fromMemorySegment(FLOATS, ALL, from, ORDER);
    FloatVector c01 = fromMemorySegment(FLOATS, ALL, from + BYTES, ORDER);
    FloatVector c10 = fromMemorySegment(FLOATS, ALL, from + fromStride, ORDER);
    FloatVector c11 = fromMemorySegment(FLOATS, ALL, from + fromStride + BYTES, ORDER);
    FloatVector c20 = fromMemorySegment(FLOATS, ALL, from + 2 * fromStride, ORDER);
    FloatVector c21 = fromMemorySegment(FLOATS, ALL, from + 2 * fromStride + BYTES, ORDER);
    FloatVector c30 = fromMemorySegment(FLOATS, ALL, from + 3 * fromStride, ORDER);
    FloatVector c31 = fromMemorySegment(FLOATS, ALL, from + 3 * fromStride + BYTES, ORDER);
    FloatVector c40 = fromMemorySegment(FLOATS, ALL, from + 4 * fromStride, ORDER);
    FloatVector c41 = fromMemorySegment(FLOATS, ALL, from + 4 * fromStride + BYTES, ORDER);
    FloatVector c50 = fromMemorySegment(FLOATS, ALL, from + 5 * fromStride, ORDER);
    FloatVector c51 = fromMemorySegment(FLOATS, ALL, from + 5 * fromStride + BYTES, ORDER);
    b &= ADDRESS;
    a &= ADDRESS;
    for (int k = 0; k < depth; k++) {
      long step = k & STEPS;
      long w = b + step * PANEL_BYTES;
      FloatVector w0 = fromMemorySegment(FLOATS, ALL, w, ORDER);
      FloatVector w1 = fromMemorySegment(FLOATS, ALL, w + BYTES, ORDER);
      if (FREE_FENCES) {
        VarHandle.loadLoadFence();
      }
      long x = a + step * (6 * Float.BYTES);
      FloatVector x0 = IntVector.broadcast(INTS, ALL.get(INT, x)).reinterpretAsFloats();
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
      FloatVector x1 = IntVector.broadcast(INTS, ALL.get(INT, x + 4)).reinterpretAsFloats();
      c10 = x1.fma(w0, c10);
      c11 = x1.fma(w1, c11);
      FloatVector x2 = IntVector.broadcast(INTS, ALL.get(INT, x + 8)).reinterpretAsFloats();
      c20 = x2.fma(w0, c20);
      c21 = x2.fma(w1, c21);
      FloatVector x3 = IntVector.broadcast(INTS, ALL.get(INT, x + 12)).reinterpretAsFloats();
      c30 = x3.fma(w0, c30);
      c31 = x3.fma(w1, c31);
      FloatVector x4 = IntVector.broadcast(INTS, ALL.get(INT, x + 16)).reinterpretAsFloats();
      c40 = x4.fma(w0, c40);
      c41 = x4.fma(w1, c41);
      FloatVector x5 = IntVector.broadcast(INTS, ALL.get(INT, x + 20)).reinterpretAsFloats();
      c50 = x5.fma(w0, c50);
      c51 = x5.fma(w1, c51);
    }
    to &= ADDRESS;
    toStride &= STRIDE;
    FLOAT_VECTOR.cast(c00).intoMemorySegment(ALL, to, ORDER);
    FLOAT_VECTOR.cast(c01).intoMemorySegment(ALL, to + BYTES, ORDER);
    FLOAT_VECTOR.cast(c10).intoMemorySegment(ALL, to + toStride, ORDER);
    FLOAT_VECTOR.cast(c11).intoMemorySegment(ALL, to + toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c20).intoMemorySegment(ALL, to + 2 * toStride, ORDER);
    FLOAT_VECTOR.cast(c21).intoMemorySegment(ALL, to + 2 * toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c30).intoMemorySegment(ALL, to + 3 * toStride, ORDER);
    FLOAT_VECTOR.cast(c31).intoMemorySegment(ALL, to + 3 * toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c40).intoMemorySegment(ALL, to + 4 * toStride, ORDER);
    FLOAT_VECTOR.cast(c41).intoMemorySegment(ALL, to + 4 * toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c50).intoMemorySegment(ALL, to + 5 * toStride, ORDER);
    FLOAT_VECTOR.cast(c51).intoMemorySegment(ALL, to + 5 * toStride + BYTES, ORDER);
  }

  /// Four rows packed behind each other, `[depth, 4]`; see [#packedEight].
  static void packedFour(
      long a, long b, long from, long fromStride, long to, long toStride, int depth) {
    from &= ADDRESS;
    fromStride &= STRIDE;
    FloatVector c00 = fromMemorySegment(FLOATS, ALL, from, ORDER);
    FloatVector c01 = fromMemorySegment(FLOATS, ALL, from + BYTES, ORDER);
    FloatVector c10 = fromMemorySegment(FLOATS, ALL, from + fromStride, ORDER);
    FloatVector c11 = fromMemorySegment(FLOATS, ALL, from + fromStride + BYTES, ORDER);
    FloatVector c20 = fromMemorySegment(FLOATS, ALL, from + 2 * fromStride, ORDER);
    FloatVector c21 = fromMemorySegment(FLOATS, ALL, from + 2 * fromStride + BYTES, ORDER);
    FloatVector c30 = fromMemorySegment(FLOATS, ALL, from + 3 * fromStride, ORDER);
    FloatVector c31 = fromMemorySegment(FLOATS, ALL, from + 3 * fromStride + BYTES, ORDER);
    b &= ADDRESS;
    a &= ADDRESS;
    for (int k = 0; k < depth; k++) {
      long step = k & STEPS;
      long w = b + step * PANEL_BYTES;
      FloatVector w0 = fromMemorySegment(FLOATS, ALL, w, ORDER);
      FloatVector w1 = fromMemorySegment(FLOATS, ALL, w + BYTES, ORDER);
      long x = a + step * (4 * Float.BYTES);
      if (FREE_FENCES) {
        VarHandle.loadLoadFence();
      }
      FloatVector x0 = IntVector.broadcast(INTS, ALL.get(INT, x)).reinterpretAsFloats();
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
      FloatVector x1 = IntVector.broadcast(INTS, ALL.get(INT, x + 4)).reinterpretAsFloats();
      c10 = x1.fma(w0, c10);
      c11 = x1.fma(w1, c11);
      if (FREE_FENCES) {
        VarHandle.loadLoadFence();
      }
      FloatVector x2 = IntVector.broadcast(INTS, ALL.get(INT, x + 8)).reinterpretAsFloats();
      c20 = x2.fma(w0, c20);
      c21 = x2.fma(w1, c21);
      FloatVector x3 = IntVector.broadcast(INTS, ALL.get(INT, x + 12)).reinterpretAsFloats();
      c30 = x3.fma(w0, c30);
      c31 = x3.fma(w1, c31);
    }
    to &= ADDRESS;
    toStride &= STRIDE;
    FLOAT_VECTOR.cast(c00).intoMemorySegment(ALL, to, ORDER);
    FLOAT_VECTOR.cast(c01).intoMemorySegment(ALL, to + BYTES, ORDER);
    FLOAT_VECTOR.cast(c10).intoMemorySegment(ALL, to + toStride, ORDER);
    FLOAT_VECTOR.cast(c11).intoMemorySegment(ALL, to + toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c20).intoMemorySegment(ALL, to + 2 * toStride, ORDER);
    FLOAT_VECTOR.cast(c21).intoMemorySegment(ALL, to + 2 * toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c30).intoMemorySegment(ALL, to + 3 * toStride, ORDER);
    FLOAT_VECTOR.cast(c31).intoMemorySegment(ALL, to + 3 * toStride + BYTES, ORDER);
  }

  /// Six rows in place.
  ///
  /// @param a the first row, `[depth]`; the others follow `rowBytes` apart
  /// @param b the panel, `[depth, 2 vectors]`
  /// @param from first of the old values, rows `fromStride` bytes apart
  /// @param to first of the new values, rows `toStride` bytes apart
  static void inPlaceSix(
      long a,
      long rowBytes,
      long b,
      long from,
      long fromStride,
      long to,
      long toStride,
      int depth) {
    from &= ADDRESS;
    fromStride &= STRIDE;
    FloatVector c00 = fromMemorySegment(FLOATS, ALL, from, ORDER);
    FloatVector c01 = fromMemorySegment(FLOATS, ALL, from + BYTES, ORDER);
    FloatVector c10 = fromMemorySegment(FLOATS, ALL, from + fromStride, ORDER);
    FloatVector c11 = fromMemorySegment(FLOATS, ALL, from + fromStride + BYTES, ORDER);
    FloatVector c20 = fromMemorySegment(FLOATS, ALL, from + 2 * fromStride, ORDER);
    FloatVector c21 = fromMemorySegment(FLOATS, ALL, from + 2 * fromStride + BYTES, ORDER);
    FloatVector c30 = fromMemorySegment(FLOATS, ALL, from + 3 * fromStride, ORDER);
    FloatVector c31 = fromMemorySegment(FLOATS, ALL, from + 3 * fromStride + BYTES, ORDER);
    FloatVector c40 = fromMemorySegment(FLOATS, ALL, from + 4 * fromStride, ORDER);
    FloatVector c41 = fromMemorySegment(FLOATS, ALL, from + 4 * fromStride + BYTES, ORDER);
    FloatVector c50 = fromMemorySegment(FLOATS, ALL, from + 5 * fromStride, ORDER);
    FloatVector c51 = fromMemorySegment(FLOATS, ALL, from + 5 * fromStride + BYTES, ORDER);
    b &= ADDRESS;
    long a0 = a & ADDRESS;
    long a1 = (a + rowBytes) & ADDRESS;
    long a2 = (a + 2 * rowBytes) & ADDRESS;
    long a3 = (a + 3 * rowBytes) & ADDRESS;
    long a4 = (a + 4 * rowBytes) & ADDRESS;
    long a5 = (a + 5 * rowBytes) & ADDRESS;
    for (int k = 0; k < depth; k++) {
      long step = k & FEW_STEPS;
      long w = b + step * PANEL_BYTES;
      FloatVector w0 = fromMemorySegment(FLOATS, ALL, w, ORDER);
      FloatVector w1 = fromMemorySegment(FLOATS, ALL, w + BYTES, ORDER);
      long x = step * Float.BYTES;
      if (FREE_FENCES) {
        VarHandle.loadLoadFence();
      }
      FloatVector x0 = IntVector.broadcast(INTS, ALL.get(INT, a0 + x)).reinterpretAsFloats();
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
      FloatVector x1 = IntVector.broadcast(INTS, ALL.get(INT, a1 + x)).reinterpretAsFloats();
      c10 = x1.fma(w0, c10);
      c11 = x1.fma(w1, c11);
      if (FREE_FENCES) {
        VarHandle.loadLoadFence();
      }
      FloatVector x2 = IntVector.broadcast(INTS, ALL.get(INT, a2 + x)).reinterpretAsFloats();
      c20 = x2.fma(w0, c20);
      c21 = x2.fma(w1, c21);
      FloatVector x3 = IntVector.broadcast(INTS, ALL.get(INT, a3 + x)).reinterpretAsFloats();
      c30 = x3.fma(w0, c30);
      c31 = x3.fma(w1, c31);
      if (FREE_FENCES) {
        VarHandle.loadLoadFence();
      }
      FloatVector x4 = IntVector.broadcast(INTS, ALL.get(INT, a4 + x)).reinterpretAsFloats();
      c40 = x4.fma(w0, c40);
      c41 = x4.fma(w1, c41);
      FloatVector x5 = IntVector.broadcast(INTS, ALL.get(INT, a5 + x)).reinterpretAsFloats();
      c50 = x5.fma(w0, c50);
      c51 = x5.fma(w1, c51);
    }
    to &= ADDRESS;
    toStride &= STRIDE;
    FLOAT_VECTOR.cast(c00).intoMemorySegment(ALL, to, ORDER);
    FLOAT_VECTOR.cast(c01).intoMemorySegment(ALL, to + BYTES, ORDER);
    FLOAT_VECTOR.cast(c10).intoMemorySegment(ALL, to + toStride, ORDER);
    FLOAT_VECTOR.cast(c11).intoMemorySegment(ALL, to + toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c20).intoMemorySegment(ALL, to + 2 * toStride, ORDER);
    FLOAT_VECTOR.cast(c21).intoMemorySegment(ALL, to + 2 * toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c30).intoMemorySegment(ALL, to + 3 * toStride, ORDER);
    FLOAT_VECTOR.cast(c31).intoMemorySegment(ALL, to + 3 * toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c40).intoMemorySegment(ALL, to + 4 * toStride, ORDER);
    FLOAT_VECTOR.cast(c41).intoMemorySegment(ALL, to + 4 * toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c50).intoMemorySegment(ALL, to + 5 * toStride, ORDER);
    FLOAT_VECTOR.cast(c51).intoMemorySegment(ALL, to + 5 * toStride + BYTES, ORDER);
  }

  /// Four rows in place; see [#inPlaceSix].
  static void inPlaceFour(
      long a,
      long rowBytes,
      long b,
      long from,
      long fromStride,
      long to,
      long toStride,
      int depth) {
    from &= ADDRESS;
    fromStride &= STRIDE;
    FloatVector c00 = fromMemorySegment(FLOATS, ALL, from, ORDER);
    FloatVector c01 = fromMemorySegment(FLOATS, ALL, from + BYTES, ORDER);
    FloatVector c10 = fromMemorySegment(FLOATS, ALL, from + fromStride, ORDER);
    FloatVector c11 = fromMemorySegment(FLOATS, ALL, from + fromStride + BYTES, ORDER);
    FloatVector c20 = fromMemorySegment(FLOATS, ALL, from + 2 * fromStride, ORDER);
    FloatVector c21 = fromMemorySegment(FLOATS, ALL, from + 2 * fromStride + BYTES, ORDER);
    FloatVector c30 = fromMemorySegment(FLOATS, ALL, from + 3 * fromStride, ORDER);
    FloatVector c31 = fromMemorySegment(FLOATS, ALL, from + 3 * fromStride + BYTES, ORDER);
    b &= ADDRESS;
    long a0 = a & ADDRESS;
    long a1 = (a + rowBytes) & ADDRESS;
    long a2 = (a + 2 * rowBytes) & ADDRESS;
    long a3 = (a + 3 * rowBytes) & ADDRESS;
    for (int k = 0; k < depth; k++) {
      long step = k & FEW_STEPS;
      long w = b + step * PANEL_BYTES;
      FloatVector w0 = fromMemorySegment(FLOATS, ALL, w, ORDER);
      FloatVector w1 = fromMemorySegment(FLOATS, ALL, w + BYTES, ORDER);
      long x = step * Float.BYTES;
      if (FREE_FENCES) {
        VarHandle.loadLoadFence();
      }
      FloatVector x0 = IntVector.broadcast(INTS, ALL.get(INT, a0 + x)).reinterpretAsFloats();
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
      FloatVector x1 = IntVector.broadcast(INTS, ALL.get(INT, a1 + x)).reinterpretAsFloats();
      c10 = x1.fma(w0, c10);
      c11 = x1.fma(w1, c11);
      if (FREE_FENCES) {
        VarHandle.loadLoadFence();
      }
      FloatVector x2 = IntVector.broadcast(INTS, ALL.get(INT, a2 + x)).reinterpretAsFloats();
      c20 = x2.fma(w0, c20);
      c21 = x2.fma(w1, c21);
      FloatVector x3 = IntVector.broadcast(INTS, ALL.get(INT, a3 + x)).reinterpretAsFloats();
      c30 = x3.fma(w0, c30);
      c31 = x3.fma(w1, c31);
    }
    to &= ADDRESS;
    toStride &= STRIDE;
    FLOAT_VECTOR.cast(c00).intoMemorySegment(ALL, to, ORDER);
    FLOAT_VECTOR.cast(c01).intoMemorySegment(ALL, to + BYTES, ORDER);
    FLOAT_VECTOR.cast(c10).intoMemorySegment(ALL, to + toStride, ORDER);
    FLOAT_VECTOR.cast(c11).intoMemorySegment(ALL, to + toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c20).intoMemorySegment(ALL, to + 2 * toStride, ORDER);
    FLOAT_VECTOR.cast(c21).intoMemorySegment(ALL, to + 2 * toStride + BYTES, ORDER);
    FLOAT_VECTOR.cast(c30).intoMemorySegment(ALL, to + 3 * toStride, ORDER);
    FLOAT_VECTOR.cast(c31).intoMemorySegment(ALL, to + 3 * toStride + BYTES, ORDER);
  }

  /// One row in place against one panel.
  static void one(long a, long b, long from, long to, int depth) {
    FloatVector c00 = fromMemorySegment(FLOATS, ALL, from, ORDER);
    FloatVector c01 = fromMemorySegment(FLOATS, ALL, from + BYTES, ORDER);
    long end = b + depth * PANEL_BYTES;
    for (; b < end; b += PANEL_BYTES, a += Float.BYTES) {
      FloatVector w0 = fromMemorySegment(FLOATS, ALL, b, ORDER);
      FloatVector w1 = fromMemorySegment(FLOATS, ALL, b + BYTES, ORDER);
      FloatVector x0 = broadcast(FLOATS, ALL.get(FLOAT, a));
      c00 = x0.fma(w0, c00);
      c01 = x0.fma(w1, c01);
    }
    FLOAT_VECTOR.cast(c00).intoMemorySegment(ALL, to, ORDER);
    FLOAT_VECTOR.cast(c01).intoMemorySegment(ALL, to + BYTES, ORDER);
  }

  /// One row in place against four panels: eight chains in flight.
  ///
  /// @param a the row, `[depth]`
  /// @param b the first panel; the others follow `panelBytes` apart
  static void oneByFour(long a, long b, long panelBytes, long from, long to, int depth) {
    FloatVector c0 = fromMemorySegment(FLOATS, ALL, from, ORDER);
    FloatVector c1 = fromMemorySegment(FLOATS, ALL, from + BYTES, ORDER);
    FloatVector c2 = fromMemorySegment(FLOATS, ALL, from + 2 * BYTES, ORDER);
    FloatVector c3 = fromMemorySegment(FLOATS, ALL, from + 3 * BYTES, ORDER);
    FloatVector c4 = fromMemorySegment(FLOATS, ALL, from + 4 * BYTES, ORDER);
    FloatVector c5 = fromMemorySegment(FLOATS, ALL, from + 5 * BYTES, ORDER);
    FloatVector c6 = fromMemorySegment(FLOATS, ALL, from + 6 * BYTES, ORDER);
    FloatVector c7 = fromMemorySegment(FLOATS, ALL, from + 7 * BYTES, ORDER);
    long lower = b + 2 * panelBytes;
    long end = b + depth * PANEL_BYTES;
    for (; b < end; b += PANEL_BYTES, lower += PANEL_BYTES, a += Float.BYTES) {
      FloatVector x = broadcast(FLOATS, ALL.get(FLOAT, a));
      c0 = x.fma(fromMemorySegment(FLOATS, ALL, b, ORDER), c0);
      c1 = x.fma(fromMemorySegment(FLOATS, ALL, b + BYTES, ORDER), c1);
      c2 = x.fma(fromMemorySegment(FLOATS, ALL, b + panelBytes, ORDER), c2);
      c3 = x.fma(fromMemorySegment(FLOATS, ALL, b + panelBytes + BYTES, ORDER), c3);
      c4 = x.fma(fromMemorySegment(FLOATS, ALL, lower, ORDER), c4);
      c5 = x.fma(fromMemorySegment(FLOATS, ALL, lower + BYTES, ORDER), c5);
      c6 = x.fma(fromMemorySegment(FLOATS, ALL, lower + panelBytes, ORDER), c6);
      c7 = x.fma(fromMemorySegment(FLOATS, ALL, lower + panelBytes + BYTES, ORDER), c7);
    }
    FLOAT_VECTOR.cast(c0).intoMemorySegment(ALL, to, ORDER);
    FLOAT_VECTOR.cast(c1).intoMemorySegment(ALL, to + BYTES, ORDER);
    FLOAT_VECTOR.cast(c2).intoMemorySegment(ALL, to + 2 * BYTES, ORDER);
    FLOAT_VECTOR.cast(c3).intoMemorySegment(ALL, to + 3 * BYTES, ORDER);
    FLOAT_VECTOR.cast(c4).intoMemorySegment(ALL, to + 4 * BYTES, ORDER);
    FLOAT_VECTOR.cast(c5).intoMemorySegment(ALL, to + 5 * BYTES, ORDER);
    FLOAT_VECTOR.cast(c6).intoMemorySegment(ALL, to + 6 * BYTES, ORDER);
    FLOAT_VECTOR.cast(c7).intoMemorySegment(ALL, to + 7 * BYTES, ORDER);
  }
}
