package dev.minke.kernel;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.minke.backend.Backends;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.quant.BlockFormats;
import dev.minke.tensor.BlockFormat;
import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Shape;
import dev.minke.tensor.StoredRows;
import dev.minke.tensor.StoredWeight;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Products with stored weights of every format, exact and fast, against the reference: equal bits.
class StoredProductsTest {
  /// Bytes of a block at which an F16 stands.
  private static final Map<String, List<Integer>> HALVES =
      Map.ofEntries(
          entry("Q8_0", List.of(0)),
          entry("Q4_0", List.of(0)),
          entry("Q4_1", List.of(0, 2)),
          entry("Q5_0", List.of(0)),
          entry("Q5_K", List.of(0, 2)),
          entry("Q4_K", List.of(0, 2)),
          entry("Q6_K", List.of(208)),
          entry("IQ4_XS", List.of(0)),
          entry("Q2_K", List.of(80, 82)),
          entry("Q3_K", List.of(108)),
          entry("IQ2_S", List.of(0)),
          entry("IQ3_XXS", List.of(0)),
          entry("BF16", List.of(0)),
          entry("F16", List.of(0)));

  private static final int DEPTH = 768;

  static Stream<Arguments> formatsAndSizes() {
    return HALVES.keySet().stream()
        .sorted()
        .flatMap(format ->
            Stream.of(1, 15, 16, 33, 70, 130)
                .flatMap(width ->
                    Stream.of(1, 2, 7, 11).map(rows -> Arguments.of(format, width, rows))));
  }

