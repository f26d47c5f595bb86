package dev.minke.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

/// One exponential, in vectors and in numbers.
class ExponentialTest {
  /// Every so many floats of both signs between tiny and beyond the clamps: a prime, so that the
  /// low bits vary.
  private static final int STRIDE = 4999;

  private static final int PIECE = 1021;

  @Test
  void vectorsAndNumbersHaveTheSameBitsAndAreWithinOneUnitOfTheTruth() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor x = Tensor.allocate(arena, DType.F32, Shape.of(PIECE));
      Tensor out = Tensor.allocate(arena, DType.F32, Shape.of(PIECE));
      int last = Float.floatToRawIntBits(120f);
      int bits = Float.floatToRawIntBits(1e-12f);
      while (bits < last) {
        for (int i = 0; i < PIECE; i++, bits = Math.min(bits + STRIDE, last)) {
          x.set(0, i, Float.intBitsToFloat(i % 2 == 0 ? bits : bits | Integer.MIN_VALUE));
        }
        Exponential.exp(x.address(), 1, 0, out.address(), PIECE);
        requirePanel(x, out);
        for (int i = 0; i < PIECE; i++) {
          requireTrue(x.getFloat(0, i), out.getFloat(0, i));
        }
      }
    }
  }

  /// A panel of these numbers, shifted by one number a column or by one an element, gives the same
  /// bits as a row.
  private static void requirePanel(Tensor x, Tensor out) {
    int columns = Tiles.COLUMNS;
    int rows = PIECE / columns;
    try (Arena arena = Arena.ofConfined()) {
      Tensor panel = Tensor.allocate(arena, DType.F32, Shape.of(rows, columns));
      Tensor shifts = Tensor.allocate(arena, DType.F32, Shape.of(rows, columns));
      for (long ofShifts : new long[] {Exponential.PER_COLUMN, Exponential.PER_ELEMENT}) {
        for (int i = 0; i < rows * columns; i++) {
          shifts.set(i / columns, i % columns, i % 7);
          panel.set(i / columns, i % columns, x.getFloat(0, i) * 2);
        }
        Exponential.expOfPanel(panel.address(), 0.5f, shifts.address(), ofShifts, rows);
        for (int i = 0; i < rows * columns; i++) {
          int shift = (ofShifts == Exponential.PER_COLUMN ? i % columns : i) % 7;
          float number = x.getFloat(0, i);
          float expected = shift == 0 ? out.getFloat(0, i) : Exponential.exp(number - shift);
          assertThat(Float.floatToRawIntBits(panel.getFloat(i / columns, i % columns)))
              .as("exp(%s - %d)", number, shift)
              .isEqualTo(Float.floatToRawIntBits(expected));
        }
      }
    }
  }

  private static void requireTrue(float x, float vector) {
    float scalar = Exponential.exp(x);
    assertThat(Float.floatToRawIntBits(vector))
        .as("exp(%s)", x)
        .isEqualTo(Float.floatToRawIntBits(scalar));
    double truth = StrictMath.exp(x);
    if (truth > 1.3e-38 && truth < 2e38) {
      double unit = Math.ulp((float) truth);
      assertThat(Math.abs(scalar - truth)).as("exp(%s)", x).isLessThan(unit);
    }
  }

  @Test
  void resultsAreNormalAndFiniteForEveryNumberAndNoNumberStaysNone() {
    assertThat(Exponential.exp(Float.NEGATIVE_INFINITY)).isBetween(Float.MIN_NORMAL, 1.3e-38f);
    assertThat(Exponential.exp(Float.POSITIVE_INFINITY)).isBetween(2e38f, Float.MAX_VALUE);
    assertThat(Exponential.exp(0)).isEqualTo(1);
    assertThat(Exponential.exp(Float.NaN)).isNaN();
    try (Arena arena = Arena.ofConfined()) {
      long x = Memory.allocateFloats(arena, Tiles.COLUMNS);
      long zeros = Memory.allocateFloats(arena, Tiles.COLUMNS);
      RowLoops.fill(x, Float.NaN, Tiles.COLUMNS);
      Exponential.exp(x, 1, 0, x, Tiles.COLUMNS);
      assertThat(Memory.get(x)).isNaN();
      Exponential.expOfPanel(x, 1, zeros, Exponential.PER_COLUMN, 1);
      assertThat(Memory.get(x)).isNaN();
      RowLoops.fill(x, Float.NEGATIVE_INFINITY, Tiles.COLUMNS);
      Exponential.exp(x, 1, 0, x, Tiles.COLUMNS);
      assertThat(Memory.get(x)).isEqualTo(Exponential.exp(Float.NEGATIVE_INFINITY));
      RowLoops.fill(x, Float.POSITIVE_INFINITY, Tiles.COLUMNS);
      Exponential.exp(x, 1, 0, x, Tiles.COLUMNS);
      assertThat(Memory.get(x)).isEqualTo(Exponential.exp(Float.POSITIVE_INFINITY));
    }
  }
}
