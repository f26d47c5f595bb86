package dev.minke.kernel.vector;

/// The layout of a format whose numbers are `scale · (code − offset) + addend`: how blocks are
/// split into scales and addends of runs and codes of a byte.
///
/// Blocks of [Tiles#COLUMNS] rows lie side by side: a row of a block is an int of each of them. So
/// splitting is shifts and masks of four codes at once, at any width of vectors.
sealed interface RunSplit permits ShortBlocks, LongBlocks, PointBlocks {
  /// Of the format.
  String name();

  /// Elements that share a scale: 16 or 32.
  int run();

  /// What codes are more than the numbers that are scaled: 0 to 128.
  int offset();

  /// Whether there are addends.
  boolean hasAddends();

  /// Splits a block.
  ///
  /// @param block address of the row with the block's first byte
  /// @param skip bytes of that row's ints that come before the block, 0 to 3
  /// @param scales gets `[runs, COLUMNS]` floats
  /// @param addends gets `[runs, COLUMNS]` floats, if there are any
  /// @param codes gets `[elements / 4, COLUMNS]` ints, the first code lowest
  /// @param room [RunWidening#SPLIT_ROWS] rows
  void split(long block, int skip, long scales, long addends, long codes, long room);
}
