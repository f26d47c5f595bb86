package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.Memory.ADDRESS;
import static dev.minke.kernel.vector.Memory.ALL;
import static dev.minke.kernel.vector.Memory.FEW_STEPS;

/// Points that codes stand for, looked up one by one: eight coordinates at a time, as bytes.
final class Points {
  private static final long ROW = Tiles.PANEL_BYTES;
  private static final long ONES = 0x0101_0101_0101_0101L;

  private static final long LOWER_HALF = 0xFFFF_FFFFL;

  /// The row in the number of an int.
  private static final int ROWS = -Tiles.COLUMNS;

  /// Points of eight in a block.
  private static final int POINTS = 32;

  /// What a coordinate with a sign is more than it: negation is that of the byte then, too.
  static final int OFFSET = 128;

  private static final long OFFSETS = 0x8080_8080_8080_8080L;

  /// All bits of the bytes whose bit is set in the index, which is eight signs.
  static final long[] SIGNS = new long[256];

  /// As [#SIGNS], by seven signs; the eighth makes the number of negative ones even.
  static final long[] EVEN_SIGNS = new long[128];

  static {
    for (int signs = 0; signs < SIGNS.length; signs++) {
      for (int i = 0; i < 8; i++) {
        SIGNS[signs] |= (signs >>> i & 1) * 0xFFL << 8 * i;
      }
    }
    for (int seven = 0; seven < EVEN_SIGNS.length; seven++) {
      EVEN_SIGNS[seven] = SIGNS[seven | Integer.bitCount(seven) % 2 << 7];
    }
  }

  private Points() {}

  /// Points with [#OFFSET].
  ///
  /// @param grid gets it
  static long[] offset(long... grid) {
    for (int i = 0; i < grid.length; i++) {
      grid[i] ^= OFFSETS;
    }
    return grid;
  }

  /// Points of eight.
  ///
  /// @param points `[32, COLUMNS]`, their codes
  /// @param to `[64, COLUMNS]`, four coordinates in an int
  static void eights(long points, long[] grid, long to) {
    points &= ADDRESS;
    to &= ADDRESS;
    for (int i = 0; i < POINTS * Tiles.COLUMNS; i++) {
      int at = i & FEW_STEPS;
      store(grid[code(points, at)], to, at);
    }
  }

  /// Points of eight with signs.
  ///
  /// @param points `[32, COLUMNS]`, their codes
  /// @param signs `[32, COLUMNS]`
  /// @param masks by signs
  /// @param to `[64, COLUMNS]`, four coordinates in an int
  static void signedEights(long points, long[] grid, long signs, long[] masks, long to) {
    points &= ADDRESS;
    signs &= ADDRESS;
    to &= ADDRESS;
    for (int i = 0; i < POINTS * Tiles.COLUMNS; i++) {
      int at = i & FEW_STEPS;
      store(signed(grid[code(points, at)], masks[code(signs, at)]), to, at);
    }
  }

  /// Two points of four for eight signs; else as [#signedEights].
  ///
  /// @param points `[64, COLUMNS]`
  static void signedFours(long points, long[] grid, long signs, long[] masks, long to) {
    points &= ADDRESS;
    signs &= ADDRESS;
    to &= ADDRESS;
    for (int i = 0; i < POINTS * Tiles.COLUMNS; i++) {
      int at = i & FEW_STEPS;
      int pair = at + (at & ROWS);
      long second = grid[code(points + ROW, pair)];
      long eight = grid[code(points, pair)] & LOWER_HALF | second << Integer.SIZE;
      store(signed(eight, masks[code(signs, at)]), to, at);
    }
  }

  private static int code(long from, int at) {
    return ALL.get(Memory.INT, from + at * (long) Integer.BYTES);
  }

  private static long signed(long eight, long mask) {
    return (eight ^ mask) + (mask & ONES);
  }

  /// Every row is followed by that of the other four.
  private static void store(long eight, long to, int at) {
    long first = to + (at + (at & ROWS)) * (long) Integer.BYTES;
    ALL.set(Memory.INT, first, (int) eight);
    ALL.set(Memory.INT, first + ROW, (int) (eight >>> Integer.SIZE));
  }
}
