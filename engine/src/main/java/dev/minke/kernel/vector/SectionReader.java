package dev.minke.kernel.vector;

import dev.minke.kernel.x86.StripFormat;
import dev.minke.tensor.StoredRows;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Brings rows from files into memory: into strips where their format has products in integers,
/// else as they lie. Several threads may read at once.
final class SectionReader {
  /// Bytes that a thread reads at once: what is packed into strips then is still in its cache.
  private static final int PIECE_BYTES = 1 << 20;

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

  /// Some rows of a section, read by one thread at once.
  ///
  /// @param from first row; of strips a multiple of their rows
  /// @param to behind the last
  record Piece(StoredRows rows, Section section, int from, int to) {
    long bytes() {
      return (to - from) * rows.format().rowBytes(rows.columns());
    }
  }

  /// All that must be read so that the sections of a matrix are whole.
  static List<Piece> pieces(List<StoredRows> matrix, List<Section> sections) {
    List<Piece> pieces = new ArrayList<>();
    for (int i = 0; i < sections.size(); i++) {
      StoredRows rows = matrix.get(i);
      Section section = sections.get(i);
      int step =
          switch (section) {
            case RowSection _ -> 1;
            case StripSection _ -> StripFormat.ROWS;
          };
      long rowBytes = rows.format().rowBytes(rows.columns());
      int each = (int) Math.clamp(PIECE_BYTES / rowBytes / step * step, step, 1 << 30);
      for (int from = 0; from < rows.count(); from += each) {
        pieces.add(new Piece(rows, section, from, Math.min(rows.count(), from + each)));
      }
    }
    return pieces;
  }

  /// Reads some rows into their place.
  void read(Piece piece) {
    StoredRows rows = piece.rows;
    int from = piece.from;
    int to = piece.to;
    long rowBytes = rows.format().rowBytes(rows.columns());
    switch (piece.section) {
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
}
