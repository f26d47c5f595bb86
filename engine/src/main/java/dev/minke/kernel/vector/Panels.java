package dev.minke.kernel.vector;

import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import java.lang.foreign.Arena;

/// A weight in column panels: `[groups, panels, depth, columns of a panel]`, the last panel filled
/// up with zeros.
///
/// A permutation of the master, read front to back by a product over k.
final class Panels implements Prepared {
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

  /// Panels of one group.
  int count() {
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

  /// Columns of a panel that are not filling.
  int columns(int panel) {
    return Math.min(Tiles.COLUMNS, width - panel * Tiles.COLUMNS);
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
