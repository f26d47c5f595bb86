package dev.minke.kernel;

import dev.minke.quant.BlockEncoder;
import dev.minke.quant.BlockFormats;
import dev.minke.tensor.BlockFormat;
import dev.minke.tensor.StoredRows;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Stored rows that a test has in memory.
///
/// @param bytes the rows, one after the other
public record MemoryRows(BlockFormat format, int count, int columns, MemorySegment bytes)
    implements StoredRows {

  /// Rows of a tensor, rounded to a format that can be written.
  public static MemoryRows of(String format, Tensor rows, Arena arena) {
    BlockEncoder encoder = (BlockEncoder) BlockFormats.byName(format).orElseThrow();
    int count = Math.toIntExact(rows.shape().rows());
    int columns = rows.shape().columns();
    int blocks = encoder.blocks(columns);
    long rowBytes = encoder.rowBytes(columns);
    MemorySegment bytes = arena.allocate(Math.max(1, count * rowBytes), 8);
    MemorySegment row = arena.allocate((long) blocks * encoder.blockElements() * Float.BYTES, 8);
    for (int r = 0; r < count; r++) {
      for (int c = 0; c < columns; c++) {
        row.setAtIndex(ValueLayout.JAVA_FLOAT, c, (float) rows.get(r, c));
      }
      encoder.encode(row, 0, blocks, bytes, r * rowBytes);
    }
    return new MemoryRows(encoder, count, columns, bytes);
  }

  @Override
  public void read(int from, int to, MemorySegment into, long at) {
    long rowBytes = format.rowBytes(columns);
    MemorySegment.copy(bytes, from * rowBytes, into, at, (to - from) * rowBytes);
  }
}
