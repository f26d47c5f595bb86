package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 256 codes of five bits in groups of 32: `(d·s)·q − (dmin·m)`, with `s` and `m` of [SixBits] a
/// group.
///
/// As [Q4_K], with 32 bytes of fifth bits before the codes; the bit number is the number of the
/// group.
final class Q5_K extends SixBitBlocks {
  private static final int FIFTH_BITS = REST;
  private static final int CODES = FIFTH_BITS + 32;
  private static final int FOUR_ONES = 0x01010101;

  Q5_K() {
    super("Q5_K", CODES + 128);
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float d = half(from, at);
    float dmin = half(from, at + MINIMUM);
    for (int group = 0; group < 8; group += 2) {
      float scale = d * SixBits.scale(from, at + SCALES, group);
      float minimum = dmin * SixBits.minimum(from, at + SCALES, group);
      float nextScale = d * SixBits.scale(from, at + SCALES, group + 1);
      float nextMinimum = dmin * SixBits.minimum(from, at + SCALES, group + 1);
      long codes = at + CODES + 16 * group;
      long first = toAt + 128L * group;
      for (int i = 0; i < 32; i++) {
        int pair = from.get(BYTE, codes + i);
        int fifths = from.get(BYTE, at + FIFTH_BITS + i) >>> group << 4;
        int code = pair & 15 | fifths & 16;
        int nextCode = pair >>> 4 & 15 | fifths >>> 1 & 16;
        to.set(FLOAT, first + 4L * i, scale * code - minimum);
        to.set(FLOAT, first + 4L * i + 128, nextScale * nextCode - nextMinimum);
      }
    }
  }

  @Override
  void codes(MemorySegment from, long at, int group, int[] codes, int first) {
    long pairs = at + CODES + 16L * (group & ~1);
    for (int i = 0; i < 8; i++) {
      int lower = from.get(INT, pairs + 4L * i) >>> 4 * (group & 1) & NIBBLES;
      int fifths = from.get(INT, at + FIFTH_BITS + 4L * i) >>> group & FOUR_ONES;
      codes[first + i] = lower | fifths << 4;
    }
  }
}
