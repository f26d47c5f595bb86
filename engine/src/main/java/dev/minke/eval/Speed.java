package dev.minke.eval;

import java.util.Arrays;

/// How fast a test ran.
///
/// @param test that was timed
/// @param nanos of each run; at least one
public record Speed(SpeedTest test, long[] nanos) {
  /// A mean and how single values lie around it.
  ///
  /// @param mean of the values
  /// @param deviation of one value, estimated from them; 0 for a single one
  public record Figure(double mean, double deviation) {
    private static Figure of(double[] values) {
      double mean = Arrays.stream(values).sum() / values.length;
      double squares = Arrays.stream(values).map(one -> (one - mean) * (one - mean)).sum();
      return new Figure(mean, values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)));
    }
  }

  /// Nanoseconds of a run.
  public Figure time() {
    return Figure.of(Arrays.stream(nanos).asDoubleStream().toArray());
  }

  /// Tokens a second of each run.
  public double[] rates() {
    return Arrays.stream(nanos).mapToDouble(one -> 1e9 * test.tokens() / one).toArray();
  }

  /// Tokens a second.
  public Figure rate() {
    return Figure.of(rates());
  }
}
