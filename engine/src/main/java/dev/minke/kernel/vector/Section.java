package dev.minke.kernel.vector;

/// Rows of a stored weight in memory, of one format.
sealed interface Section permits RowSection, StripSection, PairSection {
  /// Floats that [#decode] wants.
  long ROOM = (long) Tiles.COLUMNS * Tiles.CHUNK + Tiles.PANEL_SCRATCH;

  /// How many rows.
  int rows();

  /// Elements of a row.
  int columns();

  /// Memory held.
  long bytes();

  /// Some elements of some rows as a panel: `to[k][c]` is element `from + k` of row `row + c`.
  ///
  /// @param row a multiple of [Tiles#COLUMNS]
  /// @param count rows, at most [Tiles#COLUMNS]; what the panel's other columns become is not said,
  ///   but finite
  /// @param from a multiple of [Tiles#CHUNK], and so of every format's block
  /// @param length at most [Tiles#CHUNK]
  /// @param to `[length, COLUMNS]`, and room for [Tiles#CHUNK] rows: blocks are widened as a whole
  /// @param room [#ROOM] floats
  void decode(int row, int count, int from, int length, long to, long room);

  /// A whole row.
  ///
  /// @param to `[columns]`
  /// @param room [#ROOM] floats, and those of a panel
  void row(int row, long to, long room);
}
