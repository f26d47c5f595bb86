package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.Memory.loadInts;
import static dev.minke.kernel.vector.Memory.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// Loops by which blocks side by side are split: over rows of an int of each of [Tiles#COLUMNS]
/// blocks. Each has few operations: together they would be more than the compiler inlines.
final class IntLoops {
  private static final long ROW = Tiles.PANEL_BYTES;
  private static final long BYTES = VectorWidth.BYTES;
  private static final int SIGN = 0x80000000;

  /// 2^23, and its bits: a smaller whole number fits in the lowest ones.
  private static final float WHOLE = 0x1p23f;

  private static final int WHOLE_BITS = 0x4B000000;

  /// Times this, four bits stand 8 bits apart, the first one lowest.
  private static final int SPREAD = 0x00204081;

  private static final int FOUR_ONES = 0x01010101;

  private IntLoops() {}

  /// Rows of ints that begin at any byte.
  ///
  /// @param skip bytes of the first row that come before, 0 to 3
  /// @param to `[rows, COLUMNS]`, used if any
  /// @return where they are
  static long aligned(long from, int skip, int rows, long to) {
    if (skip == 0) {
      return from;
    }
    for (long i = 0; i < rows * ROW; i += BYTES) {
      IntVector lower = loadInts(from + i).lanewise(VectorOperators.LSHR, 8 * skip);
      IntVector upper = loadInts(from + ROW + i).lanewise(VectorOperators.LSHL, 32 - 8 * skip);
      store(lower.or(upper), to + i);
    }
    return to;
  }

  /// `to = from >>> shift & mask` for some rows.
  static void take(long from, int rows, int shift, int mask, long to) {
    for (long i = 0; i < rows * ROW; i += BYTES) {
      store(loadInts(from + i).lanewise(VectorOperators.LSHR, shift).and(mask), to + i);
    }
  }

  /// `to[toStep · i] = from[fromStep · i] >>> shift & mask` for some rows.
  static void take(long from, int fromStep, int rows, int shift, int mask, long to, int toStep) {
    for (long lane = 0; lane < ROW; lane += BYTES) {
      for (int i = 0; i < rows; i++) {
        IntVector bits = loadInts(from + i * (fromStep * ROW) + lane);
        store(bits.lanewise(VectorOperators.LSHR, shift).and(mask), to + i * (toStep * ROW) + lane);
      }
    }
  }

  /// `to |= (from >>> shift & mask) << up` for some rows.
  static void join(long from, int rows, int shift, int mask, int up, long to) {
    for (long i = 0; i < rows * ROW; i += BYTES) {
      IntVector bits = loadInts(from + i).lanewise(VectorOperators.LSHR, shift).and(mask);
      store(loadInts(to + i).or(bits.lanewise(VectorOperators.LSHL, up)), to + i);
    }
  }

  /// `to[step · i] |= (from[i] >>> shift & mask) << up` for some rows.
  static void join(long from, int rows, int shift, int mask, int up, long to, int step) {
    for (long lane = 0; lane < ROW; lane += BYTES) {
      for (int i = 0; i < rows; i++) {
        long at = to + i * (step * ROW) + lane;
        IntVector bits = loadInts(from + i * ROW + lane).lanewise(VectorOperators.LSHR, shift);
        store(loadInts(at).or(bits.and(mask).lanewise(VectorOperators.LSHL, up)), at);
      }
    }
  }

  /// 32 bits of each block become 32 bytes of 0 or 1.
  ///
  /// @param to `[8, COLUMNS]`
  static void spread(long from, long to) {
    for (int i = 0; i < 8; i++) {
      for (long lane = 0; lane < ROW; lane += BYTES) {
        IntVector four = loadInts(from + lane).lanewise(VectorOperators.LSHR, 4 * i).and(15);
        store(four.mul(SPREAD).and(FOUR_ONES), to + i * ROW + lane);
      }
    }
  }

  /// A row of the binary16 in lower halves.
  static void lowerHalves(long from, long to) {
    for (long i = 0; i < ROW; i += BYTES) {
      store(Halves.widened(loadInts(from + i).lanewise(VectorOperators.LSHL, 16)), to + i);
    }
  }

  /// A row of the binary16 in upper halves.
  static void upperHalves(long from, long to) {
    for (long i = 0; i < ROW; i += BYTES) {
      store(Halves.widened(loadInts(from + i)), to + i);
    }
  }

  /// A row of floats with the other sign.
  static void negate(long row) {
    for (long i = 0; i < ROW; i += BYTES) {
      store(loadInts(row + i).lanewise(VectorOperators.XOR, SIGN), row + i);
    }
  }

  /// `to[step · i] = unit · ((from[i] >>> shift & mask) − offset)` for some rows.
  static void products(
      long unit, long from, int rows, int shift, int mask, float offset, long to, int step) {
    for (long lane = 0; lane < ROW; lane += BYTES) {
      FloatVector units = Memory.load(unit + lane);
      for (int i = 0; i < rows; i++) {
        IntVector field = loadInts(from + i * ROW + lane).lanewise(VectorOperators.LSHR, shift);
        store(less(field.and(mask), offset).mul(units), to + i * step * ROW + lane);
      }
    }
  }

  /// `number − offset`, exact, for numbers from 0 to 2^22 and small offsets in halves. Cheaper than
  /// a conversion, with the offset in it.
  static FloatVector less(IntVector numbers, float offset) {
    return numbers.or(WHOLE_BITS).reinterpretAsFloats().sub(WHOLE + offset);
  }
}
