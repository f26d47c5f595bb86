package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 256 codes of three bits in groups of 16: `(d·(s − 32))·(q − 4)`, with `s` of six bits a group.
///
/// 32 bytes of third bits, 64 bytes of the lower two, 12 bytes of scales (the lower halves of all,
/// then the upper two bits), F16 `d`. Bits lie as in [Q2_K]; the bit number of a third bit is the
/// number of the pair of groups.
final class Q3_K extends Blocks {
  private static final int CODES = 32;
  private static final int SCALES = CODES + 64;
  private static final int UPPER_SCALES = SCALES + 8;
  private static final int SCALE = SCALES + 12;

  Q3_K() {
    super("Q3_K", 256, SCALE + 2);
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    for (int quarter = 0; quarter < 4; quarter++) {
      int first = 8 * (quarter >>> 1) + (quarter & 1);
      decodeQuarter(from, at, first, to, toAt + 64L * first);
    }
  }

  /// Decodes the groups `first`, `first + 2`, `first + 4` and `first + 6`, which share 16 bytes of
  /// codes.
  private static void decodeQuarter(
      MemorySegment from, long at, int first, MemorySegment to, long toAt) {
    float d = half(from, at + SCALE);
    float s0 = d * (scale(from, at, first) - 32);
    float s1 = d * (scale(from, at, first + 2) - 32);
    float s2 = d * (scale(from, at, first + 4) - 32);
    float s3 = d * (scale(from, at, first + 6) - 32);
    long thirds = at + 16 * (first & 1);
    long codes = at + CODES + 32 * (first >>> 3) + 16 * (first & 1);
    int shift = first >>> 1;
    for (int i = 0; i < 16; i++) {
      int third = from.get(BYTE, thirds + i) >>> shift << 2;
      int four = from.get(BYTE, codes + i);
      to.set(FLOAT, toAt + 4L * i, s0 * ((four & 3 | third & 4) - 4));
      to.set(FLOAT, toAt + 4L * i + 128, s1 * ((four >>> 2 & 3 | third >>> 1 & 4) - 4));
      to.set(FLOAT, toAt + 4L * i + 256, s2 * ((four >>> 4 & 3 | third >>> 2 & 4) - 4));
      to.set(FLOAT, toAt + 4L * i + 384, s3 * ((four >>> 6 & 3 | third >>> 3 & 4) - 4));
    }
  }

  private static int scale(MemorySegment from, long at, int group) {
    int lower = from.get(BYTE, at + SCALES + group % 8) >>> 4 * (group / 8) & 15;
    int upper = from.get(BYTE, at + UPPER_SCALES + group % 4) >>> 2 * (group / 4) & 3;
    return lower | upper << 4;
  }
}
