package dev.minke.kernel.vector;

import dev.minke.tensor.DType;
import dev.minke.tensor.RandomStream;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;

/// Tensors of seeded random numbers.
final class Samples {
  private Samples() {}

  /// Standard normal numbers.
  static Tensor normal(Arena arena, long seed, int... sizes) {
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

  /// The same as columns of a wider tensor, so that rows have a gap and begin anywhere.
  static Tensor strided(Arena arena, long seed, int... sizes) {
    int[] wider = sizes.clone();
    int columns = sizes[sizes.length - 1];
    wider[sizes.length - 1] = columns + 5;
    return normal(arena, seed, wider).columns(3, columns + 3);
  }

  /// Integers in `[0, bound)`.
  static Tensor integers(Arena arena, long seed, int bound, int... sizes) {
    RandomStream random = new RandomStream(seed, 11);
    Tensor x = Tensor.allocate(arena, DType.I32, Shape.of(sizes));
    int index = 0;
    for (long row = 0; row < x.shape().rows(); row++) {
      for (int column = 0; column < x.shape().columns(); column++) {
        x.setInt(row, column, random.below(bound, index++));
      }
    }
    return x;
  }
}
