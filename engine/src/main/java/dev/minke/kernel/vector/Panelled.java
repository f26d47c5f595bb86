package dev.minke.kernel.vector;

import dev.minke.kernel.Prepared;

/// A weight that a product reads in panels of [Tiles#COLUMNS] columns, `[depth, columns of a
/// panel]`, some k at a time.
sealed interface Panelled extends Prepared permits Panels, StoredPanels {
  /// Panels of one group.
  int count();

  /// The column of the product that a panel begins at.
  int firstColumn(int panel);

  /// Columns of a panel that are not filling.
  int columns(int panel);

  /// Some k of a panel.
  ///
  /// @param from first k, a multiple of [Tiles#CHUNK]
  /// @param length how many, at most [Tiles#CHUNK] unless [#room] is 0
  /// @param room floats that the caller owns, as many as [#room] says
  /// @return their address; the content of `room` where the weight does not lie in panels
  long panel(int group, int panel, int from, int length, long room);

  /// Floats that [#panel] wants.
  long room();
}
