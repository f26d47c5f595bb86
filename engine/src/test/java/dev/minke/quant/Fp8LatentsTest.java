package dev.minke.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.tensor.RandomStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The layout is DeepSeek's, and a number the nearest of those that it can be.
class Fp8LatentsTest {
  /// 448, 1/64 and the steps below: every number of E4M3, from its definition.
  private static final double[] NUMBERS = new double[256];

  static {
    for (int code = 0; code < 256; code++) {
      int exponent = code >> 3 & 15;
      double fraction = (code & 7) / 8.0;
      double magnitude = exponent == 0 ? fraction / 64 : Math.scalb(1 + fraction, exponent - 7);
      NUMBERS[code] = (code & 127) == 127 ? Double.NaN : code < 128 ? magnitude : -magnitude;
    }
  }

  private static float[] there(Fp8Latents layout, float[] numbers, MemorySegment row) {
    MemorySegment floats = MemorySegment.ofArray(numbers.clone());
    layout.encode(floats, 0, row, 0);
    float[] back = new float[numbers.length];
    layout.decode(row, 0, MemorySegment.ofArray(back), 0);
    return back;
  }

  @Test
  void aRowOfV3Takes656Bytes() {
    Fp8Latents layout = new Fp8Latents(512, 64);
    assertThat(layout.scalesAt()).isEqualTo(512);
    assertThat(layout.positionAt()).isEqualTo(528);
    assertThat(layout.bytes()).isEqualTo(656);
  }

  @Test
  void runsMayBeShortAndRowsAreWholeWords() {
    assertThat(new Fp8Latents(128, 4).bytes()).isEqualTo(128 + 4 + 8);
    assertThat(new Fp8Latents(129, 4).bytes()).isEqualTo(132 + 8 + 8);
    assertThat(new Fp8Latents(1, 3).bytes()).isEqualTo(4 + 4 + 8);
    assertThatThrownBy(() -> new Fp8Latents(0, 4)).hasMessageContaining("found 0 and 4");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 127, 128, 129, 300, 512})
  void everyNumberIsTheNearestOfItsRun(int latentDim) {
    Fp8Latents layout = new Fp8Latents(latentDim, 6);
    RandomStream random = new RandomStream(latentDim, 1);
    float[] numbers = new float[latentDim + 6];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (random.normal(i) * Math.pow(10, i % 7 - 4));
    }
    try (Arena arena = Arena.ofConfined()) {
      float[] back = there(layout, numbers, arena.allocate(layout.bytes(), 4));
      for (int first = 0; first < latentDim; first += 128) {
        int end = Math.min(latentDim, first + 128);
        double largest = 0;
        for (int i = first; i < end; i++) {
          largest = Math.max(largest, Math.abs(numbers[i]));
        }
        float scale = (float) (largest / 448);
        for (int i = first; i < end; i++) {
          float unit = numbers[i] / scale;
          double least =
              Arrays.stream(NUMBERS)
                  .filter(number -> !Double.isNaN(number))
                  .map(number -> Math.abs(number - unit))
                  .min()
                  .orElseThrow();
          double code = (double) back[i] / scale;
          assertThat(Math.abs(code - unit))
              .as("number %d, %s", i, numbers[i])
              .isLessThanOrEqualTo(least + 1e-6 * Math.abs(unit));
        }
      }
      for (int i = latentDim; i < numbers.length; i++) {
        assertThat(back[i])
            .isCloseTo(numbers[i], org.assertj.core.data.Percentage.withPercentage(0.4));
        assertThat(Float.floatToIntBits(back[i]) & 0xFFFF).isZero();
      }
    }
  }

  @Test
  void tiesGoToTheEvenCode() {
    // With 448 among them the scale is 1: between 1 and 1.125, and between 1.125 and 1.25.
    float[] numbers = {448, 1.0625f, 1.1875f, -1.0625f, 0x1p-10f, 0x1.8p-9f};
    Fp8Latents layout = new Fp8Latents(6, 0);
    try (Arena arena = Arena.ofConfined()) {
      float[] back = there(layout, numbers, arena.allocate(layout.bytes(), 4));
      assertThat(back).containsExactly(448, 1, 1.25f, -1, 0, 0x1p-8f);
    }
  }

  @Test
  void aRunOfZerosIsZeroAndOneThatIsNotFiniteIsNoNumber() {
    Fp8Latents layout = new Fp8Latents(384, 0);
    float[] numbers = new float[384];
    Arrays.fill(numbers, 128, 384, 1);
    numbers[130] = Float.NEGATIVE_INFINITY;
    numbers[257] = Float.NaN;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment row = arena.allocate(layout.bytes(), 4);
      float[] back = there(layout, numbers, row);
      assertThat(Arrays.copyOf(back, 128)).containsOnly(0);
      assertThat(Arrays.copyOfRange(back, 128, 384)).containsOnly(Float.NaN);
      assertThat(row.get(ValueLayout.JAVA_FLOAT, 384)).isZero();
    }
  }
}
