package dev.minke.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Blocks of rows and step after step over all rows give the same bits: one thread has blocks
/// enough, many threads have not. That the steps are the right ones is in `KernelsContractTest`.
class FeedForwardsTest {
  private static final int ROWS = 150;
  private static final int DIM = 37;
  private static final int HIDDEN = 45;
  private static final int MORE_THREADS_THAN_BLOCKS = 9;

  private static List<float[]> layer(int threads, int groups, @Nullable Tensor offsets) {
    List<float[]> found = new ArrayList<>();
    try (Arena arena = Arena.ofConfined();
        VectorKernels kernels = new VectorKernels(threads)) {
      Tensor gateUp = Samples.normal(arena, 1, groups, 2 * HIDDEN, DIM);
      Tensor down = Samples.normal(arena, 2, groups, DIM, HIDDEN);
      Tensor gates = Samples.normal(arena, 3, ROWS, 2 * HIDDEN);
      Tensor activated = Samples.normal(arena, 4, ROWS, HIDDEN);
      Tensor out = Samples.normal(arena, 5, ROWS, DIM);
      Tensor dx = Samples.normal(arena, 6, ROWS, DIM);
      Tensor x = Samples.normal(arena, 7, ROWS, DIM);
      Tensor dOut = Samples.normal(arena, 8, ROWS, DIM);
      try (Prepared first = kernels.prepare(gateUp, Orientation.FORWARD);
          Prepared second = kernels.prepare(down, Orientation.FORWARD)) {
        kernels.feedForward(x, first, second, offsets, gates, activated, out);
      }
      found.add(gates.toFloatArray());
      try (Prepared first = kernels.prepare(gateUp, Orientation.BACKWARD);
          Prepared second = kernels.prepare(down, Orientation.BACKWARD)) {
        kernels.feedForwardGradient(dOut, first, second, offsets, gates, dx, true);
      }
      found.addAll(
          List.of(
              activated.toFloatArray(),
              out.toFloatArray(),
              gates.toFloatArray(),
              dx.toFloatArray()));
    }
    return found;
  }

  private static void requireSame(List<float[]> found, List<float[]> expected) {
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i)).as("result %d", i).isEqualTo(expected.get(i));
    }
  }

  @Test
  void oneLayer() {
    requireSame(layer(1, 1, null), layer(MORE_THREADS_THAN_BLOCKS, 1, null));
  }

  @Test
  void layersOfExperts() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor offsets = Tensor.of(arena, Shape.of(6), 0, 0, 7, 8, 8, ROWS);
      requireSame(layer(1, 5, offsets), layer(MORE_THREADS_THAN_BLOCKS, 5, offsets));
      requireSame(layer(2, 5, offsets), layer(MORE_THREADS_THAN_BLOCKS, 5, offsets));
    }
  }
}
