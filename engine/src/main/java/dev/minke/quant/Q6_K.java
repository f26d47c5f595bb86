package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 256 codes of six bits in groups of 16: `(d·s)·(q − 32)`, with `s` a signed byte a group.
///
/// 128 bytes of lower halves, 64 bytes of upper two bits, 16 scales, F16 `d`. Half a block, 128
/// numbers, is 64 and 32 bytes: its first 64 numbers in the lower halves of the 64 bytes, the
/// others in the upper ones; the upper bits of its four runs of 32 numbers lie beside each other.
final class Q6_K extends Blocks implements IntegerBlocks {
  private static final int UPPER_BITS = 128;
  private static final int SCALES = UPPER_BITS + 64;
  private static final int SCALE = SCALES + 16;

  /// The lower two bits of each of four bytes.
  private static final int TWO_BITS = 0x03030303;

  Q6_K() {
    super("Q6_K", 256, SCALE + 2);
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    for (int quarter = 0; quarter < 4; quarter++) {
      int first = 8 * (quarter >>> 1) + (quarter & 1);
      decodeQuarter(from, at, first, to, toAt + 64L * first);
    }
  }

  /// Decodes the groups `first`, `first + 2`, `first + 4` and `first + 6`, which share 16 bytes of
  /// upper bits.
  private static void decodeQuarter(
      MemorySegment from, long at, int first, MemorySegment to, long toAt) {
    float d = half(from, at + SCALE);
    float s0 = d * from.get(BYTE, at + SCALES + first);
    float s1 = d * from.get(BYTE, at + SCALES + first + 2);
    float s2 = d * from.get(BYTE, at + SCALES + first + 4);
    float s3 = d * from.get(BYTE, at + SCALES + first + 6);
    long lowers = at + 64 * (first >>> 3) + 16 * (first & 1);
    long uppers = at + UPPER_BITS + 32 * (first >>> 3) + 16 * (first & 1);
    for (int i = 0; i < 16; i++) {
      int even = from.get(BYTE, lowers + i);
      int odd = from.get(BYTE, lowers + 32 + i);
      int upper = from.get(BYTE, uppers + i);
      to.set(FLOAT, toAt + 4L * i, s0 * ((even & 15 | upper << 4 & 48) - 32));
      to.set(FLOAT, toAt + 4L * i + 128, s1 * ((odd & 15 | upper << 2 & 48) - 32));
      to.set(FLOAT, toAt + 4L * i + 256, s2 * ((even >>> 4 & 15 | upper & 48) - 32));
      to.set(FLOAT, toAt + 4L * i + 384, s3 * ((odd >>> 4 & 15 | upper >>> 2 & 48) - 32));
    }
  }

  @Override
  public int run() {
    return 16;
  }

  @Override
  public boolean hasMinima() {
    return false;
  }

  @Override
  public short scale(MemorySegment from, long at) {
    return from.get(SHORT, at + SCALE);
  }

  @Override
  public short minimum(MemorySegment from, long at) {
    return 0;
  }

  @Override
  public int offset() {
    return 32;
  }

  @Override
  public void split(MemorySegment from, long at, int[] codes, byte[] scales, byte[] minima) {
    for (int group = 0; group < 16; group++) {
      scales[group] = from.get(BYTE, at + SCALES + group);
      minima[group] = 0;
    }
    for (int run = 0; run < 8; run++) {
      long lowers = at + 64L * (run >>> 2) + 32L * (run & 1);
      long uppers = at + UPPER_BITS + 32L * (run >>> 2);
      for (int i = 0; i < 8; i++) {
        int lower = from.get(INT, lowers + 4L * i) >>> 2 * (run & 2) & NIBBLES;
        int upper = from.get(INT, uppers + 4L * i) >>> 2 * (run & 3) & TWO_BITS;
        codes[8 * run + i] = lower | upper << 4;
      }
    }
  }
}
