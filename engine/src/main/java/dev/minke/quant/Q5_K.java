package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 256 codes of five bits in groups of 32: `(d·s)·q − (dmin·m)`, with `s` and `m` of [SixBits] a
/// group.
///
/// As [Q4_K], with 32 bytes of fifth bits before the codes; the bit number is the number of the
/// group.
final class Q5_K extends Blocks {
  private static final int MINIMUM = 2;
  private static final int SCALES = 4;
  private static final int FIFTH_BITS = SCALES + SixBits.BYTES;
  private static final int CODES = FIFTH_BITS + 32;

  Q5_K() {
    super("Q5_K", 256, CODES + 128);
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
}
