package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 256 codes of two bits before an F16 scale `d`: `d·(q − 1)`, so a number of three for ternary
/// weights. 32 bytes hold 128 numbers, 32 in each pair of bits.
final class TQ2_0 extends Blocks {
  private static final int SCALE = 64;

  TQ2_0() {
    super("TQ2_0", 256, SCALE + 2);
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float d = half(from, at + SCALE);
    for (int run = 0; run < 8; run++) {
      long codes = at + 32 * (run >>> 2);
      int shift = 2 * (run & 3);
      long first = toAt + 128L * run;
      for (int i = 0; i < 32; i++) {
        int code = from.get(BYTE, codes + i) >>> shift & 3;
        to.set(FLOAT, first + 4L * i, d * (code - 1));
      }
    }
  }
}
