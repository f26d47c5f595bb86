package dev.minke.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minke.ChildJvm;
import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every product is one chain of fused multiply-adds in order, so fast and obvious loops agree to
/// the last bit.
class MatrixProductsTest {
  private final ReferenceKernels reference = new ReferenceKernels();
  private Arena arena = Arena.ofConfined();

  @BeforeEach
  void openArena() {
    arena = Arena.ofConfined();
  }

  @AfterEach
  void closeArena() {
    arena.close();
  }

  /// Products with their threads and memory.
  private record Fast(Gang gang, ScratchPool scratches, MatrixProducts products)
      implements AutoCloseable {
    Fast(int threads) {
      this(new Gang(threads), new ScratchPool());
    }

    private Fast(Gang gang, ScratchPool scratches) {
      this(gang, scratches, new MatrixProducts(gang, scratches, null));
    }

    @Override
    public void close() {
      scratches.close();
      gang.close();
    }
  }

  private static Tensor random(Arena arena, long seed, int... sizes) {
    RandomStream random = new RandomStream(seed, 7);
    Tensor x = Tensor.allocate(arena, DType.F32, Shape.of(sizes));
    int index = 0;
    for (long row = 0; row < x.shape().rows(); row++) {
      for (int column = 0; column < x.shape().columns(); column++) {
        x.set(row, column, random.normal(index++));
      }
    }
    return x;
  }

  /// The same numbers as columns of a wider tensor, so that rows have a gap.
  private static Tensor strided(Arena arena, long seed, int rows, int columns) {
    return random(arena, seed, rows, columns + 5).columns(3, columns + 3);
  }

  private static Tensor offsets(Arena arena, int... offsets) {
    return Tensor.of(arena, Shape.of(offsets.length), offsets);
  }

