package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// Eight groups of 32 with the levels of [IQ4_NL]: `(d·(s − 32))·level(q)`, with `s` of six bits a
/// group.
///
/// F16 `d`, the upper two bits of all scales in two bytes, their lower halves in four, 128 bytes of
/// codes.
final class IQ4_XS extends Blocks {
  private static final int UPPER_SCALES = 2;
  private static final int LOWER_SCALES = 4;
  private static final int CODES = 8;

  IQ4_XS() {
    super("IQ4_XS", 256, CODES + 128);
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float d = half(from, at);
    int uppers = from.get(SHORT, at + UPPER_SCALES);
    for (int group = 0; group < 8; group++) {
      int code = nibble(from, at + LOWER_SCALES, group) | (uppers >>> 2 * group & 3) << 4;
      float scale = d * (code - 32);
      Nibbles.decode(from, at + CODES + 16 * group, IQ4_NL.LEVELS, scale, to, toAt + 128L * group);
    }
  }
}
