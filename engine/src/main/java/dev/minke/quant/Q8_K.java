package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 256 signed bytes behind an F32 scale `d`: `d·q`. 16 sums of 16 codes each, in I16, follow the
/// codes; they serve integer products and mean nothing here.
final class Q8_K extends Blocks {
  private static final int ELEMENTS = 256;
  private static final int CODES = Float.BYTES;
  private static final int SUMS_BYTES = 16 * Short.BYTES;

  Q8_K() {
    super("Q8_K", ELEMENTS, CODES + ELEMENTS + SUMS_BYTES);
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float d = from.get(FLOAT, at);
    for (int i = 0; i < ELEMENTS; i++) {
      to.set(FLOAT, toAt + 4L * i, d * from.get(BYTE, at + CODES + i));
    }
  }
}
