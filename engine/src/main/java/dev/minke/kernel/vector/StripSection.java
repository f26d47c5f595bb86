package dev.minke.kernel.vector;

import dev.minke.kernel.x86.StripFormat;

/// Rows in strips of 16, for products in integers. The same bits as in the file, in another order.
///
/// @param format of the strips
/// @param address of the first
record StripSection(StripFormat format, long address, int rows, int columns) implements Section {
  /// How many, the last one filled up.
  int strips() {
    return (rows + StripFormat.ROWS - 1) / StripFormat.ROWS;
  }

  /// Bytes of a strip.
  long stripBytes() {
    return columns / format.blockElements() * (long) format.blockBytes();
  }

  @Override
  public long bytes() {
    return strips() * stripBytes();
  }

  @Override
  public void decode(int row, int count, int from, int length, long to, long room) {
    int lanes = Math.min(Tiles.COLUMNS, StripFormat.ROWS);
    for (int c = 0; c < count; c += lanes) {
      int strip = (row + c) / StripFormat.ROWS;
      int lane = (row + c) % StripFormat.ROWS;
      long at = address + strip * stripBytes();
      long block = from / format.blockElements() * (long) format.blockBytes();
      long panel = to + c * (long) Float.BYTES;
      StripLoops.decode(format, at + block, lane, lanes, length, panel, room);
    }
    if (count <= Tiles.COLUMNS - StripFormat.ROWS) {
      for (int k = 0; k < length; k++) {
        long rest = to + k * Tiles.PANEL_BYTES + StripFormat.ROWS * (long) Float.BYTES;
        Memory.clear(rest, Tiles.COLUMNS - StripFormat.ROWS);
      }
    }
  }

  @Override
  public void row(int row, long to, long room) {
    int first = row / Tiles.COLUMNS * Tiles.COLUMNS;
    long scratch = room + Tiles.CHUNK * Tiles.PANEL_BYTES;
    for (int from = 0; from < columns; from += Tiles.CHUNK) {
      int length = Math.min(Tiles.CHUNK, columns - from);
      decode(first, Math.min(Tiles.COLUMNS, rows - first), from, length, room, scratch);
      for (int k = 0; k < length; k++) {
        long source = room + k * Tiles.PANEL_BYTES + (row - first) * (long) Float.BYTES;
        Memory.set(to + (from + k) * (long) Float.BYTES, Memory.get(source));
      }
    }
  }
}
