package dev.minke.kernel;

import dev.minke.tensor.Tensor;

/// Rows of numbers as a cache holds them of the tokens of one layer.
///
/// @param layout of a row
/// @param memory `[rows, columns]` of the layout; whoever made it owns it
public record KvRows(KvLayout layout, Tensor memory) {
  public KvRows {
    if (memory.dtype() != layout.dtype() || memory.shape().columns() != layout.columns()) {
      throw new IllegalArgumentException(
          "cache: expected rows of %d %s, found %s"
              .formatted(layout.columns(), layout.dtype(), memory));
    }
  }

  /// How many.
  public int count() {
    return memory.size(0);
  }

  /// Rows `[from, to)`, as a view.
  public KvRows rows(int from, int to) {
    return new KvRows(layout, memory.rows(from, to));
  }

  /// The numbers as a tensor.
  ///
  /// @return `[rows, width]`, F32 or BF16
  /// @throws IllegalStateException if they lie in FP8
  public Tensor numbers() {
    return switch (layout.format()) {
      case F32, BF16 -> memory;
      case FP8 -> throw new IllegalStateException("cache: numbers in FP8 are no tensor");
    };
  }
}
