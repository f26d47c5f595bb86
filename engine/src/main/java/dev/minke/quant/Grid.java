package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// A list of points that codes of the IQ formats stand for: eight or four coordinates, each one of
/// a few levels.
///
/// A point is a number to the base of the levels, the first coordinate its lowest digit, and every
/// list is ascending. So a list is written as steps: a letter from `#` on is a step of 1, 2, … to
/// the next point; `[` steps 57 on without a point.
final class Grid {
  private static final char ZERO_STEP = '"';
  private static final char PASS = '[';

  private static final long ONES = 0x0101_0101_0101_0101L;

  /// All bits of the bytes whose bit is set in the index.
  private static final long[] MASKS = new long[256];

  static {
    for (int bits = 0; bits < MASKS.length; bits++) {
      for (int i = 0; i < 8; i++) {
        MASKS[bits] |= (bits >>> i & 1) * 0xFFL << 8 * i;
      }
    }
  }

  private Grid() {}

  /// Spells a list out: a point a `long`, a coordinate a byte, the first one lowest.
  ///
  /// @param steps the list; ends of lines mean nothing
  /// @param coordinates of a point
  static long[] points(String steps, int coordinates, int... levels) {
    long[] points = new long[(int) steps.chars().filter(c -> c >= ZERO_STEP && c != PASS).count()];
    int point = -1;
    int count = 0;
    for (int i = 0; i < steps.length(); i++) {
      char letter = steps.charAt(i);
      if (letter >= ZERO_STEP) {
        point += letter - ZERO_STEP;
        if (letter != PASS) {
          points[count++] = spell(point, coordinates, levels);
        }
      }
    }
    return points;
  }

  private static long spell(int point, int coordinates, int... levels) {
    long spelled = 0;
    int rest = point;
    for (int i = 0; i < coordinates; i++) {
      spelled |= (long) levels[rest % levels.length] << 8 * i;
      rest /= levels.length;
    }
    return spelled;
  }

  /// A point of eight with the coordinates negated whose bit of `signs` is set; none may be 0.
  static long signed(long point, int signs) {
    long mask = MASKS[signs & 0xFF];
    return (point ^ mask) + (mask & ONES);
  }

  /// A point of eight with seven signs; the eighth makes the number of negative ones even.
  static long evenlySigned(long point, int signs) {
    int seven = signs & 127;
    return signed(point, seven | Integer.bitCount(seven) << 7);
  }

  /// Writes `scale · coordinate` of two points of eight.
  static void write(long first, long second, float scale, MemorySegment to, long toAt) {
    for (int i = 0; i < 8; i++) {
      to.set(Blocks.FLOAT, toAt + 4L * i, scale * (byte) (first >>> 8 * i));
      to.set(Blocks.FLOAT, toAt + 4L * i + 32, scale * (byte) (second >>> 8 * i));
    }
  }
}
