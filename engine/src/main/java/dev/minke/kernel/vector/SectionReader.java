package dev.minke.kernel.vector;

import dev.minke.kernel.x86.StripFormat;
import dev.minke.tensor.StoredRows;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Brings rows from files into memory: into strips where their format has products in integers,
/// else as they lie. Several threads may read at once.
final class SectionReader {
  private final ScratchPool scratches;

  SectionReader(ScratchPool scratches) {
    this.scratches = scratches;
  }

  /// The section that rows become.
  ///
  /// @param address of memory for it
  static Section section(StoredRows rows, long address) {
    return StripPacking.of(rows.format(), rows.columns())
        .<Section>map(format -> new StripSection(format, address, rows.count(), rows.columns()))
        .orElseGet(() ->
            new RowSection(
                rows.format(),
                address,
                rows.format().rowBytes(rows.columns()),
                rows.count(),
                rows.columns()));
  }

  /// The sections that a matrix becomes, one behind the other.
  ///
  /// @param address of memory for [#bytes]
  static List<Section> sections(List<StoredRows> matrix, long address) {
    List<Section> sections = new ArrayList<>();
    long next = address;
    for (StoredRows rows : matrix) {
      Section section = section(rows, next);
      sections.add(section);
      next += aligned(section.bytes());
    }
    return sections;
  }

  /// Memory of such sections.
  static long bytes(List<Section> sections) {
    return sections.stream().mapToLong(section -> aligned(section.bytes())).sum();
  }

  private static long aligned(long bytes) {
    return (bytes + Tensor.ALIGNMENT - 1) / Tensor.ALIGNMENT * Tensor.ALIGNMENT;
  }

  /// Rows that [#read] begins at are multiples of it.
  static int step(Section section) {
    return switch (section) {
      case RowSection _ -> 1;
      case StripSection _ -> StripFormat.ROWS;
    };
  }

  /// Reads some rows into their place.
  ///
  /// @param from a multiple of [#step]
  /// @param to another one, or the end
  void read(StoredRows rows, Section section, int from, int to) {
    long rowBytes = rows.format().rowBytes(rows.columns());
    switch (section) {
      case RowSection(_, long address, _, _, _) ->
          rows.read(from, to, Memory.ALL, address + from * rowBytes);
      case StripSection strips -> {
        try (ScratchPool.Scratch scratch = scratches.borrow()) {
          long room = scratch.floats((to - from) * rowBytes / Float.BYTES + 1);
          rows.read(from, to, Memory.ALL, room);
          for (int row = from; row < to; row += StripFormat.ROWS) {
            int count = Math.min(StripFormat.ROWS, to - row);
            long source = room + (row - from) * rowBytes;
            long strip = strips.address() + row / StripFormat.ROWS * strips.stripBytes();
            StripPacking.pack(rows.format(), strips.format(), source, count, rows.columns(), strip);
          }
        }
      }
    }
  }

  /// How many rows are read at once, about.
  static int piece(StoredRows rows, Section section, long bytes) {
    int step = step(section);
    long rowBytes = rows.format().rowBytes(rows.columns());
    return (int) Math.clamp(bytes / rowBytes / step * step, step, 1 << 30);
  }
}
