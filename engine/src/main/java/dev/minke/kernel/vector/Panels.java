package dev.minke.kernel.vector;

import dev.minke.kernel.Orientation;
import java.lang.foreign.Arena;

/// A weight in column panels: `[groups, panels, depth, columns of a panel]`, the last panel filled
/// up with zeros.
///
/// A permutation of the master, read front to back by a product over k.
final class Panels implements Panelled {
  private final Arena arena = Arena.ofShared();
  private final Orientation orientation;
  private final int groups;
  private final int depth;
  private final int width;
  private final long address;

  Panels(Orientation orientation, int groups, int depth, int width) {
    this.orientation = orientation;
    this.groups = groups;
    this.depth = depth;
    this.width = width;
    this.address = Memory.allocateFloats(arena, bytes() / Float.BYTES);
  }

  @Override
  public int count() {
    return (width + Tiles.COLUMNS - 1) / Tiles.COLUMNS;
  }

  /// Bytes of one panel.
  long panelBytes() {
    return depth * Tiles.PANEL_BYTES;
  }

  /// Address of a panel of a group.
  long panel(int group, int panel) {
    return address + ((long) group * count() + panel) * panelBytes();
  }

  @Override
  public int firstColumn(int panel) {
    return panel * Tiles.COLUMNS;
  }

  @Override
  public int columns(int panel) {
    return Math.min(Tiles.COLUMNS, width - panel * Tiles.COLUMNS);
  }

  @Override
  public long panel(int group, int panel, int from, int length, long room) {
    return panel(group, panel) + from * Tiles.PANEL_BYTES;
  }

  /// A column of the first group: a row of a forward weight.
  void row(int row, long to) {
    long at = panel(0, row / Tiles.COLUMNS) + row % Tiles.COLUMNS * (long) Float.BYTES;
    for (int k = 0; k < depth; k++) {
      Memory.set(to + k * (long) Float.BYTES, Memory.get(at + k * Tiles.PANEL_BYTES));
    }
  }

  @Override
  public long room() {
    return 0;
  }

  @Override
  public Orientation orientation() {
    return orientation;
  }

  @Override
  public int groups() {
    return groups;
  }

  @Override
  public int depth() {
    return depth;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public long bytes() {
    return (long) groups * count() * panelBytes();
  }

  @Override
  public void close() {
    arena.close();
  }
}
