package dev.minke.quant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.Shared;
import dev.minke.tensor.BlockFormat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every format against gguf-py: the bits of each number, and the bytes of what is written.
class BlockFormatsTest {
  private static final byte UNTOUCHED = 0x5A;

  private static Vectors golden() throws IOException {
    return new Vectors(Shared.shared("golden/formats/gguf_blocks.safetensors"));
  }

  /// Formats that the golden lacks; see `grid_blocks.py` beside it.
  private static Vectors gridBlocks() throws IOException {
    try {
      return new Vectors(
          Path.of(
              Objects.requireNonNull(BlockFormatsTest.class.getResource("grid_blocks.safetensors"))
                  .toURI()));
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  private static BlockFormat format(String name) {
    return BlockFormats.byName(name).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Q8_0",
        "Q4_0",
        "Q4_1",
        "Q5_0",
        "Q5_1",
        "MXFP4",
        "BF16",
        "F16",
        "Q2_K.random",
        "Q3_K.random",
        "Q4_K.random",
        "Q5_K.random",
        "Q6_K.random",
        "IQ4_NL.random",
        "IQ4_XS.random",
        "Q2_K.llamacpp",
        "Q3_K.llamacpp",
        "Q4_K.llamacpp",
        "Q5_K.llamacpp",
        "Q6_K.llamacpp",
        "IQ4_NL.llamacpp",
        "IQ4_XS.llamacpp",
        "Q4_0.llamacpp",
        "Q8_0.llamacpp"
      })
  void blocksOfTheGoldenDecodeToItsBits(String name) throws IOException {
    try (Vectors golden = golden()) {
      assertDecodes(golden, name);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S", "TQ1_0", "TQ2_0", "Q8_K"
      })
  void randomBlocksDecodeToTheBitsOfGgufPy(String name) throws IOException {
    try (Vectors blocks = gridBlocks()) {
      assertDecodes(blocks, name);
    }
  }

  /// Decodes all blocks at once, from and to an odd address, and nothing beside them is touched.
  private static void assertDecodes(Vectors vectors, String name) throws IOException {
    BlockFormat format = format(name.split("\\.")[0]);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment raw = vectors.bytes(arena, name + ".raw");
      int blocks = Math.toIntExact(raw.byteSize() / format.blockBytes());
      assertThat(raw.byteSize()).isEqualTo((long) blocks * format.blockBytes());
      MemorySegment from = arena.allocate(raw.byteSize() + 3, 64);
      MemorySegment.copy(raw, 0, from, 3, raw.byteSize());
      long bytes = 4L * blocks * format.blockElements();
      MemorySegment to = arena.allocate(bytes + 10, 64).fill(UNTOUCHED);
      format.decode(from, 3, blocks, to, 5);
      assertThat(ints(to.asSlice(5, bytes))).isEqualTo(vectors.bits(name + ".values"));
      assertThat(to.asSlice(0, 5).toArray(ValueLayout.JAVA_BYTE)).containsOnly(UNTOUCHED);
      assertThat(to.asSlice(5 + bytes).toArray(ValueLayout.JAVA_BYTE)).containsOnly(UNTOUCHED);
    }
  }

  private static int[] ints(MemorySegment bytes) {
    return bytes.toArray(ValueLayout.JAVA_INT_UNALIGNED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "MXFP4", "BF16", "F16"})
  void writtenBlocksAreThoseOfGgufPy(String name) throws IOException {
    try (Vectors golden = golden();
        Arena arena = Arena.ofConfined()) {
      MemorySegment source = golden.bytes(arena, name + ".source");
      MemorySegment raw = golden.bytes(arena, name + ".raw");
      BlockEncoder encoder = (BlockEncoder) format(name);
      int blocks = Math.toIntExact(raw.byteSize() / encoder.blockBytes());
      MemorySegment from = arena.allocate(source.byteSize() + 3, 64);
      MemorySegment.copy(source, 0, from, 3, source.byteSize());
      MemorySegment to = arena.allocate(raw.byteSize() + 1, 64);
      encoder.encode(from, 3, blocks, to, 1);
      assertThat(to.asSlice(1).toArray(ValueLayout.JAVA_BYTE))
          .isEqualTo(raw.toArray(ValueLayout.JAVA_BYTE));
    }
  }

  static Stream<BlockFormat> formats() {
    return IntStream.range(0, 64).mapToObj(BlockFormats::byGgmlType).flatMap(Optional::stream);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void aBlockDecodesTheSameAloneAndAmongOthers(BlockFormat format) {
    int blocks = 7;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocate((long) blocks * format.blockBytes());
      for (long i = 0; i < from.byteSize(); i++) {
        from.set(ValueLayout.JAVA_BYTE, i, (byte) (i * i * 31 + i * 7));
      }
      long bytes = 4L * format.blockElements();
      MemorySegment together = arena.allocate(blocks * bytes);
      MemorySegment alone = arena.allocate(blocks * bytes);
      format.decode(from, 0, blocks, together, 0);
      for (int block = blocks - 1; block >= 0; block--) {
        format.decode(from, (long) block * format.blockBytes(), 1, alone, block * bytes);
      }
      assertThat(ints(alone)).isEqualTo(ints(together));
    }
  }

