package dev.minke.quant;

import dev.minke.tensor.BlockFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Plain binary64, rounded to F32.
final class F64 implements BlockFormat {
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Override
  public String name() {
    return "F64";
  }

  @Override
  public int blockElements() {
    return 1;
  }

  @Override
  public int blockBytes() {
    return Double.BYTES;
  }

  @Override
  public void decode(MemorySegment from, long fromByte, int blocks, MemorySegment to, long toByte) {
    for (int i = 0; i < blocks; i++) {
      to.set(Blocks.FLOAT, toByte + 4L * i, (float) from.get(DOUBLE, fromByte + 8L * i));
    }
  }

  @Override
  public String toString() {
    return name();
  }
}
