package dev.minke.kernel.vector;

import java.util.List;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/// The width of all vectors of this process: the machine's widest, or what the system property
/// `minke.vectorBits` asks for.
///
/// The species must be static finals, because the compiler turns vector operations into
/// instructions only for species it knows as constants. So this is the one class that reads the
/// property. A value that cannot be had is kept as [#refusal] and thrown by [#require], which
/// everybody who opens the kernels calls first: an exception out of a static initialiser would lose
/// its message.
final class VectorWidth {
  /// 128, 256 or 512.
  static final String PROPERTY = "minke.vectorBits";

  private static final int WIDEST =
      Math.clamp(FloatVector.SPECIES_PREFERRED.vectorBitSize(), 128, 512);
  private static final @Nullable String REFUSAL = refusal(System.getProperty(PROPERTY), WIDEST);

  /// Width in bits: 128, 256 or 512.
  static final int BITS = REFUSAL == null ? Integer.getInteger(PROPERTY, WIDEST) : WIDEST;

  /// Whether there are 32 vector registers and not 16: they came with vectors of 512 bits, for all
  /// widths.
  static final boolean MANY_REGISTERS = WIDEST == 512;

  /// Whether a fence between loads is no instruction, because the processor keeps their order
  /// anyway: x86. Elsewhere it would be waited for in each turn of a loop.
  static final boolean FREE_FENCES =
      List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));

  /// Floats, or ints, in a vector: 4, 8 or 16.
  static final int LANES = BITS / Float.SIZE;

  /// Bytes in a vector.
  static final int BYTES = BITS / Byte.SIZE;

  static final VectorSpecies<Float> FLOATS =
      switch (BITS) {
        case 512 -> FloatVector.SPECIES_512;
        case 256 -> FloatVector.SPECIES_256;
        default -> FloatVector.SPECIES_128;
      };

  static final VectorSpecies<Integer> INTS =
      switch (BITS) {
        case 512 -> IntVector.SPECIES_512;
        case 256 -> IntVector.SPECIES_256;
        default -> IntVector.SPECIES_128;
      };

  /// As many lanes as a vector of floats has, in half the bits.
  static final VectorSpecies<Short> SHORTS =
      switch (BITS) {
        case 512 -> ShortVector.SPECIES_256;
        case 256 -> ShortVector.SPECIES_128;
        default -> ShortVector.SPECIES_64;
      };

  /// As many bytes as a vector has floats, but eight where that would be fewer than there are
  /// vectors of.
  static final VectorSpecies<Byte> CODES =
      BITS == 512 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

  /// The class of a vector of [#FLOATS], to cast to.
  ///
  /// A vector that comes out of a loop or a branch is just a `FloatVector` while the compiler
  /// builds its graph; which one is then guessed from what the library's method has seen before, of
  /// all callers and widths. After a wrong guess, every vector of the loop becomes an object: the
  /// same bits, four times slower, in one process and not in the next. So whatever a loop carried
  /// is cast before a method of its own is called; as an argument it needs no cast.
  static final Class<? extends FloatVector> FLOAT_VECTOR = FloatVector.zero(FLOATS).getClass();

  private VectorWidth() {}

  /// Refuses to go on with a width that was asked for and cannot be had.
  ///
  /// @throws IllegalArgumentException if the property is not 128, 256 or 512 or is more than the
  ///   machine has
  static void require() {
    if (REFUSAL != null) {
      throw new IllegalArgumentException(REFUSAL);
    }
  }

  /// Whether the machine has vectors of so many bits.
  static boolean isSupported(int bits) {
    return (bits == 128 || bits == 256 || bits == 512) && bits <= WIDEST;
  }

  /// `512 bits` or `256 of 512 bits`.
  static String describe() {
    return BITS == WIDEST ? BITS + " bits" : BITS + " of " + WIDEST + " bits";
  }

  /// What is wrong with a value of the property on a machine with vectors of `widest` bits, or
  /// null.
  static @Nullable String refusal(@Nullable String value, int widest) {
    if (value == null) {
      return null;
    }
    if (!value.equals("128") && !value.equals("256") && !value.equals("512")) {
      return "%s: expected 128, 256 or 512, found '%s'; leave it out for the widest"
          .formatted(PROPERTY, value);
    }
    if (Integer.parseInt(value) > widest) {
      return "%s: expected at most %d, the widest vectors here, found %s; leave it out for the widest"
          .formatted(PROPERTY, widest, value);
    }
    return null;
  }
}
