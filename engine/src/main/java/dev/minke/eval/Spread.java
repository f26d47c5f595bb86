package dev.minke.eval;

import java.util.Arrays;

/// How values lie.
///
/// @param mean with its error
/// @param sorted all of them, ascending; at least one
public record Spread(Estimate mean, float[] sorted) {
  /// Collects values. Mutable, owned by one measurement.
  static final class Collector {
    private final Moments moments = new Moments();
    private float[] values = new float[1024];

    void add(double value) {
      int count = (int) moments.count();
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count] = (float) value;
      moments.add(value);
    }

    Spread spread() {
      float[] sorted = Arrays.copyOf(values, (int) moments.count());
      Arrays.sort(sorted);
      return new Spread(moments.estimate(), sorted);
    }
  }

  /// The value below which a share of the others lies, between two of them linearly.
  ///
  /// @param share from 0 for the least to 1 for the greatest; 0.5 is the median
  public double quantile(double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    double weight = place - below;
    return (1 - weight) * sorted[below] + weight * sorted[Math.min(below + 1, sorted.length - 1)];
  }
}
