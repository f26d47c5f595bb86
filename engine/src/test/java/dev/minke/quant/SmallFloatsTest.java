package dev.minke.quant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.Shared;
import dev.minke.tensor.Bf16;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Numbers of four, eight and sixteen bits against PyTorch and ml_dtypes
/// (`../shared/golden/formats`), every code of them.
class SmallFloatsTest {
  private static Vectors scalars() throws IOException {
    return new Vectors(Shared.shared("golden/formats/scalar.safetensors"));
  }

  private static Vectors fp8() throws IOException {
    return new Vectors(Shared.shared("golden/formats/fp8_blocks.safetensors"));
  }

  /// Equal bits; of NaN, sign and payload are free.
  private static void assertDecodes(int[] expected, IntFunction<Float> toFloat) {
    for (int code = 0; code < expected.length; code++) {
      float value = toFloat.apply(code);
      if (Float.isNaN(Float.intBitsToFloat(expected[code]))) {
        assertThat(value).as("code %d", code).isNaN();
      } else {
        assertThat(Float.floatToRawIntBits(value)).as("code %d", code).isEqualTo(expected[code]);
      }
    }
  }

  /// Equal codes, where the input is a number.
  private static void assertEncodes(int[] input, int[] expected, ToIntFunction<Float> encode) {
    for (int i = 0; i < input.length; i++) {
      float value = Float.intBitsToFloat(input[i]);
      if (!Float.isNaN(value)) {
        assertThat(encode.applyAsInt(value)).as("%h = %s", input[i], value).isEqualTo(expected[i]);
      }
    }
  }

