package dev.minke.kernel.vector;

/// Blocks of 256 codes in runs of 16 or 32, whose scales and minima are whole numbers times those
/// of the block. A minimum is an addend of the other sign.
enum LongBlocks implements RunSplit {
  Q2_K(16, 0, true),
  Q3_K(16, 4, false),
  IQ4_XS(32, Levels.OFFSET, false);

  private static final long ROW = Tiles.PANEL_BYTES;
  private static final int NIBBLES = 0x0F0F0F0F;
  private static final int FOUR_ONES = 0x01010101;
  private static final int TWO_BITS = 0x03030303;

  private final int run;
  private final int offset;
  private final boolean hasAddends;

  LongBlocks(int run, int offset, boolean hasAddends) {
    this.run = run;
    this.offset = offset;
    this.hasAddends = hasAddends;
  }

  @Override
  public int run() {
    return run;
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
    switch (this) {
      case Q2_K -> {
        units(block + 20 * ROW, room);
        bytes(room, block, 4, 0, 15, 0, scales);
        bytes(room + ROW, block, 4, 4, 15, 0, addends);
        twoBits(block + 4 * ROW, codes);
      }
      case Q3_K -> {
        IntLoops.lowerHalves(block + 27 * ROW, room);
        sixBits(block + 24 * ROW, room + ROW);
        bytes(room, room + ROW, 4, 0, 63, 32, scales);
        twoBits(block + 8 * ROW, codes);
        for (int eight = 0; eight < 8; eight++) {
          IntLoops.join(block, 8, eight, FOUR_ONES, 2, codes + 8 * eight * ROW);
        }
      }
      case IQ4_XS -> {
        IntLoops.lowerHalves(block, room);
        for (int run = 0; run < 8; run++) {
          long scale = room + (1 + run) * ROW;
          IntLoops.take(block + ROW, 1, 4 * run, 15, scale);
          IntLoops.join(block, 1, 16 + 2 * run, 3, 4, scale);
          ShortBlocks.pairs(block + (2 + 4 * run) * ROW, codes + 8 * run * ROW);
        }
        IntLoops.products(room, room + ROW, 8, 0, 63, 32, scales, 1);
        Levels.IQ4_NL.replace(codes, 64);
      }
    }
  }

  /// A row of the block's scales, one of its minima with the other sign.
  private static void units(long halves, long to) {
    IntLoops.lowerHalves(halves, to);
    IntLoops.upperHalves(halves, to + ROW);
    IntLoops.negate(to + ROW);
  }

  /// A product for a field of each byte of some rows.
  private static void bytes(
      long unit, long from, int rows, int shift, int mask, int offset, long to) {
    for (int i = 0; i < 4; i++) {
      IntLoops.products(unit, from, rows, 8 * i + shift, mask, offset, to + i * ROW, 4);
    }
  }

  /// Bytes of four codes: eight rows hold the same bits of 32 codes that follow each other.
  private static void twoBits(long from, long to) {
    for (int eight = 0; eight < 8; eight++) {
      long fours = from + 8 * (eight / 4) * ROW;
      IntLoops.take(fours, 8, eight % 4 * 2, TWO_BITS, to + 8 * eight * ROW);
    }
  }

  /// 16 numbers of [Q3_K]: two rows of the lower four bits of two numbers, one of all upper bits.
  private static void sixBits(long from, long to) {
    IntLoops.take(from, 2, 0, NIBBLES, to);
    IntLoops.take(from, 2, 4, NIBBLES, to + 2 * ROW);
    for (int i = 0; i < 4; i++) {
      IntLoops.join(from + 2 * ROW, 1, 2 * i, TWO_BITS, 4, to + i * ROW);
    }
  }
}
