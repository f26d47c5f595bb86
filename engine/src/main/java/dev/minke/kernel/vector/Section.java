package dev.minke.kernel.vector;

import dev.minke.tensor.BlockFormat;

/// Rows of a stored weight in memory, of one format, as they lie in the file.
///
/// @param address of the first row
/// @param rowBytes bytes from row to row
/// @param rows how many
/// @param columns elements of a row
record Section(BlockFormat format, long address, long rowBytes, int rows, int columns) {
  /// Floats that [#decode] wants: rows side by side, and what turning them takes.
  static final long ROOM = (long) Tiles.COLUMNS * Tiles.CHUNK + Tiles.PANEL_SCRATCH;

  /// Some elements of some rows as a panel: `to[k][c]` is element `from + k` of row `row + c`.
  ///
  /// @param count rows, at most [Tiles#COLUMNS]; the panel's other columns become 0
  /// @param from a multiple of [Tiles#CHUNK], and so of every format's block
  /// @param length at most [Tiles#CHUNK]
  /// @param to `[length, COLUMNS]`
  /// @param room [#ROOM] floats
  void decode(int row, int count, int from, int length, long to, long room) {
    long first = from / format.blockElements() * (long) format.blockBytes();
    int blocks = format.blocks(length);
    long stride = blocks * (long) format.blockElements() * Float.BYTES;
    for (int c = 0; c < count; c++) {
      long source = address + (row + c) * rowBytes + first;
      format.decode(Memory.ALL, source, blocks, Memory.ALL, room + c * stride);
    }
    long turning = room + (long) Tiles.COLUMNS * Tiles.CHUNK * Float.BYTES;
    Tiles.panelOfColumns(room, stride, count, length, to, turning);
  }

  /// A whole row.
  ///
  /// @param to `[columns]`
  /// @param room floats of a chunk
  void row(int row, long to, long room) {
    for (int from = 0; from < columns; from += Tiles.CHUNK) {
      int length = Math.min(Tiles.CHUNK, columns - from);
      long first = from / format.blockElements() * (long) format.blockBytes();
      long source = address + row * rowBytes + first;
      format.decode(Memory.ALL, source, format.blocks(length), Memory.ALL, room);
      Memory.copy(room, to + from * (long) Float.BYTES, length);
    }
  }
}
