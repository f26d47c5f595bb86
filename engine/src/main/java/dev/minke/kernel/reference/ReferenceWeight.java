package dev.minke.kernel.reference;

import dev.minke.kernel.Orientation;
import dev.minke.kernel.Prepared;
import dev.minke.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A copy of a master in which the numbers that meet one row of `x` for one output lie together.
final class ReferenceWeight implements Prepared {
  private final Orientation orientation;
  private final int groups;
  private final int depth;
  private final int width;

  /// `[groups · width][depth]`.
  private final double[][] columns;

  /// Null where activations are taken as they are.
  private final @Nullable ReferenceIntegers integers;

  /// A weight whose products round activations.
  ReferenceWeight(Prepared exact, ReferenceIntegers integers) {
    this.orientation = exact.orientation();
    this.groups = exact.groups();
    this.depth = exact.depth();
    this.width = exact.width();
    this.columns = new double[0][];
    this.integers = integers;
  }

  ReferenceWeight(Tensor master, Orientation orientation) {
    this.integers = null;
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

  /// `start` and the products of a row with a column, one after the other.
  double product(Precision precision, double start, double[] row, int group, int n) {
    int column = group * width + n;
    return integers == null
        ? precision.chain(start, row, columns[column])
        : integers.chain((float) start, row, column);
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
