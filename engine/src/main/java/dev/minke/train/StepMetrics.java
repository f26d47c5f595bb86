package dev.minke.train;

import java.util.List;

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
/// @param experts loads of the experts, for each layer that has any
/// @param times where the time went
/// @param flops floating-point operations, from the sizes
/// @param peakShare share of the matrix-product peak measured at the start, the whole step's time
///   counted
/// @param residentBytes of the whole process just now; 0 where the system does not say
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
    List<ExpertLoad> experts,
    Times times,
    double flops,
    double peakShare,
    long residentBytes,
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

  public StepMetrics {
    experts = List.copyOf(experts);
  }

  /// The worst MaxVio of a layer; 0 without experts.
  public double maxViolation() {
    return experts.stream().mapToDouble(ExpertLoad::maxViolation).max().orElse(0);
  }

  /// Tokens a second, the whole step's time counted.
  public double tokensPerSecond() {
    return tokens / times.total();
  }
}
