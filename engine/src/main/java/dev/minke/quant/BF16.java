package dev.minke.quant;

import dev.minke.tensor.Bf16;
import java.lang.foreign.MemorySegment;

/// Plain bfloat16, the upper half of a binary32.
final class BF16 implements BlockEncoder {
  @Override
  public String name() {
    return "BF16";
  }

  @Override
  public int blockElements() {
    return 1;
  }

  @Override
  public int blockBytes() {
    return Short.BYTES;
  }

  @Override
  public void decode(MemorySegment from, long fromByte, int blocks, MemorySegment to, long toByte) {
    for (int i = 0; i < blocks; i++) {
      to.set(
          Blocks.FLOAT, toByte + 4L * i, Bf16.toFloat(from.get(Blocks.SHORT, fromByte + 2L * i)));
    }
  }

  @Override
  public void encodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    to.set(Blocks.SHORT, toAt, Bf16.of(from.get(Blocks.FLOAT, at)));
  }

  @Override
  public String toString() {
    return name();
  }
}
