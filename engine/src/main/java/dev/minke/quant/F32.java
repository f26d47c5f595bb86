package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// Plain binary32.
final class F32 implements BlockEncoder {
  @Override
  public String name() {
    return "F32";
  }

  @Override
  public int blockElements() {
    return 1;
  }

  @Override
  public int blockBytes() {
    return Float.BYTES;
  }

  @Override
  public void decode(MemorySegment from, long fromByte, int blocks, MemorySegment to, long toByte) {
    MemorySegment.copy(from, fromByte, to, toByte, (long) blocks * Float.BYTES);
  }

  @Override
  public void encodeBlock(MemorySegment from, long at, MemorySegment to, long toAt) {
    to.set(Blocks.FLOAT, toAt, from.get(Blocks.FLOAT, at));
  }

  @Override
  public String toString() {
    return name();
  }
}
