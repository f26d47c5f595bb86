package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// Plain binary16.
final class F16 implements BlockEncoder {
  @Override
  public String name() {
    return "F16";
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
      to.set(Blocks.FLOAT, toByte + 4L * i, Blocks.half(from, fromByte + 2L * i));
    }
  }

  @Override
  public void encodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    to.set(Blocks.SHORT, toAt, Float.floatToFloat16(from.get(Blocks.FLOAT, at)));
  }

  @Override
  public String toString() {
    return name();
  }
}
