package dev.minke.kernel.vector;

import dev.minke.tensor.BlockFormat;

/// Rows widened by the format's own decoder, then turned.
record OneByOne(BlockFormat format) implements RowWidening {
  @Override
  public void widen(long rows, long rowBytes, int count, int length, long to, long room) {
    int blocks = format.blocks(length);
    long stride = blocks * (long) format.blockElements() * Float.BYTES;
    for (int c = 0; c < count; c++) {
      format.decode(Memory.ALL, rows + c * rowBytes, blocks, Memory.ALL, room + c * stride);
    }
    long turning = room + (long) Tiles.COLUMNS * Tiles.CHUNK * Float.BYTES;
    Tiles.panelOfColumns(room, stride, count, length, to, turning);
  }
}
