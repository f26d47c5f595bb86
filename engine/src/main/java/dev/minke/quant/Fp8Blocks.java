package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// DeepSeek's FP8 weights in rows: each block an F32 scale, then 128 bytes of [E4M3].
///
/// A checkpoint keeps the bytes and the scales in two tensors, one scale for 128 rows and 128
/// columns; woven into rows, a row needs nothing beside it. A number is `e4m3 · scale` in F32.
public final class Fp8Blocks extends Blocks {
  /// Elements of a block.
  public static final int ELEMENTS = 128;

  /// Bytes of the scale, which comes first.
  public static final int SCALE_BYTES = Float.BYTES;

  Fp8Blocks() {
    super("F8_E4M3", ELEMENTS, SCALE_BYTES + ELEMENTS);
  }

  @Override
  void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    float scale = from.get(FLOAT, at);
    for (int i = 0; i < ELEMENTS; i++) {
      to.set(FLOAT, toAt + 4L * i, E4M3.toFloat(from.get(BYTE, at + SCALE_BYTES + i)) * scale);
    }
  }
}
