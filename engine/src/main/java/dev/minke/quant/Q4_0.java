package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 32 codes of four bits behind an F16 scale `d`: `d·(q − 8)`.
final class Q4_0 extends ScaledBlocks implements BlockEncoder {
  private static final int CODES = 2;
  private static final float[] LEVELS = {-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7};

  Q4_0() {
    super("Q4_0", CODES + 16, 8);
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    Nibbles.decode(from, at + CODES, LEVELS, half(from, at), to, toAt);
  }

  @Override
  void codes(MemorySegment from, long at, int[] codes) {
    for (int i = 0; i < 4; i++) {
      int pairs = from.get(INT, at + CODES + 4L * i);
      codes[i] = pairs & NIBBLES;
      codes[4 + i] = pairs >>> 4 & NIBBLES;
    }
  }

  @Override
  public void encodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    Rounding rounding = Rounding.aroundZero(4, from, at);
    to.set(SHORT, toAt, Float.floatToFloat16(rounding.scale()));
    Nibbles.encode(rounding, from, at, to, toAt + CODES);
  }
}
