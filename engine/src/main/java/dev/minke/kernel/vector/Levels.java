package dev.minke.kernel.vector;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorSpecies;

/// 16 levels that codes stand for, each 128 more than it is.
///
/// Looked up by permutations of bytes. Those of 512 bits are not on every machine that has such
/// vectors, so halves of 256 are used there.
enum Levels {
  /// Spaced as weights are.
  IQ4_NL(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113),

  /// The numbers of e2m1 in halves.
  E2M1(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

  /// What a level's byte is more than it.
  static final int OFFSET = 128;

  private static final VectorSpecies<Byte> BYTES =
      VectorWidth.BITS == 128 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_256;

  /// Twice all, for either length of a vector.
  private final byte[] levels = new byte[32];

  Levels(int... numbers) {
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) (numbers[i % numbers.length] + OFFSET);
    }
  }

  /// Codes of a byte, 0 to 15, become levels.
  ///
  /// @param codes `[rows, COLUMNS]` ints of four
  void replace(long codes, int rows) {
    ByteVector table = ByteVector.fromArray(BYTES, levels, 0);
    for (long i = 0; i < rows * Tiles.PANEL_BYTES; i += BYTES.length()) {
      ByteVector code = ByteVector.fromMemorySegment(BYTES, Memory.ALL, codes + i, Memory.ORDER);
      code.selectFrom(table).intoMemorySegment(Memory.ALL, codes + i, Memory.ORDER);
    }
  }
}
