package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 32 signed bytes behind an F16 scale `d`: `q·d`.
final class Q8_0 extends ScaledBlocks implements BlockEncoder {
  private static final int ELEMENTS = 32;
  private static final int CODES = 2;

  Q8_0() {
    super("Q8_0", CODES + ELEMENTS, 0);
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float d = half(from, at);
    for (int i = 0; i < ELEMENTS; i++) {
      to.set(FLOAT, toAt + 4L * i, from.get(BYTE, at + CODES + i) * d);
    }
  }

  @Override
  void codes(MemorySegment from, long at, int[] codes) {
    for (int i = 0; i < ELEMENTS / 4; i++) {
      codes[i] = from.get(INT, at + CODES + 4L * i);
    }
  }

  @Override
  public void encodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float peak = 0;
    for (int i = 0; i < ELEMENTS; i++) {
      peak = Math.max(peak, Math.abs(from.get(FLOAT, at + 4L * i)));
    }
    float d = peak / 127;
    float reciprocal = d == 0 ? 0 : 1 / d;
    to.set(SHORT, toAt, Float.floatToFloat16(d));
    for (int i = 0; i < ELEMENTS; i++) {
      to.set(
          BYTE, toAt + CODES + i, (byte) awayFromZero(from.get(FLOAT, at + 4L * i) * reciprocal));
    }
  }

  /// Rounds to nearest, ties away from zero. Adding a half first would round 0.49999997 to 1.
  private static int awayFromZero(float value) {
    float magnitude = Math.abs(value);
    int whole = (int) magnitude;
    int rounded = whole + (int) (2 * (magnitude - whole));
    return value < 0 ? -rounded : rounded;
  }
}
