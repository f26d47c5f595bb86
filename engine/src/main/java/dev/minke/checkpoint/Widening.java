package dev.minke.checkpoint;

import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Stored rows read as F32, a piece at a time.
final class Widening {
  private static final int PIECE_BYTES = 8 << 20;

  private Widening() {}

  /// All elements of a small tensor.
  static float[] floats(StoredTensor tensor) {
    long rows = tensor.shape().stream().reduce(1L, (a, b) -> a * b) / tensor.columns();
    float[] values = new float[Math.toIntExact(rows * tensor.columns())];
    try (Arena arena = Arena.ofConfined()) {
      for (int row = 0; row < rows; row++) {
        MemorySegment one = rows(tensor, row, 1, arena);
        int first = row * tensor.columns();
        MemorySegment.copy(one, ValueLayout.JAVA_FLOAT, 0, values, first, tensor.columns());
      }
    }
    return values;
  }

  /// Some rows.
  ///
  /// @param first row of the tensor
  /// @param into F32 `[rows, columns]`
  static void read(StoredTensor tensor, long first, Tensor into) {
    int columns = tensor.columns();
    int rows = Math.toIntExact(into.shape().rows());
    int each = Math.clamp(PIECE_BYTES / (columns * (long) Float.BYTES), 1, rows);
    for (int row = 0; row < rows; row += each) {
      int count = Math.min(each, rows - row);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment piece = rows(tensor, first + row, count, arena);
        long stride = piece.byteSize() / count;
        for (int r = 0; r < count; r++) {
          long to = (into.offset() + (row + r) * into.rowStride()) * Float.BYTES;
          MemorySegment.copy(piece, r * stride, into.segment(), to, columns * (long) Float.BYTES);
        }
      }
    }
  }

  /// @return F32, whole blocks for each row
  private static MemorySegment rows(StoredTensor tensor, long first, int count, Arena arena) {
    var format = tensor.format();
    int blocks = format.blocks(tensor.columns());
    MemorySegment stored = arena.allocate(count * format.rowBytes(tensor.columns()), 8);
    tensor.read(first, count, stored, 0);
    long elements = (long) count * blocks * format.blockElements();
    MemorySegment wide = arena.allocate(elements * Float.BYTES, 8);
    format.decode(stored, 0, count * blocks, wide, 0);
    return wide;
  }
}
