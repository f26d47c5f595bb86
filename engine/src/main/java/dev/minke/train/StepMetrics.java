package dev.minke.train;

/// One step.
///
/// @param step its number, from 1
/// @param steps of the whole run
/// @param loss mean negative log-probability of the next token, in nats
/// @param predictionLoss the same for the token after next; 0 without a predictor
/// @param balanceLoss the sequence-wise balance loss without its factor, summed over layers
/// @param gradientNorm global norm before clipping
/// @param rate learning rate
/// @param tokens trained on in this step
/// @param worstLoad highest load of an expert, as a multiple of the mean, over all layers; 0
///   without experts
/// @param times where the time went
/// @param flops floating-point operations, from the sizes
/// @param peakShare share of the matrix-product peak measured at the start, the whole step's time
///   counted
/// @param peakBytes most bytes of activations and their gradients at once, so far
/// @param secondsLeft estimate for the rest of the run
public record StepMetrics(
    int step,
    int steps,
    double loss,
    double predictionLoss,
    double balanceLoss,
    double gradientNorm,
    double rate,
    int tokens,
    double worstLoad,
    Times times,
    double flops,
    double peakShare,
    long peakBytes,
    double secondsLeft) {

  /// Seconds of a step.
  ///
  /// @param data picking and packing documents
  /// @param forward passes
  /// @param backward passes
  /// @param update norm, clipping, optimizer and router biases
  public record Times(double data, double forward, double backward, double update) {
    /// All of it.
    public double total() {
      return data + forward + backward + update;
    }
  }

  /// Tokens a second, the whole step's time counted.
  public double tokensPerSecond() {
    return tokens / times.total();
  }
}
