package dev.minke.kernel.vector;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// Blocks of one run of 32 codes, 16 pairs of four bits: the lower halves are the first 16 codes.
/// Before them a scale and, by format, an addend and fifth bits.
enum ShortBlocks implements RunSplit {
  Q4_1(0, true),
  Q5_1(0, true),
  IQ4_NL(Levels.OFFSET, false),
  MXFP4(Levels.OFFSET, false);

  private static final long ROW = Tiles.PANEL_BYTES;
  private static final int NIBBLES = 0x0F0F0F0F;
  private static final int FOUR_ONES = 0x01010101;

  /// Rows of pairs, and of codes.
  private static final int PAIRS = 4;

  private static final int CODES = 8;

  private final int offset;
  private final boolean hasAddends;

  ShortBlocks(int offset, boolean hasAddends) {
    this.offset = offset;
    this.hasAddends = hasAddends;
  }

  @Override
  public int run() {
    return 32;
  }

  @Override
  public int offset() {
    return offset;
  }

  @Override
  public boolean hasAddends() {
    return hasAddends;
  }

  @Override
  public void split(long block, int skip, long scales, long addends, long codes, long room) {
    long first = IntLoops.aligned(block, skip, 1, room);
    switch (this) {
      case Q4_1 -> {
        IntLoops.lowerHalves(first, scales);
        IntLoops.upperHalves(first, addends);
        pairs(block + ROW, codes);
      }
      case Q5_1 -> {
        IntLoops.lowerHalves(first, scales);
        IntLoops.upperHalves(first, addends);
        pairs(block + 2 * ROW, codes);
        fifths(block + ROW, codes, room);
      }
      case IQ4_NL -> {
        IntLoops.lowerHalves(first, scales);
        pairs(behind(block, skip + 2, PAIRS, room), codes);
        Levels.IQ4_NL.replace(codes, CODES);
      }
      case MXFP4 -> {
        exponents(first, scales);
        pairs(behind(block, skip + 1, PAIRS, room), codes);
        Levels.E2M1.replace(codes, CODES);
      }
    }
  }

  /// Rows of ints that begin some bytes behind a row's first.
  private static long behind(long block, int bytes, int rows, long room) {
    return IntLoops.aligned(block + bytes / 4 * ROW, bytes % 4, rows, room);
  }

  /// Four rows of pairs become eight of codes.
  static void pairs(long from, long to) {
    IntLoops.take(from, PAIRS, 0, NIBBLES, to);
    IntLoops.take(from, PAIRS, 4, NIBBLES, to + PAIRS * ROW);
  }

  private static void fifths(long bits, long codes, long room) {
    IntLoops.spread(bits, room);
    IntLoops.join(room, CODES, 0, FOUR_ONES, 4, codes);
  }

  /// `2^(e − 128)` of lowest bytes: the least two are below the normal numbers.
  private static void exponents(long from, long to) {
    for (long i = 0; i < ROW; i += VectorWidth.BYTES) {
      IntVector e = Memory.loadInts(from + i).and(0xFF);
      IntVector normal = e.sub(1).lanewise(VectorOperators.LSHL, 23);
      IntVector least = e.add(1).lanewise(VectorOperators.LSHL, 21);
      Memory.store(normal.blend(least, e.compare(VectorOperators.LT, 2)), to + i);
    }
  }
}
