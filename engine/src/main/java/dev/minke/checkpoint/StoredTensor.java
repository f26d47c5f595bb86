package dev.minke.checkpoint;

import dev.minke.tensor.BlockFormat;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/// A tensor where it is stored, as rows along its last axis. Safe for many threads while its files
/// are open.
interface StoredTensor {
  String name();

  /// The file that it is in, for messages.
  Path file();

  /// Its sizes, the last one fastest; empty for a scalar.
  List<Long> shape();

  BlockFormat format();

  /// Copies rows as the format stores them, one after the other.
  ///
  /// @param first row
  /// @param count how many
  /// @param into native memory
  /// @param at where in it the first row goes
  /// @throws CheckpointException if the file cannot be read
  void read(long first, int count, MemorySegment into, long at);

  /// Elements of a row.
  default int columns() {
    return shape().isEmpty() ? 1 : Math.toIntExact(shape().getLast());
  }
}
