package dev.minke.kernel.vector;

import dev.minke.kernel.Kernels;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Two reductions more, in the order of [Reduction]: of squares in double, and of three factors.
final class SquareSums {
  private static final int LANES = Kernels.LANES;
  private static final long STEP = (long) LANES * Float.BYTES;

  /// As many doubles as fit, and the floats they are made from.
  private static final VectorSpecies<Double> DOUBLES =
      switch (VectorWidth.BITS) {
        case 512 -> DoubleVector.SPECIES_512;
        case 256 -> DoubleVector.SPECIES_256;
        default -> DoubleVector.SPECIES_128;
      };

  private static final VectorSpecies<Float> HALVES =
      switch (VectorWidth.BITS) {
        case 512 -> FloatVector.SPECIES_256;
        case 256 -> FloatVector.SPECIES_128;
        default -> FloatVector.SPECIES_64;
      };

  private static final int WIDTH = DOUBLES.length();

  /// See [VectorWidth#FLOAT_VECTOR].
  private static final Class<? extends DoubleVector> DOUBLE_VECTOR =
      DoubleVector.zero(DOUBLES).getClass();

  private SquareSums() {}

  /// `Σ x²` of a row in double.
  static double ofRow(long x, long count, double[] lanes) {
    for (int lane = 0; lane < LANES; lane++) {
      lanes[lane] = 0;
    }
    long whole = count - count % LANES;
    for (int first = 0; first < LANES; first += 2 * WIDTH) {
      addSquares(x + (long) first * Float.BYTES, whole, lanes, first);
    }
    for (long i = whole; i < count; i++) {
      double value = Memory.get(x + i * Float.BYTES);
      int lane = (int) (i - whole);
      lanes[lane] = Math.fma(value, value, lanes[lane]);
    }
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int j = 0; j < half; j++) {
        lanes[j] += lanes[j + half];
      }
    }
    return lanes[0];
  }

  /// Adds what belongs to lanes from `first` on, two vectors of them.
  private static void addSquares(long x, long count, double[] lanes, int first) {
    DoubleVector s0 = DoubleVector.fromArray(DOUBLES, lanes, first);
    DoubleVector s1 = DoubleVector.fromArray(DOUBLES, lanes, first + WIDTH);
    long next = (long) WIDTH * Float.BYTES;
    long bytes = count * Float.BYTES;
    for (long i = 0; i < bytes; i += STEP) {
      DoubleVector v0 = load(x + i);
      DoubleVector v1 = load(x + i + next);
      s0 = v0.fma(v0, s0);
      s1 = v1.fma(v1, s1);
    }
    DOUBLE_VECTOR.cast(s0).intoArray(lanes, first);
    DOUBLE_VECTOR.cast(s1).intoArray(lanes, first + WIDTH);
  }

  private static DoubleVector load(long address) {
    return (DoubleVector)
        FloatVector.fromMemorySegment(HALVES, Memory.ALL, address, Memory.ORDER)
            .convertShape(VectorOperators.F2D, DOUBLES, 0);
  }

  /// `Σ (a · b) · c`: the first product rounded, the second fused.
  static float scaledDot(long a, long b, long c, long count, float[] lanes) {
    Reduction.clear(lanes);
    long whole = (count - count % LANES) * Float.BYTES;
    for (int first = 0; first < LANES; first += VectorWidth.LANES) {
      long offset = (long) first * Float.BYTES;
      FloatVector sum = FloatVector.fromArray(VectorWidth.FLOATS, lanes, first);
      for (long i = offset; i < whole; i += STEP) {
        FloatVector scaled = Memory.load(a + i).mul(Memory.load(b + i));
        sum = scaled.fma(Memory.load(c + i), sum);
      }
      VectorWidth.FLOAT_VECTOR.cast(sum).intoArray(lanes, first);
    }
    long bytes = count * Float.BYTES;
    int lane = 0;
    for (long i = whole; i < bytes; i += Float.BYTES, lane++) {
      float scaled = Memory.get(a + i) * Memory.get(b + i);
      lanes[lane] = Math.fma(scaled, Memory.get(c + i), lanes[lane]);
    }
    return Reduction.tree(lanes);
  }
}
