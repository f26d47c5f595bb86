package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 256 codes of two bits in groups of 16: `(d·s)·q − (dmin·m)`, with `s` and `m` of four bits each
/// a group.
///
/// 16 bytes of pairs `s, m`, 64 bytes of codes, F16 `d` and `dmin`. A byte holds a code of each of
/// four pairs of groups; 32 bytes hold half a block.
final class Q2_K extends Blocks {
  private static final int CODES = 16;
  private static final int SCALE = CODES + 64;
  private static final int MINIMUM = SCALE + 2;

  Q2_K() {
    super("Q2_K", 256, MINIMUM + 2);
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    for (int quarter = 0; quarter < 4; quarter++) {
      int first = 8 * (quarter >>> 1) + (quarter & 1);
      decodeQuarter(from, at, first, to, toAt + 64L * first);
    }
  }

  /// Decodes the groups `first`, `first + 2`, `first + 4` and `first + 6`, which share 16 bytes.
  private static void decodeQuarter(
      MemorySegment from, long at, int first, MemorySegment to, long toAt) {
    float d = half(from, at + SCALE);
    float dmin = half(from, at + MINIMUM);
    int p0 = from.get(BYTE, at + first);
    int p1 = from.get(BYTE, at + first + 2);
    int p2 = from.get(BYTE, at + first + 4);
    int p3 = from.get(BYTE, at + first + 6);
    float s0 = d * (p0 & 15);
    float s1 = d * (p1 & 15);
    float s2 = d * (p2 & 15);
    float s3 = d * (p3 & 15);
    float m0 = dmin * (p0 >>> 4 & 15);
    float m1 = dmin * (p1 >>> 4 & 15);
    float m2 = dmin * (p2 >>> 4 & 15);
    float m3 = dmin * (p3 >>> 4 & 15);
    long codes = at + CODES + 32 * (first >>> 3) + 16 * (first & 1);
    for (int i = 0; i < 16; i++) {
      int four = from.get(BYTE, codes + i);
      to.set(FLOAT, toAt + 4L * i, s0 * (four & 3) - m0);
      to.set(FLOAT, toAt + 4L * i + 128, s1 * (four >>> 2 & 3) - m1);
      to.set(FLOAT, toAt + 4L * i + 256, s2 * (four >>> 4 & 3) - m2);
      to.set(FLOAT, toAt + 4L * i + 384, s3 * (four >>> 6 & 3) - m3);
    }
  }
}
