package dev.minke.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Numbers of binary16.
final class Halves {
  private static final int SIGN = 0x80000000;

  /// Exponent and fraction of a binary16 where a binary32 has them.
  private static final int MAGNITUDE = 0x7FFF << 13;

  /// The least of those that are not finite.
  private static final int INFINITY = 0x7C00 << 13;

  private static final int INFINITE_EXPONENT = 0x7F800000;

  /// What the exponents of the two have in between: 2^112.
  private static final float REBIAS = 0x1p112f;

  private Halves() {}

  /// The binary16 in the upper half of each int. The product is exact, and what is below the normal
  /// numbers of a binary16 becomes normal.
  static FloatVector widened(IntVector halves) {
    IntVector magnitude = halves.lanewise(VectorOperators.LSHR, 3).and(MAGNITUDE);
    IntVector finite = magnitude.reinterpretAsFloats().mul(REBIAS).reinterpretAsInts();
    VectorMask<Integer> isFinite = magnitude.compare(VectorOperators.LT, INFINITY);
    IntVector bits = magnitude.or(INFINITE_EXPONENT).blend(finite, isFinite);
    return bits.or(halves.and(SIGN)).reinterpretAsFloats();
  }
}
