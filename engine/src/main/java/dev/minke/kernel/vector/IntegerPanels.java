package dev.minke.kernel.vector;

import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import java.util.List;

/// A stored weight whose sections are all strips, for products in integers along its rows.
///
/// @param panels the same weight for exact products; owns nothing either
record IntegerPanels(StoredPanels panels) implements Prepared {
  /// The sections of a group, in order.
  List<StripSection> strips(int group) {
    return panels.sections(group).stream().map(StripSection.class::cast).toList();
  }

  @Override
  public int groups() {
    return panels.groups();
  }

  @Override
  public Orientation orientation() {
    return panels.orientation();
  }

  @Override
  public int depth() {
    return panels.depth();
  }

  @Override
  public int width() {
    return panels.width();
  }

  @Override
  public long bytes() {
    return panels.bytes();
  }

  @Override
  public void close() {}
}
