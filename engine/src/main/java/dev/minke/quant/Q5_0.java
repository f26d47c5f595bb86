package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 32 codes of five bits behind an F16 scale `d`: `d·(q − 16)`. The fifth bits come first, together
/// in four bytes.
final class Q5_0 extends ScaledBlocks implements BlockEncoder {
  private static final int FIFTH_BITS = 2;
  private static final int CODES = 6;

  Q5_0() {
    super("Q5_0", CODES + 16, 16);
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float d = half(from, at);
    int fifth = from.get(INT, at + FIFTH_BITS);
    for (int i = 0; i < 16; i++) {
      int pair = from.get(BYTE, at + CODES + i);
      int low = pair & 15 | (fifth >>> i & 1) << 4;
      int high = pair >>> 4 & 15 | (fifth >>> i + 16 & 1) << 4;
      to.set(FLOAT, toAt + 4L * i, d * (low - 16));
      to.set(FLOAT, toAt + 4L * (i + 16), d * (high - 16));
    }
  }

  @Override
  void codes(MemorySegment from, long at, int[] codes) {
    int fifths = from.get(INT, at + FIFTH_BITS);
    for (int i = 0; i < 4; i++) {
      int pairs = from.get(INT, at + CODES + 4L * i);
      codes[i] = pairs & NIBBLES | Nibbles.fifths(fifths >>> 4 * i);
      codes[4 + i] = pairs >>> 4 & NIBBLES | Nibbles.fifths(fifths >>> 16 + 4 * i);
    }
  }

  @Override
  public void encodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    Rounding rounding = Rounding.aroundZero(5, from, at);
    to.set(SHORT, toAt, Float.floatToFloat16(rounding.scale()));
    to.set(INT, toAt + FIFTH_BITS, Nibbles.encode(rounding, from, at, to, toAt + CODES));
  }
}
