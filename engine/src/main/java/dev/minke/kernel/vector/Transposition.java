package dev.minke.kernel.vector;

import static dev.minke.kernel.vector.Memory.ADDRESS;
import static dev.minke.kernel.vector.Memory.ALL;
import static dev.minke.kernel.vector.Memory.ORDER;
import static dev.minke.kernel.vector.Memory.STEPS;
import static dev.minke.kernel.vector.Memory.STRIDE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Eight rows that become eight columns, 16 elements of each at a time, by permutations of two
/// vectors: three times as fast as element by element.
///
/// Only for vectors of 512 bits, which have such permutations as one instruction; narrower ones are
/// turned element by element in [Tiles]. Elements are moved as ints, since a permutation of floats
/// takes its indices as floats.
final class Transposition {
  /// Whether vectors are wide enough.
  static final boolean IS_HERE = VectorWidth.LANES == 16;

  /// Elements of a row that are moved together.
  static final int STEP = 16;

  /// Rows that are moved together.
  static final int ROWS = 8;

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;

  /// Two vectors become one, by elements, by pairs and by fours in turn; of each vector the lower
  /// half or the upper half.
  private static final IntVector LOWER_ONES = turns(1, 0);

  private static final IntVector UPPER_ONES = turns(1, 8);
  private static final IntVector LOWER_TWOS = turns(2, 0);
  private static final IntVector UPPER_TWOS = turns(2, 8);
  private static final IntVector LOWER_FOURS = turns(4, 0);
  private static final IntVector UPPER_FOURS = turns(4, 8);

  private Transposition() {}

  /// Indices that take `run` elements of one vector, then as many of the other, from element
  /// `first` on.
  private static IntVector turns(int run, int first) {
    int[] indices = new int[STEP];
    for (int i = 0; i < STEP; i++) {
      int inRun = i % run;
      int pair = i / (2 * run);
      boolean isOther = i / run % 2 == 1;
      indices[i] = first + pair * run + inRun + (isOther ? STEP : 0);
    }
    return IntVector.fromArray(INTS, indices, 0);
  }

  /// `to[k][r] = a[r][k]` for eight rows.
  ///
  /// @param rowBytes bytes between rows
  /// @param depth a multiple of [#STEP]
  /// @param to `[depth, 8]`
  static void eight(long a, long rowBytes, int depth, long to) {
    rowBytes &= STRIDE;
    long a0 = a & ADDRESS;
    long a1 = (a + rowBytes) & ADDRESS;
    long a2 = (a + 2 * rowBytes) & ADDRESS;
    long a3 = (a + 3 * rowBytes) & ADDRESS;
    long a4 = (a + 4 * rowBytes) & ADDRESS;
    long a5 = (a + 5 * rowBytes) & ADDRESS;
    long a6 = (a + 6 * rowBytes) & ADDRESS;
    long a7 = (a + 7 * rowBytes) & ADDRESS;
    to &= ADDRESS;
    for (int k = 0; k < depth; k += STEP) {
      long from = (k & STEPS) * (long) Float.BYTES;
      IntVector r0 = IntVector.fromMemorySegment(INTS, ALL, a0 + from, ORDER);
      IntVector r1 = IntVector.fromMemorySegment(INTS, ALL, a1 + from, ORDER);
      IntVector r2 = IntVector.fromMemorySegment(INTS, ALL, a2 + from, ORDER);
      IntVector r3 = IntVector.fromMemorySegment(INTS, ALL, a3 + from, ORDER);
      IntVector lower01 = LOWER_ONES.selectFrom(r0, r1);
      IntVector upper01 = UPPER_ONES.selectFrom(r0, r1);
      IntVector lower23 = LOWER_ONES.selectFrom(r2, r3);
      IntVector upper23 = UPPER_ONES.selectFrom(r2, r3);
      // Rows 0 to 3 at four k each.
      IntVector p0 = LOWER_TWOS.selectFrom(lower01, lower23);
      IntVector p1 = UPPER_TWOS.selectFrom(lower01, lower23);
      IntVector p2 = LOWER_TWOS.selectFrom(upper01, upper23);
      IntVector p3 = UPPER_TWOS.selectFrom(upper01, upper23);
      IntVector r4 = IntVector.fromMemorySegment(INTS, ALL, a4 + from, ORDER);
      IntVector r5 = IntVector.fromMemorySegment(INTS, ALL, a5 + from, ORDER);
      IntVector r6 = IntVector.fromMemorySegment(INTS, ALL, a6 + from, ORDER);
      IntVector r7 = IntVector.fromMemorySegment(INTS, ALL, a7 + from, ORDER);
      IntVector lower45 = LOWER_ONES.selectFrom(r4, r5);
      IntVector upper45 = UPPER_ONES.selectFrom(r4, r5);
      IntVector lower67 = LOWER_ONES.selectFrom(r6, r7);
      IntVector upper67 = UPPER_ONES.selectFrom(r6, r7);
      IntVector q0 = LOWER_TWOS.selectFrom(lower45, lower67);
      IntVector q1 = UPPER_TWOS.selectFrom(lower45, lower67);
      IntVector q2 = LOWER_TWOS.selectFrom(upper45, upper67);
      IntVector q3 = UPPER_TWOS.selectFrom(upper45, upper67);
      long at = to + from * ROWS;
      LOWER_FOURS.selectFrom(p0, q0).intoMemorySegment(ALL, at, ORDER);
      UPPER_FOURS.selectFrom(p0, q0).intoMemorySegment(ALL, at + 64, ORDER);
      LOWER_FOURS.selectFrom(p1, q1).intoMemorySegment(ALL, at + 128, ORDER);
      UPPER_FOURS.selectFrom(p1, q1).intoMemorySegment(ALL, at + 192, ORDER);
      LOWER_FOURS.selectFrom(p2, q2).intoMemorySegment(ALL, at + 256, ORDER);
      UPPER_FOURS.selectFrom(p2, q2).intoMemorySegment(ALL, at + 320, ORDER);
      LOWER_FOURS.selectFrom(p3, q3).intoMemorySegment(ALL, at + 384, ORDER);
      UPPER_FOURS.selectFrom(p3, q3).intoMemorySegment(ALL, at + 448, ORDER);
    }
  }

  /// Four groups of eight columns, as [#eight] gives them, side by side: `to[k][g * 8 + r] =
  /// groups[g][k][r]`.
  ///
  /// @param groups `[4, depth, 8]`
  /// @param to `[depth, 32]`
  static void join(long groups, int depth, long to) {
    long width = ROWS * (long) Float.BYTES;
    long g0 = groups & ADDRESS;
    long g1 = (groups + depth * width) & ADDRESS;
    long g2 = (groups + 2 * depth * width) & ADDRESS;
    long g3 = (groups + 3 * depth * width) & ADDRESS;
    to &= ADDRESS;
    for (int k = 0; k < depth; k++) {
      long from = (k & STEPS) * width;
      long at = to + 4 * from;
      FloatVector.fromMemorySegment(EIGHT, ALL, g0 + from, ORDER).intoMemorySegment(ALL, at, ORDER);
      FloatVector.fromMemorySegment(EIGHT, ALL, g1 + from, ORDER)
          .intoMemorySegment(ALL, at + width, ORDER);
      FloatVector.fromMemorySegment(EIGHT, ALL, g2 + from, ORDER)
          .intoMemorySegment(ALL, at + 2 * width, ORDER);
      FloatVector.fromMemorySegment(EIGHT, ALL, g3 + from, ORDER)
          .intoMemorySegment(ALL, at + 3 * width, ORDER);
    }
  }
}
