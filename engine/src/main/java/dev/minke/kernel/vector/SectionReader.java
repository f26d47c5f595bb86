package dev.minke.kernel.vector;

import dev.minke.kernel.x86.StripFormat;
import dev.minke.tensor.BlockFormat;
import dev.minke.tensor.StoredRows;
import dev.minke.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Brings rows from files into memory: into strips where their format has products in integers,
/// else as they lie. Several threads may read at once.
final class SectionReader {
  /// Rows of a strip, of either kind.
  private static final int ROWS = StripFormat.ROWS;

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
    BlockFormat format = rows.format();
    int count = rows.count();
    int columns = rows.columns();
    Optional<StripFormat> strips = StripPacking.of(format, columns);
    if (strips.isPresent()) {
      return new StripSection(strips.get(), address, count, columns);
    }
    Optional<PairSection.Kind> pairs = PairSection.Kind.of(format, columns);
    if (pairs.isPresent()) {
      return new PairSection(pairs.get(), address, count, columns);
    }
    return new RowSection(format, address, count, columns);
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
            case StripSection _, PairSection _ -> ROWS;
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
    if (piece.section instanceof RowSection asTheyAre) {
      rows.read(from, to, Memory.ALL, asTheyAre.address() + from * rowBytes);
      return;
    }
    try (ScratchPool.Scratch scratch = scratches.borrow()) {
      long room = scratch.floats((to - from) * rowBytes / Float.BYTES + 1);
      rows.read(from, to, Memory.ALL, room);
      for (int row = from; row < to; row += ROWS) {
        int count = Math.min(ROWS, to - row);
        pack(rows, piece.section, room + (row - from) * rowBytes, count, row / ROWS);
      }
    }
  }

  private static void pack(StoredRows rows, Section section, long source, int count, int strip) {
    switch (section) {
      case StripSection to -> {
        long at = to.address() + strip * to.stripBytes();
        StripPacking.pack(rows.format(), to.format(), source, count, rows.columns(), at);
      }
      case PairSection to -> to.pack(source, count, strip);
      case RowSection _ -> throw new IllegalArgumentException("rows are not packed");
    }
  }
}
