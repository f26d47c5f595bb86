package dev.minke.kernel.reference;

import dev.minke.kernel.KvRows;
import dev.minke.kernel.KvView;
import dev.minke.kernel.Rotation;
import dev.minke.quant.Fp8Latents;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;

/// Operations that take one row at a time.
final class ReferenceRows {
  private ReferenceRows() {}

  static void fill(Tensor x, float value) {
    for (int row = 0; row < Rows.count(x); row++) {
      for (int column = 0; column < x.shape().columns(); column++) {
        x.set(row, column, value);
      }
    }
  }

  static void copy(Tensor x, Tensor out) {
    if (x.dtype() != DType.I32) {
      convert(x, out);
      return;
    }
    for (int row = 0; row < Rows.count(x); row++) {
      for (int column = 0; column < x.shape().columns(); column++) {
        out.setInt(row, column, x.getInt(row, column));
      }
    }
  }

  /// `out = x`, rounded to the type of `out`.
  static void convert(Tensor x, Tensor out) {
    for (int row = 0; row < Rows.count(x); row++) {
      Rows.write(out, row, Rows.read(x, row));
    }
  }

  static void encode(Tensor x, KvRows out) {
    switch (out.layout().format()) {
      case F32, BF16 -> convert(x, out.numbers());
      case FP8 -> {
        Fp8Latents layout = out.layout().fp8();
        try (Arena arena = Arena.ofConfined()) {
          for (int row = 0; row < Rows.count(x); row++) {
            Tensor floats = Tensor.allocate(arena, DType.F32, Shape.of(1, out.layout().width()));
            Rows.write(floats, 0, Rows.read(x, row));
            layout.encode(floats.segment(), 0, out.memory().segment(), rowAt(out, row));
          }
        }
      }
    }
  }

  static void decode(KvRows x, Tensor out) {
    for (int row = 0; row < Rows.count(out); row++) {
      Rows.write(out, row, decoded(x, row));
    }
  }

  /// A row of a cache, widened.
  static double[] decoded(KvRows x, long row) {
    return switch (x.layout().format()) {
      case F32, BF16 -> Rows.read(x.numbers(), row);
      case FP8 -> {
        try (Arena arena = Arena.ofConfined()) {
          Tensor floats = Tensor.allocate(arena, DType.F32, Shape.of(1, x.layout().width()));
          x.layout().fp8().decode(x.memory().segment(), rowAt(x, row), floats.segment(), 0);
          yield Rows.read(floats, 0);
        }
      }
    };
  }

  /// Where a row begins in its segment.
  private static long rowAt(KvRows rows, long row) {
    Tensor memory = rows.memory();
    return (memory.offset() + row * memory.rowStride()) * memory.dtype().bytes();
  }

  static void add(Tensor a, Tensor b, Tensor out) {
    Precision precision = Precision.of(out);
    for (int row = 0; row < Rows.count(a); row++) {
      for (int column = 0; column < a.shape().columns(); column++) {
        out.set(row, column, precision.round(a.get(row, column) + b.get(row, column)));
      }
    }
  }

  static void addScaled(Tensor x, float factor, Tensor sum) {
    Precision precision = Precision.of(sum);
    for (int row = 0; row < Rows.count(x); row++) {
      double[] sums = Rows.read(sum, row);
      precision.addScaled(factor, Rows.read(x, row), sums);
      Rows.write(sum, row, sums);
    }
  }

  static void sequenceSums(
      Tensor values, Tensor weights, List<KvView.Sequence> sequences, Tensor out) {
    for (int s = 0; s < sequences.size(); s++) {
      double[] own = Rows.read(part(values, sequences.get(s)), 0);
      out.set(0, s, Precision.of(out).dot(own, Rows.read(part(weights, sequences.get(s)), 0)));
    }
  }

  static void sequenceSumsGradient(
      Tensor dOut, Tensor weights, List<KvView.Sequence> sequences, Tensor dValues) {
    for (int s = 0; s < sequences.size(); s++) {
      Tensor own = part(dValues, sequences.get(s));
      double[] sums = Rows.read(own, 0);
      double[] factors = Rows.read(part(weights, sequences.get(s)), 0);
      Precision.of(dValues).addScaled(dOut.get(0, s), factors, sums);
      Rows.write(own, 0, sums);
    }
  }

  /// The elements of a sequence.
  private static Tensor part(Tensor x, KvView.Sequence sequence) {
    return x.columns(sequence.firstQuery(), sequence.firstQuery() + sequence.queries());
  }

  static double sumOfSquares(Tensor x) {
    double sum = 0;
    for (int row = 0; row < Rows.count(x); row++) {
      double[] values = Rows.read(x, row);
      sum += Precision.DOUBLE.dot(values, values);
    }
    return sum;
  }