  static Stream<Arguments> sizesAroundTileEdges() {
    List<Arguments> cases = new ArrayList<>();
    for (int rows : new int[] {1, 2, 5, 6, 7, 13, 95, 97, 200}) {
      cases.add(Arguments.of(rows, 33, 70));
    }
    for (int depth : new int[] {1, 2, 255, 256, 257, 1023, 1025}) {
      cases.add(Arguments.of(7, depth, 17));
      cases.add(Arguments.of(17, depth, 65));
    }
    for (int width : new int[] {1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 128, 257}) {
      cases.add(Arguments.of(1, 19, width));
      cases.add(Arguments.of(13, 19, width));
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("sizesAroundTileEdges")
  void productsEqualTheObviousLoopBitForBit(int rows, int depth, int width) {
    for (Orientation orientation : Orientation.values()) {
      for (boolean accumulate : new boolean[] {false, true}) {
        Tensor weight =
            orientation == Orientation.FORWARD
                ? random(arena, 1, width, depth)
                : random(arena, 1, depth, width);
        Tensor x = strided(arena, 2, rows, depth);
        Tensor expected = strided(arena, 3, rows, width);
        Tensor found = strided(arena, 3, rows, width);
        try (Fast fast = new Fast(2);
            Prepared slow = reference.prepare(weight, orientation);
            Prepared packed = fast.products.prepare(weight, orientation)) {
          reference.matmul(x, slow, expected, accumulate);
          fast.products.matmul(x, packed, found, accumulate);
        }
        assertThat(found.root().toFloatArray()).isEqualTo(expected.root().toFloatArray());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void weightGradientsOfExpertsEqualTheObviousLoopForAnyNumberOfThreads(int threads) {
    Tensor x = random(arena, 2, 131, 29);
    Tensor dOut = random(arena, 3, 131, 37);
    Tensor offsets = offsets(arena, 0, 0, 7, 8, 8, 131);
    Tensor expectedGradient = random(arena, 5, 5, 37, 29);
    Tensor foundGradient = random(arena, 5, 5, 37, 29);
    Tensor expectedFresh = random(arena, 6, 5, 37, 29);
    Tensor foundFresh = random(arena, 6, 5, 37, 29);
    try (Fast fast = new Fast(threads)) {
      reference.groupedWeightGradient(dOut, x, offsets, expectedGradient, true);
      fast.products.groupedWeightGradient(dOut, x, offsets, foundGradient, true);
      reference.groupedWeightGradient(dOut, x, offsets, expectedFresh, false);
      fast.products.groupedWeightGradient(dOut, x, offsets, foundFresh, false);
    }
    assertThat(foundGradient.toFloatArray()).isEqualTo(expectedGradient.toFloatArray());
    assertThat(foundFresh.toFloatArray()).isEqualTo(expectedFresh.toFloatArray());
  }

  @ParameterizedTest
  @MethodSource("sizesAroundTileEdges")
  void weightGradientsEqualTheObviousLoopBitForBit(int out, int tokens, int in) {
    Tensor dOut = strided(arena, 1, tokens, out);
    Tensor x = strided(arena, 2, tokens, in);
    for (boolean accumulate : new boolean[] {true, false}) {
      Tensor expected = random(arena, 3, out, in);
      Tensor found = random(arena, 3, out, in);
      try (Fast fast = new Fast(2)) {
        reference.weightGradient(dOut, x, expected, accumulate);
        fast.products.weightGradient(dOut, x, found, accumulate);
      }
      assertThat(found.toFloatArray()).isEqualTo(expected.toFloatArray());
    }
  }

  @Test
  void headsEqualTheObviousLoopBitForBit() {
    Tensor weight = random(arena, 1, 3, 20, 33);
    for (int tokens : new int[] {1, 4, 7}) {
      for (Orientation orientation : Orientation.values()) {
        boolean forward = orientation == Orientation.FORWARD;
        int depth = forward ? 33 : 20;
        int width = forward ? 20 : 33;
        Tensor x = random(arena, 2, tokens, 3, depth + 4).columns(2, depth + 2);
        Tensor expected = random(arena, 3, tokens, 3, width);
        Tensor found = random(arena, 3, tokens, 3, width);
        try (Fast fast = new Fast(2);
            Prepared slow = reference.prepare(weight, orientation);
            Prepared packed = fast.products.prepare(weight, orientation)) {
          reference.headMatmul(x, slow, expected);
          fast.products.headMatmul(x, packed, found);
        }
        assertThat(found.toFloatArray()).isEqualTo(expected.toFloatArray());
      }
    }
  }

  @Test
  void aRowDoesNotDependOnTheRowsBesideIt() {
    Tensor weight = random(arena, 1, 100, 300);
    Tensor x = random(arena, 2, 33, 300);
    Tensor all = random(arena, 3, 33, 100);
    try (Fast fast = new Fast(2);
        Prepared packed = fast.products.prepare(weight, Orientation.FORWARD)) {
      fast.products.matmul(x, packed, all, false);
      for (int rows : new int[] {1, 2, 3, 8, 13, 32}) {
        Tensor some = random(arena, 4, rows, 100);
        fast.products.matmul(x.rows(0, rows), packed, some, false);
        assertThat(some.toFloatArray()).isEqualTo(all.rows(0, rows).toFloatArray());
      }
    }
  }

  @Test
  void refreshSeesTheChangedMaster() {
    Tensor weight = random(arena, 1, 20, 10);
    Tensor x = random(arena, 2, 3, 10);
    try (Fast fast = new Fast(1);
        Prepared prepared = fast.products.prepare(weight, Orientation.FORWARD)) {
      weight.set(19, 9, 5);
      fast.products.refresh(prepared, weight);
      Tensor found = random(arena, 3, 3, 20);
      Tensor expected = random(arena, 3, 3, 20);
      fast.products.matmul(x, prepared, found, false);
      try (Prepared slow = reference.prepare(weight, Orientation.FORWARD)) {
        reference.matmul(x, slow, expected, false);
      }
      assertThat(found.toFloatArray()).isEqualTo(expected.toFloatArray());
    }
  }

  /// What this machine would not choose: narrower vectors, the interpreter.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-Dminke.vectorBits=128",
        "-Dminke.vectorBits=256",
        "-Dminke.vectorBits=512",
        "-Xint"
      })
  void everyWidthGivesTheSameBits(String flags) throws Exception {
    List<String> options = List.of(flags.split(" "));
    boolean possible =
        options.stream()
            .filter(option -> option.contains("vectorBits"))
            .map(option -> Integer.parseInt(option.substring(option.indexOf('=') + 1)))
            .allMatch(VectorWidth::isSupported);
    assumeTrue(possible, "this machine has no such vectors");
    assertThat(hashInChild(options)).isEqualTo(hash());
  }

  private static String hashInChild(List<String> options) throws IOException, InterruptedException {
    List<String> command = ChildJvm.command(MatrixProductsTest.class, options);
    File errors = File.createTempFile("minke", ".err");
    errors.deleteOnExit();
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.to(errors)).start();
    String printed =
        new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(child.waitFor()).as(errors.toString()).isZero();
    return printed;
  }

  /// What the child prints.
  public static void main(String[] arguments) {
    System.out.println(hash());
  }

  private static String hash() {
    long hash = 17;
    try (Arena arena = Arena.ofConfined();
        Fast fast = new Fast(2)) {
      Tensor weight = random(arena, 1, 75, 270);
      for (int rows : new int[] {1, 3, 14}) {
        Tensor x = random(arena, 2, rows, 270);
        Tensor out = random(arena, 3, rows, 75);
        Tensor gradient = random(arena, 4, 75, 270);
        try (Prepared prepared = fast.products.prepare(weight, Orientation.FORWARD)) {
          fast.products.matmul(x, prepared, out, true);
        }
        fast.products.weightGradient(out, x, gradient, true);
        hash = 31 * hash + Arrays.hashCode(out.toFloatArray());
        hash = 31 * hash + Arrays.hashCode(gradient.toFloatArray());
      }
    }
    return Long.toHexString(hash);
  }
}
