package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 32 codes of four bits behind an F16 scale `d` and an F16 minimum `m`: `d·q + m`.
final class Q4_1 extends Blocks implements BlockEncoder {
  private static final int MINIMUM = 2;
  private static final int CODES = 4;

  Q4_1() {
    super("Q4_1", 32, CODES + 16);
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float d = half(from, at);
    float m = half(from, at + MINIMUM);
    for (int i = 0; i < 16; i++) {
      int pair = from.get(BYTE, at + CODES + i);
      to.set(FLOAT, toAt + 4L * i, d * (pair & 15) + m);
      to.set(FLOAT, toAt + 4L * (i + 16), d * (pair >>> 4 & 15) + m);
    }
  }

  @Override
  public void encodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    Rounding rounding = Rounding.fromLeast(4, from, at);
    to.set(SHORT, toAt, Float.floatToFloat16(rounding.scale()));
    to.set(SHORT, toAt + MINIMUM, Float.floatToFloat16(rounding.least()));
    Nibbles.encode(rounding, from, at, to, toAt + CODES);
  }
}
