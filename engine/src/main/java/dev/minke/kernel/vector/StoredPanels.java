package dev.minke.kernel.vector;

import dev.minke.kernel.Orientation;
import java.util.List;

/// A stored weight `[groups, out, in]` for products that sum along its rows: forward ones, or
/// backward ones where the file holds the weight turned. Rows stay as they are stored and become
/// panels of F32 in the cache, a chunk at a time, just before they are multiplied.
final class StoredPanels implements Panelled {
  private final Orientation orientation;
  private final List<Section> layout;
  private final List<List<Section>> groups;
  private final int depth;
  private final int width;

  /// By panel: which section of a group, which of its rows, which column of the product, how many.
  private final int[] sections;

  private final int[] rows;
  private final int[] firstColumns;
  private final int[] columns;

  /// @param orientation which products sum along the rows as they are stored
  /// @param layout sections with the numbers of rows that those of every group have
  /// @param groups sections in order, looked up at each product; none of a group that no row meets
  StoredPanels(Orientation orientation, List<Section> layout, List<List<Section>> groups) {
    this.orientation = orientation;
    this.layout = layout;
    this.groups = groups;
    this.depth = layout.getFirst().columns();
    int count = layout.stream().mapToInt(part -> panels(part.rows())).sum();
    sections = new int[count];
    rows = new int[count];
    firstColumns = new int[count];
    columns = new int[count];
    int panel = 0;
    int column = 0;
    for (int section = 0; section < layout.size(); section++) {
      int left = layout.get(section).rows();
      for (int row = 0; row < left; row += Tiles.COLUMNS, panel++) {
        sections[panel] = section;
        rows[panel] = row;
        firstColumns[panel] = column + row;
        columns[panel] = Math.min(Tiles.COLUMNS, left - row);
      }
      column += left;
    }
    this.width = column;
  }

  /// The sections of a group, in order.
  List<Section> sections(int group) {
    return groups.get(group);
  }

  private static int panels(int rows) {
    return (rows + Tiles.COLUMNS - 1) / Tiles.COLUMNS;
  }

  @Override
  public int count() {
    return columns.length;
  }

  @Override
  public int firstColumn(int panel) {
    return firstColumns[panel];
  }

  @Override
  public int columns(int panel) {
    return columns[panel];
  }

  @Override
  public long panel(int group, int panel, int from, int length, long room) {
    Section section = groups.get(group).get(sections[panel]);
    long scratch = room + (long) Tiles.CHUNK * Tiles.PANEL_BYTES;
    section.decode(rows[panel], columns[panel], from, length, room, scratch);
    return room;
  }

  /// A whole row of the first group.
  ///
  /// @param room floats of [#room]
  void row(int row, long to, long room) {
    int left = row;
    for (Section section : groups.getFirst()) {
      if (left < section.rows()) {
        section.row(left, to, room);
        return;
      }
      left -= section.rows();
    }
    throw new IndexOutOfBoundsException("row " + row + " of " + width);
  }

  @Override
  public long room() {
    return (long) Tiles.CHUNK * Tiles.COLUMNS + Section.ROOM;
  }

  @Override
  public Orientation orientation() {
    return orientation;
  }

  @Override
  public int groups() {
    return groups.size();
  }

  @Override
  public int depth() {
    return depth;
  }

  @Override
  public int width() {
    return width;
  }

  /// Of the sections, which belong to the [LoadedWeight].
  @Override
  public long bytes() {
    return groups.size() * layout.stream().mapToLong(Section::bytes).sum();
  }

  @Override
  public void close() {}
}
