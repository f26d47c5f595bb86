package dev.minke.post;

/// The logistic function and its logarithm, the same bits on every machine.
final class Sigmoid {
  private Sigmoid() {}

  static double of(double x) {
    return x >= 0 ? 1 / (1 + StrictMath.exp(-x)) : 1 - of(-x);
  }

  /// `-log σ(x)`, finite for every finite `x`.
  static double negativeLog(double x) {
    return Math.max(-x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
  }
}
