package dev.minke.kernel.vector;

import dev.minke.kernel.KvRows;
import dev.minke.tensor.Tensor;

/// Float rows at addresses, in F32, BF16 or a cache's FP8: what a loop needs of a tensor.
///
/// @param address of the first element
/// @param stride bytes between rows
/// @param count rows
/// @param columns elements of a row; the last one of a flat tensor may be shorter, see [#length]
/// @param elements in all rows together
record FloatRows(long address, long stride, long count, int columns, long elements) {
  /// Elements of a row of a flat tensor: enough to pay for a loop, few enough to share.
  private static final int FLAT_COLUMNS = 4096;

  /// The rows of a tensor: all axes but the innermost flattened.
  static FloatRows of(Tensor x) {
    return new FloatRows(
        x.address(),
        x.rowStride() * x.dtype().bytes(),
        x.shape().rows(),
        x.shape().columns(),
        x.shape().elements());
  }

  /// The rows of a cache, as far as their first `columns` numbers are wanted.
  static FloatRows of(KvRows rows, int columns) {
    Tensor memory = rows.memory();
    long stride = memory.rowStride() * memory.dtype().bytes();
    return new FloatRows(
        memory.address(), stride, rows.count(), columns, (long) rows.count() * columns);
  }

  /// Rows for operations that take each element by itself: if all tensors are contiguous they are
  /// cut at even lengths, whatever their shape.
  static FloatRows[] elementwise(Tensor... tensors) {
    boolean flat = true;
    for (Tensor x : tensors) {
      flat &= x.isContiguous();
    }
    FloatRows[] rows = new FloatRows[tensors.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = flat ? flat(tensors[i]) : of(tensors[i]);
    }
    return rows;
  }

  private static FloatRows flat(Tensor x) {
    long elements = x.shape().elements();
    long count = (elements + FLAT_COLUMNS - 1) / FLAT_COLUMNS;
    return new FloatRows(
        x.address(), (long) FLAT_COLUMNS * x.dtype().bytes(), count, FLAT_COLUMNS, elements);
  }

  /// Address of a row.
  long row(long index) {
    return address + index * stride;
  }

  /// Elements of a row.
  int length(long index) {
    return (int) Math.min(columns, elements - index * columns);
  }
}
