package dev.minke.kernel.reference;

import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.tensor.Tensor;

/// A copy of a master in which the numbers that meet one row of `x` for one output lie together.
final class ReferenceWeight implements Prepared {
  private final Orientation orientation;
  private final int groups;
  private final int depth;
  private final int width;

  /// `[groups · width][depth]`.
  private final double[][] columns;

  ReferenceWeight(Tensor master, Orientation orientation) {
    this.orientation = orientation;
    this.groups = master.shape().rank() == 2 ? 1 : master.size(0);
    boolean forward = orientation == Orientation.FORWARD;
    this.depth = master.size(forward ? -1 : -2);
    this.width = master.size(forward ? -2 : -1);
    this.columns = new double[groups * width][depth];
    pack(master);
  }

  void pack(Tensor master) {
    boolean forward = orientation == Orientation.FORWARD;
    for (int group = 0; group < groups; group++) {
      for (int n = 0; n < width; n++) {
        double[] column = columns[group * width + n];
        for (int k = 0; k < depth; k++) {
          column[k] =
              forward
                  ? master.get((long) group * width + n, k)
                  : master.get((long) group * depth + k, n);
        }
      }
    }
  }

  double[] column(int group, int n) {
    return columns[group * width + n];
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
    return (long) columns.length * depth * Double.BYTES;
  }

  @Override
  public void close() {}
}
