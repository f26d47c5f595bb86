package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 32 codes of four bits behind an F16 scale `d`, the levels spaced as weights are: `d·level(q)`.
final class IQ4_NL extends Blocks {
  static final float[] LEVELS = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  private static final int CODES = 2;

  IQ4_NL() {
    super("IQ4_NL", 32, CODES + 16);
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    Nibbles.decode(from, at + CODES, LEVELS, half(from, at), to, toAt);
  }
}
