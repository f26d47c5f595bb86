package dev.minke.eval;

/// A mean and its standard error: how far other tokens of the same kind would have moved it.
///
/// @param mean of all values
/// @param error of the mean, one standard deviation; 0 where one value alone is known
public record Estimate(double mean, double error) {
  /// `e` to its power; the error to first order.
  public Estimate exp() {
    double power = StrictMath.exp(mean);
    return new Estimate(power, power * error);
  }

  /// A multiple.
  public Estimate times(double factor) {
    return new Estimate(factor * mean, Math.abs(factor) * error);
  }

  /// Its square root; the error to first order.
  Estimate sqrt() {
    double root = Math.sqrt(mean);
    return new Estimate(root, root == 0 ? 0 : error / (2 * root));
  }
}
