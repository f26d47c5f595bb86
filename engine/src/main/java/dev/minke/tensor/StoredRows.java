package dev.minke.tensor;

import java.lang.foreign.MemorySegment;

/// Rows of a weight where they are stored, all of one format and one length.
///
/// Nothing of them is in memory until it is read. Several threads may read at once.
public interface StoredRows {
  BlockFormat format();

  /// How many rows there are.
  int count();

  /// Elements of a row.
  int columns();

  /// Copies rows `[from, to)` as they are stored, [BlockFormat#rowBytes] each, one after the other.
  ///
  /// @param into native memory
  /// @param at where in it the first row goes
  void read(int from, int to, MemorySegment into, long at);
}
