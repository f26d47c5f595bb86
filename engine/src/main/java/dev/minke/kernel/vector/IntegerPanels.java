package dev.minke.kernel.vector;

import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import java.util.List;

/// A stored weight for forward products in integers: strips, which belong to a [LoadedWeight].
///
/// @param sections of each group in order; of the same numbers of rows in every group
record IntegerPanels(List<List<StripSection>> sections, int width) implements Prepared {
  @Override
  public int groups() {
    return sections.size();
  }

  @Override
  public Orientation orientation() {
    return Orientation.FORWARD;
  }

  @Override
  public int depth() {
    return sections.getFirst().getFirst().columns();
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public long bytes() {
    return sections.stream().flatMap(List::stream).mapToLong(Section::bytes).sum();
  }

  @Override
  public void close() {}
}
