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
  private static final long HALF_BYTES = (long) WIDTH * Float.BYTES;

  /// Vectors that hold the lanes of a row: 2, 4 or 8.
  private static final int VECTORS = LANES / WIDTH;

  /// Rows at once: four chains are in flight.
  private static final int ROWS = VECTORS == 2 ? 2 : 1;

  /// See [VectorWidth#FLOAT_VECTOR].
  private static final Class<? extends DoubleVector> DOUBLE_VECTOR =
      DoubleVector.zero(DOUBLES).getClass();

  private SquareSums() {}

  /// `Σ x²` of rows in double.
  ///
  /// @param sums gets those of rows `from … to-1` at their places
  static void ofRows(FloatRows rows, long from, long to, double[] sums) {
    double[] lanes = new double[ROWS * LANES];
    for (long row = from; row < to; row += ROWS) {
      long other = ROWS == 2 && row + 1 < to ? row + 1 : row;
      addWhole(rows.row(row), rows.row(other), rows.columns(), lanes);
      if (ROWS == 2) {
        sums[(int) other] = finish(rows.row(other), rows.columns(), lanes, LANES);
      }
      sums[(int) row] = finish(rows.row(row), rows.columns(), lanes, 0);
    }
  }

  /// Sets the lanes of a row, or of two, to the sums over whole steps.
  private static void addWhole(long x, long y, int columns, double[] lanes) {
    int steps = columns / LANES;
    if (ROWS == 2) {
      addSquares(x, y, steps, lanes, 0);
      return;
    }
    for (int first = 0; first < LANES; first += 4 * WIDTH) {
      long from = x + (long) first * Float.BYTES;
      addSquares(from, from + 2 * HALF_BYTES, steps, lanes, first);
    }
  }

  /// Two vectors of lanes at `x`, two at `y`.
  private static void addSquares(long x, long y, int steps, double[] lanes, int first) {
    DoubleVector s0 = DoubleVector.zero(DOUBLES);
    DoubleVector s1 = s0;
    DoubleVector s2 = s0;
    DoubleVector s3 = s0;
    for (int k = 0; k < steps; k++) {
      long a = (x & Memory.ADDRESS) + (k & Memory.STEPS) * STEP;
      long b = (y & Memory.ADDRESS) + (k & Memory.STEPS) * STEP;
      DoubleVector v0 = load(a);
      DoubleVector v1 = load(a + HALF_BYTES);
      DoubleVector v2 = load(b);
      DoubleVector v3 = load(b + HALF_BYTES);
      s0 = v0.fma(v0, s0);
      s1 = v1.fma(v1, s1);
      s2 = v2.fma(v2, s2);
      s3 = v3.fma(v3, s3);
    }
    DOUBLE_VECTOR.cast(s0).intoArray(lanes, first);
    DOUBLE_VECTOR.cast(s1).intoArray(lanes, first + WIDTH);
    DOUBLE_VECTOR.cast(s2).intoArray(lanes, first + 2 * WIDTH);
    DOUBLE_VECTOR.cast(s3).intoArray(lanes, first + 3 * WIDTH);
  }

  /// Adds the last elements of a row to its lanes, and the lanes by the tree.
  private static double finish(long x, int columns, double[] lanes, int first) {
    int whole = columns - columns % LANES;
    for (int i = whole; i < columns; i++) {
      double value = Memory.get(x + (long) i * Float.BYTES);
      int lane = first + i - whole;
      lanes[lane] = Math.fma(value, value, lanes[lane]);
    }
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int j = first; j < first + half; j++) {
        lanes[j] += lanes[j + half];
      }
    }
    return lanes[first];
  }

  private static DoubleVector load(long address) {
    return DOUBLE_VECTOR.cast(
        FloatVector.fromMemorySegment(HALVES, Memory.ALL, address, Memory.ORDER)
            .convertShape(VectorOperators.F2D, DOUBLES, 0));
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
