package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.RowLoops.vectors;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Turns pairs by the angle of a position: `(e, o)` to `(e cos - o sin, e sin + o cos)`, with the
/// product of `e` fused and that of `o` rounded.
///
/// In a vector both elements of a pair hold its `e`, or its `o`, and the factors beside them come
/// out of the table: `(cos, sin)` for `e`, and the same exchanged and negated, `(-sin, cos)`, for
/// `o`. Turning back negates the sines.
final class RotaryPairs {
  private static final long BYTES = VectorWidth.BYTES;

  private static final VectorShuffle<Float> EVENS = evens(VectorWidth.FLOATS);
  private static final VectorShuffle<Float> ODDS = odds(VectorWidth.FLOATS);
  private static final VectorShuffle<Float> EXCHANGED = exchanged(VectorWidth.FLOATS);

  /// For what is left of a row: the smallest models turn 8 elements of a head.
  private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;

  private static final long FOUR_BYTES = 4L * Float.BYTES;
  private static final VectorShuffle<Float> FOUR_EVENS = evens(FOUR);
  private static final VectorShuffle<Float> FOUR_ODDS = odds(FOUR);
  private static final VectorShuffle<Float> FOUR_EXCHANGED = exchanged(FOUR);

  private final float[] table;
  private final int ropeDim;
  private final float evenSign;
  private final float oddSign;
  private final float[] ofEvens = new float[VectorWidth.LANES];
  private final float[] ofOdds = new float[VectorWidth.LANES];

  /// @param table `[positions, ropeDim / 2, 2]`, see [RotationTables]
  /// @param inverse turn back
  RotaryPairs(float[] table, int ropeDim, boolean inverse) {
    this.table = table;
    this.ropeDim = ropeDim;
    evenSign = inverse ? 1 : -1;
    oddSign = -evenSign;
    for (int lane = 0; lane < VectorWidth.LANES; lane += 2) {
      ofEvens[lane] = 1;
      ofEvens[lane + 1] = oddSign;
      ofOdds[lane] = evenSign;
      ofOdds[lane + 1] = 1;
    }
  }

  private static VectorShuffle<Float> evens(VectorSpecies<Float> species) {
    return VectorShuffle.fromOp(species, i -> i & ~1);
  }

  private static VectorShuffle<Float> odds(VectorSpecies<Float> species) {
    return VectorShuffle.fromOp(species, i -> i | 1);
  }

  private static VectorShuffle<Float> exchanged(VectorSpecies<Float> species) {
    return VectorShuffle.fromOp(species, i -> i ^ 1);
  }

  /// Turns rows of one position in place.
  ///
  /// @param stride bytes between rows
  void turn(long rows, long stride, long count, int position) {
    int first = position * ropeDim;
    long bytes = (long) ropeDim * Float.BYTES;
    long vectors = vectors(bytes);
    long i = 0;
    for (; i < vectors; i += BYTES) {
      turnVectors(rows + i, stride, count, first + (int) (i / Float.BYTES));
    }
    for (; i + FOUR_BYTES <= bytes; i += FOUR_BYTES) {
      turnFours(rows + i, stride, count, first + (int) (i / Float.BYTES));
    }
    for (; i < bytes; i += 2 * Float.BYTES) {
      turnPairs(rows + i, stride, count, first + (int) (i / Float.BYTES));
    }
  }

  private void turnVectors(long x, long stride, long count, int first) {
    FloatVector turns = FloatVector.fromArray(VectorWidth.FLOATS, table, first);
    FloatVector ofEven = turns.mul(FloatVector.fromArray(VectorWidth.FLOATS, ofEvens, 0));
    FloatVector ofOdd =
        turns.rearrange(EXCHANGED).mul(FloatVector.fromArray(VectorWidth.FLOATS, ofOdds, 0));
    long end = x + count * stride;
    for (long row = x; row < end; row += stride) {
      FloatVector values = Memory.load(row);
      FloatVector odd = values.rearrange(ODDS).mul(ofOdd);
      Memory.store(values.rearrange(EVENS).fma(ofEven, odd), row);
    }
  }

  private void turnFours(long x, long stride, long count, int first) {
    FloatVector turns = FloatVector.fromArray(FOUR, table, first);
    FloatVector ofEven = turns.mul(FloatVector.fromArray(FOUR, ofEvens, 0));
    FloatVector ofOdd = turns.rearrange(FOUR_EXCHANGED).mul(FloatVector.fromArray(FOUR, ofOdds, 0));
    long end = x + count * stride;
    for (long row = x; row < end; row += stride) {
      FloatVector values = FloatVector.fromMemorySegment(FOUR, Memory.ALL, row, Memory.ORDER);
      FloatVector odd = values.rearrange(FOUR_ODDS).mul(ofOdd);
      values
          .rearrange(FOUR_EVENS)
          .fma(ofEven, odd)
          .intoMemorySegment(Memory.ALL, row, Memory.ORDER);
    }
  }

  private void turnPairs(long x, long stride, long count, int first) {
    float cos = table[first];
    float sin = table[first + 1] * oddSign;
    long end = x + count * stride;
    for (long row = x; row < end; row += stride) {
      float e = Memory.get(row);
      float o = Memory.get(row + Float.BYTES);
      Memory.set(row, Math.fma(e, cos, -(o * sin)));
      Memory.set(row + Float.BYTES, Math.fma(e, sin, o * cos));
    }
  }
}
