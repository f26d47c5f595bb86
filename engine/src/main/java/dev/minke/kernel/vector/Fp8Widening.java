package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.Memory.loadInts;
import static dev.minke.kernel.vector.Memory.store;

import dev.minke.quant.Fp8Blocks;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Rows of FP8 blocks, turned as ints: a scale, then four numbers in each. A lane of a vector is a
/// row.
record Fp8Widening() implements RowWidening {
  private static final long ROW = Tiles.PANEL_BYTES;
  private static final int INTS = (Fp8Blocks.SCALE_BYTES + Fp8Blocks.ELEMENTS) / Integer.BYTES;

  private static final int SIGN = 0x80000000;

  /// Exponent and fraction of an e4m3 where a binary32 has them.
  private static final int MAGNITUDE = 0x7F << 20;

  private static final int NAN = 0x7FC00000;

  /// What the exponents of the two have in between: 2^120.
  private static final float REBIAS = 0x1p120f;

  @Override
  public void widen(long rows, long rowBytes, int count, int length, long to, long room) {
    int blocks = (length + Fp8Blocks.ELEMENTS - 1) / Fp8Blocks.ELEMENTS;
    Tiles.panelOfColumns(rows, rowBytes, count, blocks * INTS, room, room + blocks * INTS * ROW);
    for (int block = 0; block < blocks; block++) {
      for (long lane = 0; lane < ROW; lane += VectorWidth.BYTES) {
        for (int i = 0; i < 4; i++) {
          long panel = to + (block * Fp8Blocks.ELEMENTS + i) * ROW + lane;
          bytes(room + block * INTS * ROW + lane, 24 - 8 * i, panel);
        }
      }
    }
  }

  /// A byte of every int.
  ///
  /// @param shift what brings it to the top
  private static void bytes(long block, int shift, long to) {
    FloatVector scale = Memory.load(block);
    for (int i = 0; i < Fp8Blocks.ELEMENTS / 4; i++) {
      IntVector top = loadInts(block + (i + 1) * ROW).lanewise(VectorOperators.LSHL, shift);
      store(number(top).mul(scale), to + i * 4 * ROW);
    }
  }

  /// The e4m3 in the highest byte of each int. The product is exact, and what is below the normal
  /// numbers of an e4m3 becomes normal.
  private static FloatVector number(IntVector top) {
    IntVector small = top.lanewise(VectorOperators.ASHR, 4).and(SIGN | MAGNITUDE);
    VectorMask<Integer> isNan = small.or(SIGN).compare(VectorOperators.EQ, SIGN | MAGNITUDE);
    FloatVector number = small.reinterpretAsFloats().mul(REBIAS);
    return number.reinterpretAsInts().blend(NAN, isNan).reinterpretAsFloats();
  }
}
