package dev.minke.kernel.vector;

import dev.minke.quant.Fp8Blocks;
import dev.minke.tensor.BlockFormat;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/// How rows that lie as in their file become a panel.
sealed interface RowWidening permits OneByOne, RunWidening, Fp8Widening {
  /// By vectors where there are loops for the format.
  static RowWidening of(BlockFormat format) {
    if (format instanceof Fp8Blocks) {
      return new Fp8Widening();
    }
    return splitting(format)
        .<RowWidening>map(split -> new RunWidening(format, split))
        .orElseGet(() -> new OneByOne(format));
  }

  private static Optional<RunSplit> splitting(BlockFormat format) {
    return Stream.<RunSplit[]>of(ShortBlocks.values(), LongBlocks.values(), PointBlocks.values())
        .flatMap(Arrays::stream)
        .filter(split -> split.name().equals(format.name()))
        .findFirst();
  }

  /// Widens some elements of some rows; see [Section#decode].
  ///
  /// @param rows address of the first row's first block
  /// @param rowBytes bytes from row to row
  /// @param count rows, at most [Tiles#COLUMNS]
  /// @param length elements of a row, at most [Tiles#CHUNK]; blocks are widened as a whole
  /// @param to `[CHUNK, COLUMNS]`
  /// @param room [Section#ROOM] floats
  void widen(long rows, long rowBytes, int count, int length, long to, long room);
}