  private static int[] codes(Vectors vectors, String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      byte[] bytes = vectors.bytes(arena, name).toArray(ValueLayout.JAVA_BYTE);
      int[] codes = new int[bytes.length];
      for (int i = 0; i < codes.length; i++) {
        codes[i] = bytes[i] & 0xFF;
      }
      return codes;
    }
  }

  @Test
  void everyCodeDecodesToTheGoldensBits() throws IOException {
    try (Vectors scalars = scalars()) {
      assertDecodes(scalars.bits("e4m3fn.decode_bits"), code -> E4M3.toFloat((byte) code));
      assertDecodes(scalars.bits("e5m2.decode_bits"), code -> E5M2.toFloat((byte) code));
      assertDecodes(scalars.bits("e8m0.decode_bits"), code -> E8M0.toFloat((byte) code));
      assertDecodes(scalars.bits("e2m1.decode_bits"), E2M1::toFloat);
    }
  }

  @Test
  void e4m3RoundsAsPyTorch() throws IOException {
    try (Vectors scalars = scalars()) {
      int[] input = scalars.bits("input_bits");
      assertEncodes(input, codes(scalars, "e4m3fn.encode_torch"), x -> E4M3.of(x) & 0xFF);
      assertEncodes(input, codes(scalars, "e4m3fn.encode_saturating"), x -> E4M3.of(x) & 0xFF);
    }
  }

  @Test
  void e8m0RoundsUpAndToNearestAsTheGolden() throws IOException {
    try (Vectors scalars = scalars()) {
      int[] input = scalars.bits("e8m0.input_bits");
      assertEncodes(input, codes(scalars, "e8m0.encode_ceil"), x -> E8M0.ceil(x) & 0xFF);
      assertEncodes(input, codes(scalars, "e8m0.encode_torch"), x -> E8M0.nearest(x) & 0xFF);
    }
  }

  @Test
  void sixteenBitsRoundAsPyTorch() throws IOException {
    try (Vectors scalars = scalars();
        Arena arena = Arena.ofConfined()) {
      int[] input = scalars.bits("input_bits");
      MemorySegment from = arena.allocate(4);
      MemorySegment to = arena.allocate(2);
      BlockEncoder half = (BlockEncoder) BlockFormats.byName("F16").orElseThrow();
      assertEncodes(
          input,
          scalars.bits("f16.encode"),
          x -> {
            from.set(ValueLayout.JAVA_FLOAT, 0, x);
            half.encode(from, 0, 1, to, 0);
            return to.get(ValueLayout.JAVA_SHORT, 0) & 0xFFFF;
          });
      assertEncodes(input, scalars.bits("bf16.encode"), x -> Bf16.of(x) & 0xFFFF);
      int[] halves = scalars.bits("f16.decode_input");
      assertDecodes(
          scalars.bits("f16.decode_bits"),
          i -> {
            to.set(ValueLayout.JAVA_SHORT, 0, (short) halves[i]);
            half.decode(to, 0, 1, from, 0);
            return from.get(ValueLayout.JAVA_FLOAT, 0);
          });
    }
  }

  @Test
  void notANumberStaysNone() {
    assertThat(E4M3.toFloat(E4M3.of(Float.NaN))).isNaN();
    assertThat(E8M0.toFloat(E8M0.ceil(Float.NaN))).isNaN();
    assertThat(E8M0.toFloat(E8M0.nearest(Float.NaN))).isNaN();
  }

  @ParameterizedTest
  @CsvSource({"0x1p-127f,0", "0x1.000004p-127f,1", "0x1p-126f,1", "0x1.8p127f,254"})
  void aScaleIsNeverBelowItsNumber(String value, int code) {
    assertThat(E8M0.ceil(Float.parseFloat(value)) & 0xFF).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.f32", "a.ue8m0", "b.f32", "b.ue8m0", "c.f32", "c.ue8m0"})
  void activationsRoundToTheGoldensBytes(String name) throws IOException {
    try (Vectors fp8 = fp8()) {
      int[] x = fp8.bits("activation." + name.charAt(0) + ".x");
      int[] scales = fp8.bits("activation." + name + ".scale");
      int columns = Math.toIntExact(fp8.shape("activation." + name + ".q").getLast());
      int tiles = Math.ceilDiv(columns, Fp8Blocks.ELEMENTS);
      int[] codes = codes(fp8, "activation." + name + ".q");
      for (int i = 0; i < x.length; i++) {
        int tile = i / columns * tiles + i % columns / Fp8Blocks.ELEMENTS;
        float quotient = Float.intBitsToFloat(x[i]) / Float.intBitsToFloat(scales[tile]);
        assertThat(E4M3.of(quotient) & 0xFF).as("element %d", i).isEqualTo(codes[i]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.f32", "a.ue8m0", "b.f32", "b.ue8m0", "c.f32", "c.ue8m0"})
  void wovenRowsDecodeToTheGoldensBits(String name) throws IOException {
    try (Vectors fp8 = fp8();
        Arena arena = Arena.ofConfined()) {
      MemorySegment codes = fp8.bytes(arena, "activation." + name + ".q");
      MemorySegment scales = fp8.bytes(arena, "activation." + name + ".scale");
      int rows = Math.toIntExact(fp8.shape("activation." + name + ".q").getFirst());
      int columns = Math.toIntExact(fp8.shape("activation." + name + ".q").getLast());
      int[] expected = fp8.bits("activation." + name + ".dequant");
      Fp8Blocks format = new Fp8Blocks();
      int blocks = format.blocks(columns);
      MemorySegment row = arena.allocate(format.rowBytes(columns));
      MemorySegment decoded = arena.allocate(4L * blocks * format.blockElements());
      for (int r = 0; r < rows; r++) {
        for (int block = 0; block < blocks; block++) {
          long at = (long) block * format.blockBytes();
          int first = block * Fp8Blocks.ELEMENTS;
          int length = Math.min(columns - first, Fp8Blocks.ELEMENTS);
          long scale = ((long) r * blocks + block) * Fp8Blocks.SCALE_BYTES;
          MemorySegment.copy(scales, scale, row, at, Fp8Blocks.SCALE_BYTES);
          MemorySegment.copy(
              codes, (long) r * columns + first, row, at + Fp8Blocks.SCALE_BYTES, length);
        }
        format.decode(row, 0, blocks, decoded, 0);
        for (int column = 0; column < columns; column++) {
          assertThat(decoded.getAtIndex(ValueLayout.JAVA_INT, column))
              .as("row %d, column %d", r, column)
              .isEqualTo(expected[r * columns + column]);
        }
      }
    }
  }
}
