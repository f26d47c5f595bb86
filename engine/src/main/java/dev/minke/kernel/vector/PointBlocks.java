package dev.minke.kernel.vector;

import dev.minke.quant.BlockFormats;
import dev.minke.quant.GridBlocks;

/// Blocks of 256 numbers, codes of points of eight or four: lower bits of codes in bytes, upper
/// ones elsewhere, signs, and scales of runs, `unit · (s + 0.5)`. These products are exact, so the
/// order of their factors does not matter.
enum PointBlocks implements RunSplit {
  IQ1_S(32, 0.25f),
  IQ1_M(16, 0.25f),
  IQ2_XXS(32, 0.25f),
  IQ2_XS(16, 0.25f),
  IQ2_S(16, 0.25f),
  IQ3_XXS(32, 0.5f),
  IQ3_S(32, 2);

  private static final long ROW = Tiles.PANEL_BYTES;

  /// Of the points of IQ1, which count eighths.
  private static final int EIGHTHS_OFFSET = 9;

  private final int run;

  /// What a unit of scales is of the block's scale.
  private final float share;

  private final boolean hasSigns;
  private final long[] grid;

  PointBlocks(int run, float share) {
    this.run = run;
    this.share = share;
    long[] points = ((GridBlocks) BlockFormats.byName(name()).orElseThrow()).grid();
    hasSigns = !name().startsWith("IQ1");
    grid = hasSigns ? Points.offset(points) : points;
  }

  @Override
  public int run() {
    return run;
  }

  @Override
  public int offset() {
    return hasSigns ? Points.OFFSET : EIGHTHS_OFFSET;
  }

  @Override
  public boolean hasAddends() {
    return false;
  }

  @Override
  public void split(long block, int skip, long scales, long addends, long codes, long room) {
    long points = room + ROW;
    switch (this) {
      case IQ1_S -> {
        unit(block, room);
        long ints = behindHalf(block, 12, points + 32 * ROW);
        bytes(ints, 8, points);
        for (int half = 0; half < 2; half++) {
          long bits = ints + 8 * ROW;
          for (int i = 0; i < 4; i++) {
            long point = points + (4 * half + i) * ROW;
            IntLoops.join(bits, 4, 16 * half + 3 * i, 7, 8, point, 8);
            IntLoops.join(bits, 4, 16 * half + 15, 1, 11, point, 8);
          }
          scales(room, bits, 4, 16 * half + 12, 7, scales + half * ROW, 2);
        }
        Points.eights(points, grid, codes);
      }
      case IQ1_M -> {
        quarters(block + 12 * ROW, points);
        unit(points, room);
        bytes(block, 8, points);
        for (int i = 0; i < 8; i++) {
          IntLoops.join(block + 8 * ROW, 4, 4 * i, 15, 8, points + i * ROW, 8);
          int shift = 16 * (i / 4) + 3 * (i % 4);
          scales(room, block + 12 * ROW, 2, shift, 7, scales + i * ROW, 8);
        }
        Points.eights(points, grid, codes);
      }
      case IQ2_XXS -> {
        unit(block, room);
        long signs = points + 32 * ROW;
        long ints = behindHalf(block, 16, signs + 32 * ROW);
        for (int i = 0; i < 4; i++) {
          IntLoops.take(ints, 2, 8, 8 * i, 0xFF, points + i * ROW, 4);
          IntLoops.take(ints + ROW, 2, 8, 7 * i, 127, signs + i * ROW, 4);
        }
        IntLoops.take(ints + ROW, 2, 8, 28, 15, ints, 1);
        scales(room, ints, 8, 0, 15, scales, 1);
        Points.signedEights(points, grid, signs, Points.EVEN_SIGNS, codes);
      }
      case IQ2_XS -> {
        unit(block, room);
        long signs = points + 32 * ROW;
        long ints = behindHalf(block, 18, signs + 32 * ROW);
        for (int i = 0; i < 2; i++) {
          IntLoops.take(ints, 1, 16, 16 * i, 511, points + i * ROW, 2);
          IntLoops.take(ints, 1, 16, 16 * i + 9, 127, signs + i * ROW, 2);
        }
        nibbleScales(room, ints + 16 * ROW, 2, scales);
        Points.signedEights(points, grid, signs, Points.EVEN_SIGNS, codes);
      }
      case IQ2_S -> {
        unit(block, room);
        long signs = points + 32 * ROW;
        long ints = behindHalf(block, 20, signs + 32 * ROW);
        bytes(ints, 8, points);
        bytes(ints + 8 * ROW, 8, signs);
        for (int i = 0; i < 16; i++) {
          IntLoops.join(ints + 16 * ROW, 2, 2 * i, 3, 8, points + i * ROW, 16);
        }
        nibbleScales(room, ints + 18 * ROW, 2, scales);
        Points.signedEights(points, grid, signs, Points.SIGNS, codes);
      }
      case IQ3_XXS -> {
        unit(block, room);
        long signs = points + 64 * ROW;
        long ints = behindHalf(block, 24, signs + 32 * ROW);
        bytes(ints, 16, points);
        for (int i = 0; i < 4; i++) {
          IntLoops.take(ints + 16 * ROW, 1, 8, 7 * i, 127, signs + i * ROW, 4);
        }
        scales(room, ints + 16 * ROW, 8, 28, 15, scales, 1);
        Points.signedFours(points, grid, signs, Points.EVEN_SIGNS, codes);
      }
      case IQ3_S -> {
        unit(block, room);
        long signs = points + 64 * ROW;
        long ints = behindHalf(block, 27, signs + 32 * ROW);
        bytes(ints, 16, points);
        bytes(ints + 18 * ROW, 8, signs);
        for (int i = 0; i < 32; i++) {
          IntLoops.join(ints + 16 * ROW, 2, i, 1, 8, points + i * ROW, 32);
        }
        nibbleScales(room, ints + 26 * ROW, 1, scales);
        Points.signedFours(points, grid, signs, Points.SIGNS, codes);
      }
    }
  }

  /// The unit of scales from a row of binary16 in lower halves.
  private void unit(long halves, long to) {
    IntLoops.lowerHalves(halves, to);
    RowLoops.multiply(to, share, Tiles.COLUMNS);
  }

  /// The binary16 of [#IQ1_M], a quarter on top of each of two rows' halves.
  private static void quarters(long from, long to) {
    IntLoops.take(from, 1, 12, 15, to);
    IntLoops.join(from, 1, 28, 15, 4, to);
    IntLoops.join(from + ROW, 1, 12, 15, 8, to);
    IntLoops.join(from + ROW, 1, 28, 15, 12, to);
  }

  /// Rows of ints behind the block's first two bytes.
  private static long behindHalf(long block, int rows, long to) {
    return IntLoops.aligned(block, Short.BYTES, rows, to);
  }

  /// Four rows of bytes from each of some.
  private static void bytes(long from, int rows, long to) {
    for (int i = 0; i < 4; i++) {
      IntLoops.take(from, 1, rows, 8 * i, 0xFF, to + i * ROW, 4);
    }
  }

  private static void scales(
      long unit, long from, int rows, int shift, int mask, long to, int step) {
    IntLoops.products(unit, from, rows, shift, mask, -0.5f, to, step);
  }

  /// Eight scales of four bits from each of some rows.
  private static void nibbleScales(long unit, long from, int rows, long to) {
    for (int i = 0; i < 8; i++) {
      scales(unit, from, rows, 4 * i, 15, to + i * ROW, 8);
    }
  }
}
