package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 32 codes of five bits behind an F16 scale `d` and an F16 minimum `m`: `d·q + m`. The fifth bits
/// come first, together in four bytes.
final class Q5_1 extends Blocks implements BlockEncoder {
  private static final int MINIMUM = 2;
  private static final int FIFTH_BITS = 4;
  private static final int CODES = 8;

  Q5_1() {
    super("Q5_1", 32, CODES + 16);
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float d = half(from, at);
    float m = half(from, at + MINIMUM);
    int fifth = from.get(INT, at + FIFTH_BITS);
    for (int i = 0; i < 16; i++) {
      int pair = from.get(BYTE, at + CODES + i);
      int low = pair & 15 | (fifth >>> i & 1) << 4;
      int high = pair >>> 4 & 15 | (fifth >>> i + 16 & 1) << 4;
      to.set(FLOAT, toAt + 4L * i, d * low + m);
      to.set(FLOAT, toAt + 4L * (i + 16), d * high + m);
    }
  }

  @Override
  public void encodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    Rounding rounding = Rounding.fromLeast(5, from, at);
    to.set(SHORT, toAt, Float.floatToFloat16(rounding.scale()));
    to.set(SHORT, toAt + MINIMUM, Float.floatToFloat16(rounding.least()));
    to.set(INT, toAt + FIFTH_BITS, Nibbles.encode(rounding, from, at, to, toAt + CODES));
  }
}
