package dev.minke.kernel.reference;

import dev.minke.tensor.Tensor;

/// Matrix products and embeddings.
final class ReferenceProducts {
  private ReferenceProducts() {}

  static void matmul(Tensor x, ReferenceWeight weight, Tensor out, boolean accumulate) {
    for (int row = 0; row < Rows.count(x); row++) {
      multiply(x, weight, 0, out, row, accumulate);
    }
  }

  static void groupedMatmul(
      Tensor x, ReferenceWeight weight, Tensor offsets, Tensor out, boolean accumulate) {
    for (int expert = 0; expert < weight.groups(); expert++) {
      for (int row = offsets.getInt(0, expert); row < offsets.getInt(0, expert + 1); row++) {
        multiply(x, weight, expert, out, row, accumulate);
      }
    }
  }

  static void headMatmul(Tensor x, ReferenceWeight weight, Tensor out) {
    for (int row = 0; row < Rows.count(x); row++) {
      multiply(x, weight, row % weight.groups(), out, row, false);
    }
  }

  /// One row of `x` times one matrix.
  private static void multiply(
      Tensor x, ReferenceWeight weight, int group, Tensor out, int row, boolean accumulate) {
    Precision precision = Precision.of(out);
    double[] values = Rows.read(x, row);
    for (int n = 0; n < weight.width(); n++) {
      double start = accumulate ? out.get(row, n) : 0;
      out.set(row, n, weight.product(precision, start, values, group, n));
    }
  }

  static void weightGradient(Tensor dOut, Tensor x, Tensor dWeight, boolean accumulate) {
    if (!accumulate) {
      ReferenceRows.fill(dWeight, 0);
    }
    addOuterProducts(dOut, x, 0, Rows.count(x), dWeight);
  }

  static void groupedWeightGradient(
      Tensor dOut, Tensor x, Tensor offsets, Tensor dWeight, boolean accumulate) {
    if (!accumulate) {
      ReferenceRows.fill(dWeight, 0);
    }
    for (int expert = 0; expert < dWeight.size(0); expert++) {
      int from = offsets.getInt(0, expert);
      int to = offsets.getInt(0, expert + 1);
      addOuterProducts(dOut, x, from, to, dWeight.slice(expert));
    }
  }

  private static void addOuterProducts(Tensor dOut, Tensor x, int from, int to, Tensor dWeight) {
    Precision precision = Precision.of(dWeight);
    double[][] sums = Rows.readAll(dWeight);
    for (int row = from; row < to; row++) {
      double[] values = Rows.read(x, row);
      for (int n = 0; n < sums.length; n++) {
        precision.addScaled(dOut.get(row, n), values, sums[n]);
      }
    }
    for (int n = 0; n < sums.length; n++) {
      Rows.write(dWeight, n, sums[n]);
    }
  }

  static void embedding(Tensor table, Tensor ids, Tensor out) {
    for (int token = 0; token < ids.shape().columns(); token++) {
      Rows.write(out, token, Rows.read(table, ids.getInt(0, token)));
    }
  }

  static void embeddingGradient(Tensor dOut, Tensor ids, Tensor dTable) {
    for (int token = 0; token < ids.shape().columns(); token++) {
      Rows.add(dTable, ids.getInt(0, token), Rows.read(dOut, token));
    }
  }
}
