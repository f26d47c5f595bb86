package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 256 ternary digits before an F16 scale `d`, five to a byte: `d·(digit − 1)`.
///
/// A byte is a fraction of 256 written to base three: times 3ⁿ without what passes 255, then times
/// three, the carry is digit n. 32 bytes hold the first 160 numbers, 32 for each digit; 16 bytes
/// the next 80; four bytes of four digits the last 16.
final class TQ1_0 extends Blocks {
  private static final int SCALE = 52;

  /// Where the bytes of the three parts begin, and where they end.
  private static final int[] PARTS = {0, 32, 48, SCALE};

  TQ1_0() {
    super("TQ1_0", 256, SCALE + 2);
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float d = half(from, at + SCALE);
    long next = toAt;
    for (int part = 0; part < 3; part++) {
      int count = PARTS[part + 1] - PARTS[part];
      int digits = part < 2 ? 5 : 4;
      for (int digit = 0, power = 1; digit < digits; digit++, power *= 3) {
        for (int i = 0; i < count; i++) {
          int rest = unsigned(from, at + PARTS[part] + i) * power & 0xFF;
          to.set(FLOAT, next + 4L * i, d * ((rest * 3 >>> 8) - 1));
        }
        next += 4L * count;
      }
    }
  }
}