  /// Random blocks with scales of about a hundredth.
  private static StoredRows random(String name, int rows, int columns, long seed, Arena arena) {
    BlockFormat format = BlockFormats.byName(name).orElseThrow();
    long bytes = rows * format.rowBytes(columns);
    MemorySegment memory = arena.allocate(bytes, 8);
    RandomStream random = new RandomStream(seed, 5);
    for (long i = 0; i < bytes; i++) {
      memory.set(ValueLayout.JAVA_BYTE, i, (byte) (256 * random.uniform(i)));
    }
    for (long block = 0; block < bytes; block += format.blockBytes()) {
      for (int at : HALVES.get(name)) {
        float scale = (float) (0.01 * random.normal(bytes + block + at));
        short half =
            name.equals("BF16")
                ? (short) (Float.floatToIntBits(scale) >> 16)
                : Float.floatToFloat16(scale);
        memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, block + at, half);
      }
    }
    return new MemoryRows(format, rows, columns, memory);
  }

  private static Tensor normal(int rows, int columns, long seed, Arena arena) {
    Tensor x = Tensor.allocate(arena, DType.F32, Shape.of(rows, columns));
    RandomStream random = new RandomStream(seed, 9);
    for (int row = 0; row < rows; row++) {
      for (int c = 0; c < columns; c++) {
        x.set(row, c, random.normal((long) row * columns + c));
      }
    }
    return x;
  }

  private static float[] product(Kernels kernels, Prepared weight, Tensor x, Arena arena) {
    Tensor out = Tensor.allocate(arena, DType.F32, Shape.of(x.size(0), weight.width()));
    kernels.fill(out, 7);
    kernels.matmul(x, weight, out, false);
    return out.toFloatArray();
  }

  @ParameterizedTest
  @MethodSource("formatsAndSizes")
  void productsAreThoseOfTheReference(String format, int width, int rows) {
    try (Arena arena = Arena.ofConfined();
        Kernels reference = new ReferenceKernels();
        Kernels vector = Backends.open(2)) {
      StoredWeight weight =
          new StoredWeight(
              Shape.of(width, DEPTH),
              List.of(List.of(random(format, width, DEPTH, width, arena))),
              false);
      Tensor x = normal(rows, DEPTH, rows, arena);
      Tensor ids = Tensor.of(arena, Shape.of(2), 0, width - 1);
      try (Resident expected = reference.load(weight);
          Resident found = vector.load(weight)) {
        assertThat(product(vector, found.matrix(Orientation.FORWARD), x, arena))
            .as("exact")
            .isEqualTo(product(reference, expected.matrix(Orientation.FORWARD), x, arena));
        Tensor wanted = Tensor.allocate(arena, DType.F32, Shape.of(2, DEPTH));
        Tensor looked = Tensor.allocate(arena, DType.F32, Shape.of(2, DEPTH));
        reference.embedding(expected, ids, wanted);
        vector.embedding(found, ids, looked);
        assertThat(looked.toFloatArray()).as("rows").isEqualTo(wanted.toFloatArray());
        if (vector.describe().contains("machine code")) {
          assertThat(product(vector, found.fastMatrix(), x, arena))
              .as("fast")
              .isEqualTo(product(reference, expected.fastMatrix(), x, arena));
        }
      }
    }
  }

  /// Stacks as files of latent attention have them: heads, turned or not.
  @ParameterizedTest
  @MethodSource("fastFormats")
  void productsOfHeadsAreThoseOfTheReference(String format) {
    for (boolean turned : new boolean[] {false, true}) {
      try (Arena arena = Arena.ofShared();
          Kernels reference = new ReferenceKernels();
          Kernels vector = Backends.open(2)) {
        int width = 70;
        int heads = 3;
        Orientation orientation = turned ? Orientation.BACKWARD : Orientation.FORWARD;
        StoredWeight weight =
            new StoredWeight(
                turned ? Shape.of(heads, DEPTH, width) : Shape.of(heads, width, DEPTH),
                List.of(
                    List.of(random(format, width, DEPTH, 1, arena)),
                    List.of(random(format, width, DEPTH, 2, arena)),
                    List.of(random(format, width, DEPTH, 3, arena))),
                turned);
        Tensor x = normal(heads * 5, DEPTH, 4, arena).reshape(5, heads, DEPTH);
        try (Resident expected = reference.load(weight);
            Resident found = vector.load(weight)) {
          assertThat(heads(vector, found.stack(orientation), x, arena))
              .as("exact")
              .isEqualTo(heads(reference, expected.stack(orientation), x, arena));
          if (vector.describe().contains("machine code")) {
            assertThat(heads(vector, found.fastStack(orientation), x, arena))
                .as("fast")
                .isEqualTo(heads(reference, expected.fastStack(orientation), x, arena));
          }
        }
      }
    }
  }

  private static float[] heads(Kernels kernels, Prepared weight, Tensor x, Arena arena) {
    Tensor out = Tensor.allocate(arena, DType.F32, Shape.of(x.size(0), x.size(1), weight.width()));
    kernels.headMatmul(x, weight, out);
    return out.toFloatArray();
  }

  /// Rows of zeros, of huge and tiny numbers and of numbers that are none: no more than the row
  /// itself.
  @Test
  void rowsThatCannotBeRoundedAreZero() {
    try (Arena arena = Arena.ofConfined();
        Kernels reference = new ReferenceKernels();
        Kernels vector = Backends.open(1)) {
      assumeThat(vector.describe()).contains("machine code");
      StoredWeight weight =
          new StoredWeight(
              Shape.of(16, DEPTH), List.of(List.of(random("Q4_K", 16, DEPTH, 3, arena))), false);
      Tensor x = normal(3, DEPTH, 4, arena);
      vector.fill(x.rows(0, 1), 0);
      x.set(1, 40, 1e38);
      x.set(1, 41, -1e38);
      for (int k = 64; k < 96; k++) {
        x.set(1, k, (k - 70) * 1e-39);
        x.set(2, k, k == 70 ? Double.POSITIVE_INFINITY : k);
      }
      x.set(2, 200, Double.NaN);
      try (Resident expected = reference.load(weight);
          Resident found = vector.load(weight)) {
        assertThat(product(vector, found.fastMatrix(), x, arena))
            .isEqualTo(product(reference, expected.fastMatrix(), x, arena));
      }
    }
  }

  /// Rounding activations to eight bits costs about a hundredth of what four bits cost the weights.
  @ParameterizedTest
  @MethodSource("fastFormats")
  void fastProductsAreNearTheExactOnes(String format) {
    try (Arena arena = Arena.ofConfined();
        Kernels vector = Backends.open(1)) {
      StoredWeight weight =
          new StoredWeight(
              Shape.of(64, DEPTH), List.of(List.of(random(format, 64, DEPTH, 3, arena))), false);
      Tensor x = normal(100, DEPTH, 8, arena);
      try (Resident found = vector.load(weight)) {
        float[] exact = product(vector, found.matrix(Orientation.FORWARD), x, arena);
        float[] fast = product(vector, found.fastMatrix(), x, arena);
        double error = 0;
        double size = 0;
        for (int i = 0; i < exact.length; i++) {
          error += (fast[i] - exact[i]) * (double) (fast[i] - exact[i]);
          size += exact[i] * (double) exact[i];
        }
        // A step is a 127th of the largest of 32 normal numbers, about 2.1 / 127; its rounding has
        // a root mean square of a step over √12.
        assertThat(Math.sqrt(error / size)).isLessThan(1.5 * 2.1 / 127 / Math.sqrt(12));
      }
    }
  }

  static Stream<String> fastFormats() {
    return Stream.of("Q8_0", "Q4_0", "Q5_0", "Q4_K", "Q5_K", "Q6_K");
  }
}
