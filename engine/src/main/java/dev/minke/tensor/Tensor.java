package dev.minke.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// A row-major array of numbers: shape, element type, layout and the memory it looks at.
///
/// Layout: all axes but the innermost are flattened to rows; elements of a row are adjacent, rows
/// are `rowStride` elements apart. A tensor whose stride equals its columns is contiguous.
/// [#columns], [#rows], [#slice] and [#reshape] give views of the same memory; a view remembers its
/// [#root], the tensor that was allocated.
///
/// Elements are read through [#getFloat], [#getInt] or the `to…Array` copies; kernels use
/// [#address].
public final class Tensor {
  /// Alignment of allocated tensors in bytes: a cache line, and the widest vector.
  public static final long ALIGNMENT = 64;

  private final Storage storage;
  private final DType dtype;
  private final Shape shape;
  private final long offset;
  private final long rowStride;
  private final @Nullable Tensor root;
  private final Workspace.@Nullable Ticket ticket;

  private Tensor(
      Storage storage,
      DType dtype,
      Shape shape,
      long offset,
      long rowStride,
      @Nullable Tensor root,
      Workspace.@Nullable Ticket ticket) {
    this.storage = storage;
    this.dtype = dtype;
    this.shape = shape;
    this.offset = offset;
    this.rowStride = rowStride;
    this.root = root;
    this.ticket = ticket;
  }

  /// A contiguous tensor of zeros that lives as long as the arena.
  public static Tensor allocate(Arena arena, DType dtype, Shape shape) {
    long bytes = shape.elements() * dtype.bytes();
    return over(LargePages.allocate(arena, Math.max(bytes, 1)), dtype, shape);
  }

  /// A contiguous tensor over memory that the caller owns.
  ///
  /// @throws IllegalArgumentException if the segment is not native or too short
  public static Tensor over(MemorySegment segment, DType dtype, Shape shape) {
    return over(segment, dtype, shape, null);
  }

  static Tensor over(
      MemorySegment segment, DType dtype, Shape shape, Workspace.@Nullable Ticket ticket) {
    long bytes = shape.elements() * dtype.bytes();
    if (segment.byteSize() < bytes) {
      throw new IllegalArgumentException(
          "tensor %s of %s: expected %d bytes, found %d"
              .formatted(shape, dtype, bytes, segment.byteSize()));
    }
    return new Tensor(new Storage.Host(segment), dtype, shape, 0, shape.columns(), null, ticket);
  }

  /// A copy of `values` as F32 `shape`, living as long as the arena.
  public static Tensor of(Arena arena, Shape shape, float... values) {
    requireLength(shape, values.length);
    Tensor tensor = allocate(arena, DType.F32, shape);
    MemorySegment.copy(values, 0, tensor.segment(), ValueLayout.JAVA_FLOAT, 0, values.length);
    return tensor;
  }

  /// A copy of `values` as I32 `shape`, living as long as the arena.
  public static Tensor of(Arena arena, Shape shape, int... values) {
    requireLength(shape, values.length);
    Tensor tensor = allocate(arena, DType.I32, shape);
    MemorySegment.copy(values, 0, tensor.segment(), ValueLayout.JAVA_INT, 0, values.length);
    return tensor;
  }

  private static void requireLength(Shape shape, long length) {
    if (shape.elements() != length) {
      throw new IllegalArgumentException(
          "tensor %s: expected %d values, found %d".formatted(shape, shape.elements(), length));
    }
  }

  public Shape shape() {
    return shape;
  }

  public DType dtype() {
    return dtype;
  }

  public Storage storage() {
    return storage;
  }

  /// Elements between the starts of two neighbouring rows.
  public long rowStride() {
    return rowStride;
  }

  /// Elements from the start of the storage to the first element.
  public long offset() {
    return offset;
  }

  /// The tensor whose allocation this one looks at; itself if it is no view.
  public Tensor root() {
    return root == null ? this : root;
  }

  public boolean isView() {
    return root != null;
  }

  /// Whether rows follow each other without a gap.
  public boolean isContiguous() {
    return rowStride == shape.columns() || shape.rows() <= 1;
  }

  /// Whether the memory is still this tensor's: false once its workspace was released below it.
  public boolean isLive() {
    return ticket == null || ticket.isLive();
  }

  /// Proof of what it was allocated in; null if that is no workspace.
  Workspace.@Nullable Ticket ticket() {
    return ticket;
  }

  /// Size of an axis; negative counts from the end.
  public int size(int axis) {
    return shape.size(axis);
  }

  /// The whole memory behind this tensor as a segment (from the start of the storage).
  public MemorySegment segment() {
    return switch (storage) {
      case Storage.Host(var segment) -> segment;
    };
  }

  /// Address of the first element in bytes. Valid while the owner of the memory is open.
  public long address() {
    return segment().address() + offset * dtype.bytes();
  }

  /// Columns `[from, to)` of every row, as a view.
  public Tensor columns(int from, int to) {
    if (from < 0 || to < from || to > shape.columns()) {
      throw new IllegalArgumentException(
          "columns [%d, %d) of %s: expected a range within the innermost axis"
              .formatted(from, to, shape));
    }
    return view(shape.withColumns(to - from), offset + from, rowStride);
  }

