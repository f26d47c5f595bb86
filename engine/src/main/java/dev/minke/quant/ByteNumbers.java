package dev.minke.quant;

import dev.minke.tensor.BlockFormat;
import java.lang.foreign.MemorySegment;
import java.util.function.IntToDoubleFunction;

/// Numbers of one byte without a scale, as safetensors keep the two halves of an FP8 weight.
///
/// @param name `E4M3` or `E8M0`
/// @param widen the number that a byte from 0 to 255 stands for
record ByteNumbers(String name, IntToDoubleFunction widen) implements BlockFormat {
  @Override
  public int blockElements() {
    return 1;
  }

  @Override
  public int blockBytes() {
    return 1;
  }

  @Override
  public void decode(MemorySegment from, long fromByte, int blocks, MemorySegment to, long toByte) {
    for (int i = 0; i < blocks; i++) {
      int bits = Blocks.unsigned(from, fromByte + i);
      to.set(Blocks.FLOAT, toByte + 4L * i, (float) widen.applyAsDouble(bits));
    }
  }
}
