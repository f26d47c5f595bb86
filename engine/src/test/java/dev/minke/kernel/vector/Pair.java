package dev.minke.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.kernel.Kernels;
import dev.minke.kernel.reference.ReferenceKernels;
import dev.minke.tensor.DType;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.function.BiFunction;

/// The obvious and the fast backend beside each other.
///
/// Where an operation has no exponential, both do the same roundings in the same order, so they
/// agree to the last bit.
record Pair(Kernels obvious, Kernels fast) implements AutoCloseable {
  static Pair of(int threads) {
    return new Pair(new ReferenceKernels(), new VectorKernels(threads));
  }

  /// Runs an operation on both; each run gets tensors of its own.
  ///
  /// @param operation runs and returns the tensors to be compared
  void agreeBitForBit(BiFunction<Arena, Kernels, Tensor[]> operation) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor[] expected = operation.apply(arena, obvious);
      Tensor[] found = operation.apply(arena, fast);
      for (int i = 0; i < expected.length; i++) {
        if (expected[i].dtype() == DType.I32) {
          assertThat(found[i].toIntArray()).isEqualTo(expected[i].toIntArray());
        } else {
          // The root as well: nothing beside a view is touched.
          assertThat(found[i].root().toFloatArray())
              .as("result %d", i)
              .isEqualTo(expected[i].root().toFloatArray());
        }
      }
    }
  }

  @Override
  public void close() {
    obvious.close();
    fast.close();
  }
}
