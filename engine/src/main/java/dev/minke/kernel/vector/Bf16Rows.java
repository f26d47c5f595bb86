package dev.minke.kernel.vector;

import dev.minke.tensor.Bf16;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Between BF16 in memory and floats in a scratch; the bits of [Bf16].
final class Bf16Rows {
  private static final int INFINITY = 0x7F800000;
  private static final int QUIET = 0x400000;

  private Bf16Rows() {}

  /// @param from address of `count` BF16 numbers
  /// @param to address of as many floats
  static void widen(long from, long to, int count) {
    int vectors = count - count % VectorWidth.LANES;
    for (int i = 0; i < vectors; i += VectorWidth.LANES) {
      IntVector bits =
          (IntVector)
              Memory.loadShorts(from + (long) i * Short.BYTES)
                  .convertShape(VectorOperators.ZERO_EXTEND_S2I, VectorWidth.INTS, 0);
      Memory.store(
          bits.lanewise(VectorOperators.LSHL, Float.SIZE - Short.SIZE),
          to + (long) i * Float.BYTES);
    }
    for (int i = vectors; i < count; i++) {
      Memory.set(
          to + (long) i * Float.BYTES,
          Bf16.toFloat(Memory.getShort(from + (long) i * Short.BYTES)));
    }
  }

  /// Rounds to nearest, ties to even.
  ///
  /// @param from address of `count` floats
  /// @param to address of as many BF16 numbers
  static void narrow(long from, long to, int count) {
    int vectors = count - count % VectorWidth.LANES;
    for (int i = 0; i < vectors; i += VectorWidth.LANES) {
      IntVector bits = Memory.loadInts(from + (long) i * Float.BYTES);
      IntVector odd = bits.lanewise(VectorOperators.LSHR, Short.SIZE).and(1);
      VectorMask<Integer> isNumber =
          bits.and(Integer.MAX_VALUE).compare(VectorOperators.LE, INFINITY);
      IntVector rounded = bits.or(QUIET).blend(bits.add(0x7FFF).add(odd), isNumber);
      ShortVector half =
          (ShortVector)
              rounded
                  .lanewise(VectorOperators.LSHR, Short.SIZE)
                  .convertShape(VectorOperators.I2S, VectorWidth.SHORTS, 0);
      Memory.store(half, to + (long) i * Short.BYTES);
    }
    for (int i = vectors; i < count; i++) {
      Memory.setShort(
          to + (long) i * Short.BYTES, Bf16.of(Memory.get(from + (long) i * Float.BYTES)));
    }
  }
}
