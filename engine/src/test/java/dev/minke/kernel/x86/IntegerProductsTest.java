package dev.minke.kernel.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.minke.tensor.RandomStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever the instructions and however many rows at once, a product has the same bits.
/// `StoredProductsTest` holds those of the best instructions against the reference.
class IntegerProductsTest {
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  private static final int DEPTH = 512;
  private static final int STRIPS = 3;
  private static final int COLUMNS = STRIPS * StripFormat.ROWS;

  static Stream<Arguments> cases() {
    return IntegerProducts.all().stream()
        .flatMap(products ->
            Stream.of(StripFormat.values())
                .flatMap(format ->
                    IntStream.rangeClosed(1, products.rows())
                        .mapToObj(
                            rows -> Arguments.of(products.describe(), format, rows, products))));
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("cases")
  void rowsTogetherAreRowsApart(
      String name, StripFormat format, int rows, IntegerProducts products) {
    List<IntegerProducts> all = IntegerProducts.all();
    assumeThat(all).isNotEmpty();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment weights = weights(format, arena);
      MemorySegment rounded = rounded(rows, arena);
      float[] expected = new float[rows * COLUMNS];
      for (int row = 0; row < rows; row++) {
        float[] apart = product(all.getLast(), format, weights, rounded, row, 1, arena);
        System.arraycopy(apart, 0, expected, row * COLUMNS, COLUMNS);
      }
      assertThat(expected).doesNotContain(0).doesNotContain(Float.NaN);
      assertThat(product(products, format, weights, rounded, 0, rows, arena)).isEqualTo(expected);
    }
  }

  private static float[] product(
      IntegerProducts products,
      StripFormat format,
      MemorySegment weights,
      MemorySegment rounded,
      int first,
      int rows,
      Arena arena) {
    MemorySegment out = arena.allocate(4L * rows * COLUMNS, 64);
    MemorySegment arguments = arena.allocate(IntegerProducts.ARGUMENT_BYTES, 64);
    long stride = RoundedRun.rowBytes(DEPTH);
    products.multiply(
        format,
        new IntegerProducts.Call(
            rows,
            weights.address(),
            STRIPS,
            DEPTH,
            rounded.address() + first * stride,
            stride,
            out.address(),
            4L * COLUMNS),
        arguments.address(),
        ALL);
    return out.toArray(ValueLayout.JAVA_FLOAT);
  }

  /// Random bytes; every short that can be a scale in F16 is made a moderate one by its exponent,
  /// whatever else it is part of.
  private static MemorySegment weights(StripFormat format, Arena arena) {
    long blocks = STRIPS * (long) DEPTH / format.blockElements();
    MemorySegment weights = random(blocks * format.blockBytes(), 1, arena);
    for (long i = 0; i < weights.byteSize(); i += Short.BYTES) {
      short bits = weights.get(ValueLayout.JAVA_SHORT, i);
      weights.set(ValueLayout.JAVA_SHORT, i, (short) (bits & 0xBFFF));
    }
    return weights;
  }

  /// Numbers over all of eight bits but -128, which rounding does not give, with their true sums.
  private static MemorySegment rounded(int rows, Arena arena) {
    MemorySegment rounded = random(rows * RoundedRun.rowBytes(DEPTH), 2, arena);
    for (long run = 0; run < rounded.byteSize(); run += RoundedRun.BYTES) {
      int[] sums = new int[2];
      for (int i = 0; i < RoundedRun.ELEMENTS; i++) {
        byte number = rounded.get(ValueLayout.JAVA_BYTE, run + i);
        byte kept = (byte) Math.max(number, -127);
        rounded.set(ValueLayout.JAVA_BYTE, run + i, kept);
        sums[i / 16] += kept;
      }
      float scale = 0.01f + (run % 7) / 100f;
      rounded.set(ValueLayout.JAVA_FLOAT, run + RoundedRun.SCALE, scale);
      rounded.set(ValueLayout.JAVA_INT, run + RoundedRun.HALF_SUM, sums[0]);
      rounded.set(ValueLayout.JAVA_INT, run + RoundedRun.HALF_SUM + 4, sums[1]);
      rounded.set(ValueLayout.JAVA_INT, run + RoundedRun.SUM, sums[0] + sums[1]);
    }
    return rounded;
  }

  private static MemorySegment random(long bytes, long seed, Arena arena) {
    MemorySegment memory = arena.allocate(bytes, 64);
    RandomStream random = new RandomStream(seed, 7);
    for (long i = 0; i < bytes; i++) {
      memory.set(ValueLayout.JAVA_BYTE, i, (byte) (256 * random.uniform(i)));
    }
    return memory;
  }
}