  static void rmsNorm(Tensor x, Tensor gain, float epsilon, Tensor out, Tensor inverseRms) {
    Precision precision = Precision.of(out);
    int dim = x.shape().columns();
    for (int row = 0; row < Rows.count(x); row++) {
      double[] values = Rows.read(x, row);
      double mean = precision.round(precision.dot(values, values) / dim);
      double root = precision.round(Math.sqrt(precision.round(mean + epsilon)));
      double inverse = precision.round(1 / root);
      inverseRms.set(0, row, inverse);
      for (int c = 0; c < dim; c++) {
        double normed = precision.round(values[c] * inverse);
        out.set(row, c, precision.round(normed * gain.get(0, c)));
      }
    }
  }

  static void rmsNormInputGradient(
      Tensor dOut, Tensor x, Tensor gain, Tensor inverseRms, Tensor dx) {
    Precision precision = Precision.of(dx);
    int dim = x.shape().columns();
    for (int row = 0; row < Rows.count(x); row++) {
      double[] values = Rows.read(x, row);
      double[] scaled = new double[dim];
      for (int c = 0; c < dim; c++) {
        scaled[c] = precision.round(gain.get(0, c) * dOut.get(row, c));
      }
      double r = inverseRms.get(0, row);
      double cube = precision.round(precision.round(r * r) * r);
      double mean = precision.round(precision.dot(scaled, values) / dim);
      double slope = precision.round(cube * mean);
      for (int c = 0; c < dim; c++) {
        double through = precision.round(r * scaled[c]);
        double change = precision.fma(-slope, values[c], through);
        dx.set(row, c, precision.round(dx.get(row, c) + change));
      }
    }
  }

  static void addRow(Tensor x, Tensor row) {
    Precision precision = Precision.of(x);
    for (int r = 0; r < Rows.count(x); r++) {
      for (int c = 0; c < x.shape().columns(); c++) {
        x.set(r, c, precision.round(x.get(r, c) + row.get(0, c)));
      }
    }
  }

  static void addRowGradient(Tensor dOut, Tensor dRow) {
    Precision precision = Precision.of(dRow);
    for (int r = 0; r < Rows.count(dOut); r++) {
      for (int c = 0; c < dOut.shape().columns(); c++) {
        dRow.set(0, c, precision.round(dRow.get(0, c) + dOut.get(r, c)));
      }
    }
  }

  static void rmsNormGainGradient(Tensor dOut, Tensor x, Tensor inverseRms, Tensor dGain) {
    Precision precision = Precision.of(dGain);
    for (int row = 0; row < Rows.count(x); row++) {
      for (int c = 0; c < x.shape().columns(); c++) {
        double normed = precision.round(x.get(row, c) * inverseRms.get(0, row));
        dGain.set(0, c, precision.fma(dOut.get(row, c), normed, dGain.get(0, c)));
      }
    }
  }

  static void rotate(Tensor x, Tensor positions, Rotation rotation, boolean inverse) {
    Precision precision = Precision.of(x);
    float[] frequencies = rotation.frequencies();
    int rows = Rows.count(x);
    int tokens = positions.shape().columns();
    for (int row = 0; row < rows; row++) {
      int position = positions.getInt(0, row / (rows / tokens));
      for (int i = 0; i < frequencies.length; i++) {
        double angle = position * (double) frequencies[i];
        double cos = precision.round(StrictMath.cos(angle) * rotation.magnitude());
        double turn = precision.round(StrictMath.sin(angle) * rotation.magnitude());
        double sin = inverse ? -turn : turn;
        double even = x.get(row, 2 * i);
        double odd = x.get(row, 2 * i + 1);
        x.set(row, 2 * i, precision.fma(even, cos, -precision.round(odd * sin)));
        x.set(row, 2 * i + 1, precision.fma(even, sin, precision.round(odd * cos)));
      }
    }
  }

  static void joinKeys(Tensor own, Tensor shared, Tensor out) {
    int heads = own.size(1);
    int nopeDim = own.shape().columns();
    Tensor left = out.columns(0, nopeDim);
    Tensor right = out.columns(nopeDim, out.shape().columns());
    for (int row = 0; row < Rows.count(own); row++) {
      Rows.write(left, row, Rows.read(own, row));
      Rows.write(right, row, Rows.read(shared, row / heads));
    }
  }

  static void joinKeysGradient(Tensor dOut, Tensor dOwn, Tensor dShared) {
    int heads = dOwn.size(1);
    int nopeDim = dOwn.shape().columns();
    Tensor left = dOut.columns(0, nopeDim);
    Tensor right = dOut.columns(nopeDim, dOut.shape().columns());
    for (int row = 0; row < Rows.count(dOwn); row++) {
      Rows.add(dOwn, row, Rows.read(left, row));
      Rows.add(dShared, row / heads, Rows.read(right, row));
    }
  }
}
