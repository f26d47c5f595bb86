package dev.minke.post;

/// The loss of a reward model on pairs: `-log σ(r_chosen - r_rejected - margin)`, after Bradley and
/// Terry 1952 (InstructGPT, arXiv:2203.02155, eq. 1; the margin is Llama 2's, arXiv:2307.09288, eq.
/// 2).
///
/// @param centring factor of `(r_chosen + r_rejected)²`, which keeps rewards around 0; 0 for none
public record RewardLoss(double centring) {
  /// As in the papers.
  public static final RewardLoss BRADLEY_TERRY = new RewardLoss(0);

  public RewardLoss {
    if (!(centring >= 0)) {
      throw new IllegalArgumentException("centring: expected 0 or more, found " + centring);
    }
  }

  /// @param loss mean over pairs
  /// @param chosenGradient `[pairs]`, its derivative by each preferred answer's reward
  /// @param rejectedGradient `[pairs]`, the same of the others
  /// @param accuracy share of pairs whose preferred answer has the higher reward; ties count half
  public record Found(
      double loss, double[] chosenGradient, double[] rejectedGradient, double accuracy) {}

  /// Without margins.
  public Found of(double[] chosen, double[] rejected) {
    return of(chosen, rejected, new double[chosen.length]);
  }

  /// Value and gradient.
  ///
  /// @param chosen `[pairs]`, rewards of preferred answers
  /// @param rejected `[pairs]`, rewards of the others
  /// @param margins `[pairs]`, by how much the first ought to be higher
  public Found of(double[] chosen, double[] rejected, double[] margins) {
    int pairs = chosen.length;
    if (pairs == 0 || rejected.length != pairs || margins.length != pairs) {
      throw new IllegalArgumentException(
          "rewards: expected as many of either kind, and margins, 1 or more; found %d, %d and %d"
              .formatted(pairs, rejected.length, margins.length));
    }
    double[] chosenGradient = new double[pairs];
    double[] rejectedGradient = new double[pairs];
    double sum = 0;
    double right = 0;
    for (int i = 0; i < pairs; i++) {
      double difference = chosen[i] - rejected[i];
      double off = chosen[i] + rejected[i];
      double slope = -Sigmoid.of(margins[i] - difference);
      sum += Sigmoid.negativeLog(difference - margins[i]) + centring * off * off;
      chosenGradient[i] = (slope + 2 * centring * off) / pairs;
      rejectedGradient[i] = (2 * centring * off - slope) / pairs;
      right += difference > 0 ? 1 : difference == 0 ? 0.5 : 0;
    }
    return new Found(sum / pairs, chosenGradient, rejectedGradient, right / pairs);
  }
}
