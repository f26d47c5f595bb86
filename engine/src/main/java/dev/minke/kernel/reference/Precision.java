package dev.minke.kernel.reference;

import dev.minke.kernel.Kernels;
import dev.minke.tensor.DType;
import dev.minke.tensor.Tensor;

/// The arithmetic of one float type, on numbers that travel as doubles.
enum Precision {
  /// F32: each operation's result is rounded to float.
  SINGLE,
  /// F64.
  DOUBLE;

  /// The arithmetic of a tensor's elements.
  static Precision of(Tensor x) {
    return x.dtype() == DType.F64 ? DOUBLE : SINGLE;
  }

  /// A sum, difference, product, quotient or root of two numbers of this precision, rounded to it.
  double round(double value) {
    return this == SINGLE ? (float) value : value;
  }

  /// `a · b + c`, rounded once.
  double fma(double a, double b, double c) {
    return this == SINGLE ? Math.fma((float) a, (float) b, (float) c) : Math.fma(a, b, c);
  }

  double exp(double value) {
    return round(StrictMath.exp(value));
  }

  double log(double value) {
    return round(StrictMath.log(value));
  }

  /// `1 / (1 + exp(-value))`.
  double sigmoid(double value) {
    return round(1 / round(1 + exp(-value)));
  }

  /// `start + a[0] · b[0] + a[1] · b[1] + …`, one fused multiply-add after the other.
  double chain(double start, double[] a, double[] b) {
    if (this == SINGLE) {
      float sum = (float) start;
      for (int i = 0; i < a.length; i++) {
        sum = Math.fma((float) a[i], (float) b[i], sum);
      }
      return sum;
    }
    double sum = start;
    for (int i = 0; i < a.length; i++) {
      sum = Math.fma(a[i], b[i], sum);
    }
    return sum;
  }

  /// `sum[i] += factor · x[i]`, one fused multiply-add each.
  void addScaled(double factor, double[] x, double[] sum) {
    for (int i = 0; i < x.length; i++) {
      sum[i] = fma(factor, x[i], sum[i]);
    }
  }

  /// The row reduction of `x`, see [Kernels].
  double sum(double... x) {
    double[] lanes = new double[Kernels.LANES];
    for (int i = 0; i < x.length; i++) {
      int lane = i % Kernels.LANES;
      lanes[lane] = round(lanes[lane] + x[i]);
    }
    return tree(lanes);
  }

  /// The row reduction of `a · b`, a fused multiply-add into each lane.
  double dot(double[] a, double[] b) {
    double[] lanes = new double[Kernels.LANES];
    for (int i = 0; i < a.length; i++) {
      int lane = i % Kernels.LANES;
      lanes[lane] = fma(a[i], b[i], lanes[lane]);
    }
    return tree(lanes);
  }

  private double tree(double[] lanes) {
    for (int half = Kernels.LANES / 2; half > 0; half /= 2) {
      for (int j = 0; j < half; j++) {
        lanes[j] = round(lanes[j] + lanes[j + half]);
      }
    }
    return lanes[0];
  }

  /// The largest of `x`; -∞ of nothing.
  static double max(double[] x) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : x) {
      max = Math.max(max, value);
    }
    return max;
  }
}
