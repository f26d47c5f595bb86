package dev.minke.quant;

import java.lang.foreign.MemorySegment;

/// 32 numbers of four bits in 16 bytes: the lower halves are the first 16, the upper ones the rest.
final class Nibbles {
  private static final int BYTES = 16;

  private Nibbles() {}

  /// Writes `scale · levels[code]` for 32 codes.
  static void decode(
      MemorySegment from, long at, float[] levels, float scale, MemorySegment to, long toAt) {
    for (int i = 0; i < BYTES; i++) {
      int pair = from.get(Blocks.BYTE, at + i);
      to.set(Blocks.FLOAT, toAt + 4L * i, scale * levels[pair & 15]);
      to.set(Blocks.FLOAT, toAt + 4L * (i + BYTES), scale * levels[pair >>> 4 & 15]);
    }
  }

  /// The lowest four bits as the fifth ones of four bytes.
  static int fifths(int bits) {
    return (bits & 1) << 4 | (bits & 2) << 11 | (bits & 4) << 18 | (bits & 8) << 25;
  }

  /// Rounds 32 numbers and writes the lower four bits of each.
  ///
  /// @return the fifth bits, the first number's lowest
  static int encode(Rounding rounding, MemorySegment from, long at, MemorySegment to, long toAt) {
    int fifth = 0;
    for (int i = 0; i < BYTES; i++) {
      int low = rounding.of(from.get(Blocks.FLOAT, at + 4L * i));
      int high = rounding.of(from.get(Blocks.FLOAT, at + 4L * (i + BYTES)));
      to.set(Blocks.BYTE, toAt + i, (byte) (low & 15 | high << 4));
      fifth |= low >>> 4 << i | high >>> 4 << i + BYTES;
    }
    return fifth;
  }
}
