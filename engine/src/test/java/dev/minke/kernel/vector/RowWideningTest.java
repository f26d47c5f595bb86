package dev.minke.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.ChildJvm;
import dev.minke.quant.BlockFormats;
import dev.minke.tensor.BlockFormat;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Tensor;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Rows as they lie in files: the bits of every number are those of the format's decoder, whatever
/// the bytes of a block, at every width of vectors, for numbers of rows that fill no panel.
class RowWideningTest {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final int SENTINEL = 0x5EA1ED;
  private static final int GUARD = 64;

  /// Rows of one byte come first: zeros and ones alone, least and largest numbers, scales that are
  /// not finite.
  private static final int[] EVERY_BYTE = {0, 0xFF, 0x80, 0x7F, 0x01, 0x7B, 0xFB, 0x7C, 0x55};

  private static final int ROWS = EVERY_BYTE.length + 42;

  /// Formats that lie as in their files and are widened by vectors.
  static Stream<String> formats() {
    return Stream.of(
        "Q4_1", "Q5_1", "IQ4_NL", "MXFP4", "Q2_K", "Q3_K", "IQ4_XS", "F8_E4M3", "IQ1_S", "IQ1_M",
        "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S");
  }

  @ParameterizedTest
  @MethodSource("formats")
  void panelsAndRowsHaveTheBitsOfTheDecoder(String name) {
    assertThat(differences(name)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("formats")
  void vectorsWidenThem(String name) {
    assertThat(RowWidening.of(format(name))).isNotInstanceOf(OneByOne.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"128", "256", "512"})
  void everyWidthOfVectorsGivesThem(String bits) throws Exception {
    Assumptions.assumeTrue(
        VectorWidth.isSupported(Integer.parseInt(bits)), "this machine has no such vectors");
    List<String> options = List.of("-D" + VectorWidth.PROPERTY + "=" + bits);
    File errors = File.createTempFile("minke", ".err");
    Process child =
        new ProcessBuilder(ChildJvm.command(RowWideningTest.class, options))
            .redirectError(ProcessBuilder.Redirect.to(errors))
            .start();
    String printed =
        new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(child.waitFor()).as(Files.readString(errors.toPath())).isZero();
    assertThat(printed).isEqualTo(bits + " []");
  }

  /// What a child prints: the width and what differs.
  public static void main(String[] arguments) {
    List<String> all = formats().flatMap(name -> differences(name).stream()).toList();
    System.out.println(VectorWidth.BITS + " " + all);
  }

  private static BlockFormat format(String name) {
    return BlockFormats.byName(name).orElseThrow();
  }

  /// The first few numbers that are not those of the decoder, in rows that end within a chunk and
  /// within a block.
  private static List<String> differences(String name) {
    List<String> found = new ArrayList<>();
    for (int columns : new int[] {512 + 32, 256 + 200}) {
      found.addAll(differences(format(name), columns));
    }
    return found.subList(0, Math.min(5, found.size()));
  }

  private static List<String> differences(BlockFormat format, int columns) {
    List<String> found = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment file = file(arena, format, columns);
      MemorySegment expected = decoded(arena, format, file, columns);
      long stride = expected.byteSize() / ROWS;
      RowSection section = new RowSection(format, file.address(), ROWS, columns);
      assertThat(section.bytes()).isEqualTo(file.byteSize());
      MemorySegment panel = guarded(arena, (long) Tiles.CHUNK * Tiles.COLUMNS);
      MemorySegment room = guarded(arena, Section.ROOM);
      for (int row = 0; row < ROWS; row += Tiles.COLUMNS) {
        int count = Math.min(Tiles.COLUMNS, ROWS - row);
        for (int from = 0; from < columns; from += Tiles.CHUNK) {
          int length = Math.min(Tiles.CHUNK, columns - from);
          section.decode(row, count, from, length, panel.address(), room.address());
          for (int i = 0; i < length * Tiles.COLUMNS; i++) {
            int k = from + i / Tiles.COLUMNS;
            int c = i % Tiles.COLUMNS;
            float number = Float.intBitsToFloat(panel.getAtIndex(INT, i));
            boolean isRight =
                c < count
                    ? Float.floatToIntBits(number) == bits(expected, (row + c) * stride + 4L * k)
                    : Float.isFinite(number);
            if (!isRight) {
              found.add("%s row %d, %d: %s".formatted(format.name(), row + c, k, number));
            }
          }
        }
      }
      MemorySegment whole = guarded(arena, columns);
      for (int row = 0; row < ROWS; row++) {
        section.row(row, whole.address(), room.address());
        for (int k = 0; k < columns; k++) {
          if (bits(whole, 4L * k) != bits(expected, row * stride + 4L * k)) {
            found.add("%s whole row %d, %d".formatted(format.name(), row, k));
          }
        }
      }
      Stream.of(panel, room, whole).forEach(RowWideningTest::assertUntouchedBehind);
    }
    return found;
  }

  /// One NaN is as good as another.
  private static int bits(MemorySegment floats, long at) {
    return Float.floatToIntBits(Float.intBitsToFloat(floats.get(INT, at)));
  }

  /// Rows of one byte, then random ones.
  private static MemorySegment file(Arena arena, BlockFormat format, int columns) {
    long rowBytes = format.rowBytes(columns);
    MemorySegment file = arena.allocate(ROWS * rowBytes, Tensor.ALIGNMENT);
    RandomStream random = new RandomStream(columns, 3);
    for (long i = 0; i < file.byteSize(); i++) {
      int row = (int) (i / rowBytes);
      int next = row < EVERY_BYTE.length ? EVERY_BYTE[row] : (int) (256 * random.uniform(i));
      file.set(ValueLayout.JAVA_BYTE, i, (byte) next);
    }
    return file;
  }

  private static MemorySegment decoded(
      Arena arena, BlockFormat format, MemorySegment file, int columns) {
    int blocks = format.blocks(columns);
    long stride = 4L * blocks * format.blockElements();
    MemorySegment decoded = arena.allocate(ROWS * stride, Tensor.ALIGNMENT);
    for (int row = 0; row < ROWS; row++) {
      format.decode(file, row * format.rowBytes(columns), blocks, decoded, row * stride);
    }
    return decoded;
  }

  private static MemorySegment guarded(Arena arena, long floats) {
    MemorySegment memory = arena.allocate(4 * (floats + GUARD), Tensor.ALIGNMENT);
    for (long i = 0; i < GUARD; i++) {
      memory.setAtIndex(INT, floats + i, SENTINEL);
    }
    return memory;
  }

  private static void assertUntouchedBehind(MemorySegment memory) {
    MemorySegment guard = memory.asSlice(memory.byteSize() - 4L * GUARD);
    assertThat(guard.toArray(INT)).containsOnly(SENTINEL);
  }
}
