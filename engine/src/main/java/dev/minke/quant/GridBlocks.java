package dev.minke.quant;

import dev.minke.tensor.BlockFormat;

/// A format whose codes stand for points of four or eight coordinates.
public interface GridBlocks extends BlockFormat {
  /// The points by their code: a coordinate a byte, the first one lowest.
  ///
  /// @return an array of the caller's own
  long[] grid();
}
