package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 256 codes of four bits in groups of 32: `(d·s)·q − (dmin·m)`, with `s` and `m` of [SixBits] a
/// group.
///
/// F16 `d` and `dmin`, 12 bytes of scales and minima, 128 bytes of codes: 32 bytes for two groups,
/// the first in the lower halves.
final class Q4_K extends SixBitBlocks {
  private static final int CODES = REST;

  Q4_K() {
    super("Q4_K", CODES + 128);
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
        to.set(FLOAT, first + 4L * i, scale * (pair & 15) - minimum);
        to.set(FLOAT, first + 4L * i + 128, nextScale * (pair >>> 4 & 15) - nextMinimum);
      }
    }
  }

  @Override
  void codes(MemorySegment from, long at, int group, int[] codes, int first) {
    long pairs = at + CODES + 16L * (group & ~1);
    for (int i = 0; i < 8; i++) {
      codes[first + i] = from.get(INT, pairs + 4L * i) >>> 4 * (group & 1) & NIBBLES;
    }
  }
}
