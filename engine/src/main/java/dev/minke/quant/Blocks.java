package dev.minke.quant;

import dev.minke.tensor.BlockFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A format whose blocks are decoded one by one.
abstract class Blocks implements BlockFormat {
  static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// The lower four bits of each of four bytes.
  static final int NIBBLES = 0x0F0F0F0F;

  private final String name;
  private final int elements;
  private final int bytes;

  Blocks(String name, int elements, int bytes) {
    this.name = name;
    this.elements = elements;
    this.bytes = bytes;
  }

  /// Widens the block at byte `at`; its first number goes to byte `toAt`.
  abstract void decodeBlock(MemorySegment from, long at, MemorySegment to, long toAt);

  @Override
  public final void decode(
      MemorySegment from, long fromByte, int blocks, MemorySegment to, long toByte) {
    long toBytes = (long) elements * Float.BYTES;
    for (int block = 0; block < blocks; block++) {
      decodeBlock(from, fromByte + (long) block * bytes, to, toByte + block * toBytes);
    }
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final int blockElements() {
    return elements;
  }

  @Override
  public final int blockBytes() {
    return bytes;
  }

  @Override
  public final String toString() {
    return name;
  }

  /// The binary16 at a byte.
  static float half(MemorySegment from, long at) {
    return Float.float16ToFloat(from.get(SHORT, at));
  }

  /// The byte at `at`, 0 to 255.
  static int unsigned(MemorySegment from, long at) {
    return from.get(BYTE, at) & 0xFF;
  }

  /// Four bits of a list that begins at byte `at`, the lower half of a byte first.
  static int nibble(MemorySegment from, long at, int index) {
    return from.get(BYTE, at + (index >>> 1)) >>> 4 * (index & 1) & 15;
  }
}
