package dev.minke.autograd;

import dev.minke.tensor.Tensor;

/// A term of what is minimised, one number for each sequence: none depends on the sequences beside
/// its own.
///
/// @param name `tokens`, `mtp`, `balance`, …
/// @param values `[sequences]`
/// @param share what each value counts in the loss as it is reported: -1 / targets where values are
///   sums of log-probabilities
/// @param factor of the term in what is minimised
public record Loss(String name, Tensor values, double share, float factor) {
  /// The loss as it is reported: `share · Σ values`.
  public double total() {
    return share * addTo(0);
  }

  /// `sum + Σ values`, added in double, in order.
  public double addTo(double sum) {
    double added = sum;
    for (int sequence = 0; sequence < values.shape().columns(); sequence++) {
      added += values.get(0, sequence);
    }
    return added;
  }
}
