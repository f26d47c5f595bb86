package dev.minke.eval;

/// Sums of values and of their squares. Mutable, owned by one measurement.
final class Moments {
  private long count;
  private double sum;
  private double squares;

  void add(double value) {
    count++;
    sum += value;
    squares += value * value;
  }

  long count() {
    return count;
  }

  /// The mean, with the error of independent values.
  Estimate estimate() {
    if (count == 0) {
      return new Estimate(Double.NaN, Double.NaN);
    }
    double mean = sum / count;
    double variance = squares / count - mean * mean;
    return new Estimate(mean, count > 1 ? Math.sqrt(Math.max(0, variance) / (count - 1)) : 0);
  }
}
