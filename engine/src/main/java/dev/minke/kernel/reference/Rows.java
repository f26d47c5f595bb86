package dev.minke.kernel.reference;

import dev.minke.tensor.Tensor;

/// Rows of float tensors as arrays: all axes but the innermost are flattened.
final class Rows {
  private Rows() {}

  static int count(Tensor x) {
    return Math.toIntExact(x.shape().rows());
  }

  static double[] read(Tensor x, long row) {
    double[] values = new double[x.shape().columns()];
    for (int column = 0; column < values.length; column++) {
      values[column] = x.get(row, column);
    }
    return values;
  }

  static double[][] readAll(Tensor x) {
    double[][] rows = new double[count(x)][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = read(x, row);
    }
    return rows;
  }

  static void write(Tensor x, long row, double[] values) {
    for (int column = 0; column < values.length; column++) {
      x.set(row, column, values[column]);
    }
  }

  /// `x[row] += values`.
  static void add(Tensor x, long row, double[] values) {
    Precision precision = Precision.of(x);
    for (int column = 0; column < values.length; column++) {
      x.set(row, column, precision.round(x.get(row, column) + values[column]));
    }
  }
}
