package dev.minke.kernel.vector;

import dev.minke.tensor.BlockFormat;

/// Rows as they lie in the file: of any format.
///
/// @param widening of the format
/// @param address of the first row
/// @param rowBytes bytes from row to row
/// @param rows how many
/// @param columns elements of a row
record RowSection(
    BlockFormat format, RowWidening widening, long address, long rowBytes, int rows, int columns)
    implements Section {
  RowSection(BlockFormat format, long address, int rows, int columns) {
    this(format, RowWidening.of(format), address, format.rowBytes(columns), rows, columns);
  }

  @Override
  public long bytes() {
    return rows * rowBytes;
  }

  @Override
  public void decode(int row, int count, int from, int length, long to, long room) {
    long first = from / format.blockElements() * (long) format.blockBytes();
    widening.widen(address + row * rowBytes + first, rowBytes, count, length, to, room);
  }

  @Override
  public void row(int row, long to, long room) {
    for (int from = 0; from < columns; from += Tiles.CHUNK) {
      int length = Math.min(Tiles.CHUNK, columns - from);
      long first = from / format.blockElements() * (long) format.blockBytes();
      long source = address + row * rowBytes + first;
      format.decode(Memory.ALL, source, format.blocks(length), Memory.ALL, room);
      Memory.copy(room, to + from * (long) Float.BYTES, length);
    }
  }
}
