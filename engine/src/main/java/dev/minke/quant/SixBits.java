package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// Eight scales and eight minima of six bits each in twelve bytes, as [Q4_K] and [Q5_K] keep them.
///
/// Bytes 0 to 3 hold the first four scales, bytes 4 to 7 the first four minima, in their lower six
/// bits. Bytes 8 to 11 hold the lower halves of the other four pairs; their upper two bits are the
/// upper two of bytes 0 to 7.
final class SixBits {
  static final int BYTES = 12;

  private SixBits() {}

  static int scale(MemorySegment from, long at, int group) {
    int byteOf = from.get(Blocks.BYTE, at + group % 4);
    return group < 4 ? byteOf & 63 : from.get(Blocks.BYTE, at + 4 + group) & 15 | byteOf >>> 2 & 48;
  }

  static int minimum(MemorySegment from, long at, int group) {
    int byteOf = from.get(Blocks.BYTE, at + 4 + group % 4);
    return group < 4
        ? byteOf & 63
        : from.get(Blocks.BYTE, at + 4 + group) >>> 4 & 15 | byteOf >>> 2 & 48;
  }
}