  @Test
  void gridsAreThoseOfGgufPy() throws IOException, NoSuchAlgorithmException {
    try (Vectors blocks = gridBlocks()) {
      assertGrid(blocks, "IQ1_S", IQ1_S.GRID, 8);
      assertGrid(blocks, "IQ2_XXS", IQ2_XXS.GRID, 8);
      assertGrid(blocks, "IQ2_XS", IQ2_XS.GRID, 8);
      assertGrid(blocks, "IQ2_S", IQ2_S.GRID, 8);
      assertGrid(blocks, "IQ3_XXS", IQ3_XXS.GRID, 4);
      assertGrid(blocks, "IQ3_S", IQ3_S.GRID, 4);
    }
  }

  private static void assertGrid(Vectors blocks, String name, long[] points, int coordinates)
      throws NoSuchAlgorithmException {
    byte[] bytes = new byte[points.length * coordinates];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (points[i / coordinates] >>> 8 * (i % coordinates));
    }
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
    assertThat(HexFormat.of().formatHex(digest)).as(name).isEqualTo(blocks.metadata().get(name));
  }

  @Test
  void plainWideTypesAreCopiedAndRounded() {
    double[] numbers = {0, -0.0, 1, 0.1, Math.PI, 1e300, -1e-300, Double.POSITIVE_INFINITY};
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment wide = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, numbers);
      MemorySegment rounded = arena.allocate(4L * numbers.length);
      format("F64").decode(wide, 0, numbers.length, rounded, 0);
      MemorySegment copied = arena.allocate(4L * numbers.length);
      format("F32").decode(rounded, 0, numbers.length, copied, 0);
      for (int i = 0; i < numbers.length; i++) {
        int expected = Float.floatToRawIntBits((float) numbers[i]);
        assertThat(ints(rounded)[i]).isEqualTo(expected);
        assertThat(ints(copied)[i]).isEqualTo(expected);
      }
    }
  }

  /// Numbers and sizes from gguf-py's `GGMLQuantizationType` and `GGML_QUANT_SIZES`.
  @ParameterizedTest
  @CsvSource({
    "0,F32,1,4",
    "1,F16,1,2",
    "2,Q4_0,32,18",
    "3,Q4_1,32,20",
    "6,Q5_0,32,22",
    "7,Q5_1,32,24",
    "8,Q8_0,32,34",
    "10,Q2_K,256,84",
    "11,Q3_K,256,110",
    "12,Q4_K,256,144",
    "13,Q5_K,256,176",
    "14,Q6_K,256,210",
    "15,Q8_K,256,292",
    "16,IQ2_XXS,256,66",
    "17,IQ2_XS,256,74",
    "18,IQ3_XXS,256,98",
    "19,IQ1_S,256,50",
    "20,IQ4_NL,32,18",
    "21,IQ3_S,256,110",
    "22,IQ2_S,256,82",
    "23,IQ4_XS,256,136",
    "28,F64,1,8",
    "29,IQ1_M,256,56",
    "30,BF16,1,2",
    "34,TQ1_0,256,54",
    "35,TQ2_0,256,66",
    "39,MXFP4,32,17"
  })
  void aNumberOfGgufNamesOneFormat(int type, String name, int elements, int bytes) {
    BlockFormat format = BlockFormats.byGgmlType(type).orElseThrow();
    assertThat(format.name()).isEqualTo(name);
    assertThat(format.blockElements()).isEqualTo(elements);
    assertThat(format.blockBytes()).isEqualTo(bytes);
    assertThat(BlockFormats.byName(name)).containsSame(format);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 4, 5, 9, 24, 31, 36, 40, 1 << 20})
  void otherNumbersNameNone(int type) {
    assertThat(BlockFormats.byGgmlType(type)).isEmpty();
  }

  @Test
  void otherNamesNameNone() {
    assertThat(BlockFormats.byName("Q4_0_4_8")).isEmpty();
    assertThat(BlockFormats.byName("q4_0")).isEmpty();
  }

  @Test
  void aRowEndsInAWholeBlock() {
    assertThat(format("Q4_K").rowBytes(256)).isEqualTo(144);
    assertThat(format("Q4_K").rowBytes(257)).isEqualTo(288);
    assertThat(format("F8_E4M3").rowBytes(576)).isEqualTo(5 * 132);
  }
}
