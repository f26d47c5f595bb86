package dev.minke.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// A master that stays in its file: a matrix or a stack of matrices, each a sequence of rows that
/// may have several formats.
///
/// @param shape `[out, in]` or `[groups, out, in]`
/// @param groups the rows of each matrix in order; rows are along `in`, or along `out` if `turned`
/// @param turned whether files hold each matrix the other way round, `[in, out]`
public record StoredWeight(Shape shape, List<List<StoredRows>> groups, boolean turned) {
  public StoredWeight {
    groups = groups.stream().map(List::copyOf).toList();
    int expected = shape.rank() == 3 ? shape.size(0) : 1;
    if (groups.size() != expected) {
      throw new IllegalArgumentException(
          "stored weight %s: expected %d groups, found %d"
              .formatted(shape, expected, groups.size()));
    }
    int rows = shape.size(turned ? -1 : -2);
    int columns = shape.size(turned ? -2 : -1);
    for (List<StoredRows> group : groups) {
      int found = group.stream().mapToInt(StoredRows::count).sum();
      if (found != rows || group.stream().anyMatch(part -> part.columns() != columns)) {
        throw new IllegalArgumentException(
            "stored weight %s: expected %d rows of %d in each group, found %d rows"
                .formatted(shape, rows, columns, found));
      }
    }
  }

  /// All of it in F32.
  ///
  /// @param arena owns the result
  /// @return `shape`
  public Tensor widen(Arena arena) {
    Tensor all = Tensor.allocate(arena, DType.F32, shape);
    for (int group = 0; group < groups.size(); group++) {
      int first = 0;
      for (StoredRows part : groups.get(group)) {
        widen(part, all, group * shape.size(-2), first);
        first += part.count();
      }
    }
    return all;
  }

  /// @param from first row of the group
  /// @param first where in the group the part begins: a row, or a column if turned
  private void widen(StoredRows part, Tensor all, int from, int first) {
    int columns = part.columns();
    BlockFormat format = part.format();
    int blocks = format.blocks(columns);
    try (Arena temporary = Arena.ofConfined()) {
      MemorySegment bytes = temporary.allocate(format.rowBytes(columns), Tensor.ALIGNMENT);
      long elements = (long) blocks * format.blockElements();
      MemorySegment row = temporary.allocate(elements * Float.BYTES, Tensor.ALIGNMENT);
      for (int r = 0; r < part.count(); r++) {
        part.read(r, r + 1, bytes, 0);
        format.decode(bytes, 0, blocks, row, 0);
        for (int c = 0; c < columns; c++) {
          float value = row.getAtIndex(ValueLayout.JAVA_FLOAT, c);
          all.set(turned ? from + c : from + first + r, turned ? first + r : c, value);
        }
      }
    }
  }

  /// Bytes in the file.
  public long bytes() {
    return groups.stream()
        .flatMap(List::stream)
        .mapToLong(part -> part.count() * part.format().rowBytes(part.columns()))
        .sum();
  }
}