  /// Entries `[from, to)` of the outermost axis, as a view.
  public Tensor rows(int from, int to) {
    if (shape.rank() < 2 || from < 0 || to < from || to > shape.size(0)) {
      throw new IllegalArgumentException(
          "rows [%d, %d) of %s: expected a range within the outermost axis"
              .formatted(from, to, shape));
    }
    int[] sizes = new int[shape.rank()];
    sizes[0] = to - from;
    long rowsPerEntry = 1;
    for (int axis = 1; axis < sizes.length; axis++) {
      sizes[axis] = shape.size(axis);
      rowsPerEntry *= axis < sizes.length - 1 ? shape.size(axis) : 1;
    }
    return view(Shape.of(sizes), offset + from * rowsPerEntry * rowStride, rowStride);
  }

  /// Entry `index` of the outermost axis without that axis, as a view: `[experts, out, in]` to
  /// `[out, in]`.
  public Tensor slice(int index) {
    Tensor entry = rows(index, index + 1);
    return view(shape.inner(), entry.offset, rowStride);
  }

  /// The same elements in another shape, as a view. The innermost axis may change only if
  /// contiguous.
  public Tensor reshape(int... sizes) {
    Shape changed = Shape.of(sizes);
    if (changed.elements() != shape.elements()) {
      throw new IllegalArgumentException(
          "reshape: %s has %d elements, %s has %d"
              .formatted(shape, shape.elements(), changed, changed.elements()));
    }
    if (changed.columns() == shape.columns()) {
      return view(changed, offset, rowStride);
    }
    if (!isContiguous()) {
      throw new IllegalArgumentException(
          "reshape of %s with row stride %d to %s: expected contiguous rows"
              .formatted(shape, rowStride, changed));
    }
    return view(changed, offset, changed.columns());
  }

  /// The part of `other` that lies where this view lies in its root: a gradient's view for a view.
  ///
  /// @param other a contiguous tensor of the root's shape
  public Tensor sameViewOf(Tensor other) {
    Tensor base = root();
    if (!other.shape.equals(base.shape) || !other.isContiguous()) {
      throw new IllegalArgumentException(
          "view of %s: expected a contiguous tensor %s, found %s"
              .formatted(shape, base.shape, other.shape));
    }
    return other.view(shape, other.offset + (offset - base.offset), rowStride);
  }

  private Tensor view(Shape changed, long from, long stride) {
    return new Tensor(storage, dtype, changed, from, stride, root(), ticket);
  }

  private long index(long row, int column) {
    if (row < 0 || row >= shape.rows() || column < 0 || column >= shape.columns()) {
      throw new IndexOutOfBoundsException(
          "element (%d, %d) of tensor %s".formatted(row, column, shape));
    }
    if (!isLive()) {
      throw new IllegalStateException("tensor " + shape + ": its workspace was released");
    }
    return offset + row * rowStride + column;
  }

  /// Element of an F32, F64 or BF16 tensor seen as `[rows, columns]`, as a double.
  public double get(long row, int column) {
    long index = index(row, column);
    MemorySegment memory = segment();
    return switch (dtype) {
      case F32 -> memory.getAtIndex(ValueLayout.JAVA_FLOAT, index);
      case F64 -> memory.getAtIndex(ValueLayout.JAVA_DOUBLE, index);
      case BF16 -> Bf16.toFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, index));
      case I32 -> throw new IllegalStateException("tensor of I32: read it with getInt");
    };
  }

  /// Writes an element of an F32, F64 or BF16 tensor, rounding to its type.
  public void set(long row, int column, double value) {
    long index = index(row, column);
    switch (dtype) {
      case F32 -> segment().setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
      case F64 -> segment().setAtIndex(ValueLayout.JAVA_DOUBLE, index, value);
      case BF16 -> segment().setAtIndex(ValueLayout.JAVA_SHORT, index, Bf16.of((float) value));
      case I32 -> throw new IllegalStateException("tensor of I32: write it with setInt");
    }
  }

  /// Element of an F32 tensor seen as `[rows, columns]`.
  public float getFloat(long row, int column) {
    return segment().getAtIndex(ValueLayout.JAVA_FLOAT, index(row, column));
  }

  /// Element of an I32 tensor seen as `[rows, columns]`.
  public int getInt(long row, int column) {
    return segment().getAtIndex(ValueLayout.JAVA_INT, index(row, column));
  }

  /// Writes an element of an I32 tensor.
  public void setInt(long row, int column, int value) {
    segment().setAtIndex(ValueLayout.JAVA_INT, index(row, column), value);
  }

  /// A copy of all elements of an F32, F64 or BF16 tensor in row-major order, rounded to float.
  public float[] toFloatArray() {
    float[] values = new float[Math.toIntExact(shape.elements())];
    int next = 0;
    for (long row = 0; row < shape.rows(); row++) {
      for (int column = 0; column < shape.columns(); column++) {
        values[next++] = (float) get(row, column);
      }
    }
    return values;
  }

  /// Copies a row of an F32 tensor seen as `[rows, columns]`.
  ///
  /// @param to as many elements as there are columns
  public void copyRow(long row, float[] to) {
    MemorySegment.copy(
        segment(), ValueLayout.JAVA_FLOAT, index(row, 0) * Float.BYTES, to, 0, shape.columns());
  }

  /// A copy of all elements of an I32 tensor in row-major order.
  public int[] toIntArray() {
    int[] values = new int[Math.toIntExact(shape.elements())];
    int next = 0;
    for (long row = 0; row < shape.rows(); row++) {
      for (int column = 0; column < shape.columns(); column++) {
        values[next++] = getInt(row, column);
      }
    }
    return values;
  }

  /// `F32 [12, 7168]`.
  @Override
  public String toString() {
    return dtype + " " + shape;
  }
}
