package dev.minke.kernel;

import dev.minke.tensor.Tensor;

/// A stored weight in a backend's memory, in the file's own precision; made by [Kernels#load].
///
/// Products see the exact values that its bytes stand for. The fast forms may round activations to
/// eight bits besides, see [Kernels#load]. Whoever asked for it closes it.
public interface Resident extends AutoCloseable {
  /// The weight as one matrix: a stack is flattened to `[groups · out, in]`. Belongs to the
  /// resident.
  Prepared matrix(Orientation orientation);

  /// The weight `[groups, out, in]` as a stack of matrices. Belongs to the resident.
  Prepared stack(Orientation orientation);

  /// The weight as one matrix, for forward products in the quickest arithmetic that the backend has
  /// for its formats; where that is none but the exact one, the exact form.
  Prepared fastMatrix();

  /// The same of the stack, in either orientation.
  Prepared fastStack(Orientation orientation);

  /// Says which matrices of a stack of experts the products to come will meet, until it is said
  /// anew; only a part of [CachedExperts] needs to be told. Returns when they are in memory.
  ///
  /// @param chosen I32 `[tokens, activeExperts]`, as routers choose, each row without repetition
  default void expect(Tensor chosen) {}

  /// Memory held, in bytes.
  long bytes();

  @Override
  void close();
}
