package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 256 ternary numbers as points of eight, the grid of [IQ1_S]: `(d·(2s + 1))·(level ± 0.125)`,
/// with `s` of three bits for 16 numbers and a direction for each eight.
///
/// The lower eight bits of 32 points, four bits more for each (three of the point, the direction),
/// four times two bytes of four `s`, on top of each four bits of F16 `d`, its lowest first.
final class IQ1_M extends Blocks implements GridBlocks {
  private static final int UPPER_BITS = 32;
  private static final int SCALES = UPPER_BITS + 16;

  IQ1_M() {
    super("IQ1_M", 256, SCALES + 8);
  }

  @Override
  public long[] grid() {
    return IQ1_S.DIRECTED.clone();
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float d = scale(from, at + SCALES);
    for (int group = 0; group < 16; group++) {
      int bits = from.get(SHORT, at + SCALES + 2 * (group >>> 2)) >>> 3 * (group & 3);
      float scale = d * (2 * (bits & 7) + 1);
      int uppers = from.get(BYTE, at + UPPER_BITS + group);
      long point = IQ1_S.DIRECTED[unsigned(from, at + 2 * group) | (uppers & 15) << 8];
      long next = IQ1_S.DIRECTED[unsigned(from, at + 2 * group + 1) | (uppers >>> 4 & 15) << 8];
      IQ1_S.write(point, next, scale, to, toAt + 64L * group);
    }
  }

  private static float scale(MemorySegment from, long at) {
    int bits = 0;
    for (int i = 0; i < 4; i++) {
      bits |= (from.get(SHORT, at + 2 * i) >>> 12 & 15) << 4 * i;
    }
    return Float.float16ToFloat((short) bits);
  }
}
