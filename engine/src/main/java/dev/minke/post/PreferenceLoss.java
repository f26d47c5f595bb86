package dev.minke.post;

import java.util.List;

/// The loss of a pair of answers of which one is preferred, from how much likelier than a reference
/// model the policy finds either.
///
/// @param kind what is made of the margin between both
/// @param beta how dear it is to leave the reference, above 0
/// @param smoothing probability that a label is wrong, from 0 to below 0.5; of [Kind#DPO] alone
public record PreferenceLoss(Kind kind, double beta, double smoothing) {
  /// What is made of the margin.
  public enum Kind {
    /// `-log σ(β · margin)` of summed log-ratios (Rafailov and others 2023, arXiv:2305.18290, eq.
    /// 7); with smoothing the conservative form (Mitchell 2023), a mean of both labels' losses.
    DPO,

    /// `(margin - 1 / 2β)²` of log-ratios that are means over tokens (Azar and others 2023,
    /// arXiv:2310.12036, eq. 17, as TRL has it).
    IPO,

    /// `max(0, 1 - β · margin)` of summed log-ratios (SLiC, arXiv:2305.10425).
    HINGE
  }

  public PreferenceLoss {
    if (!(beta > 0)) {
      throw new IllegalArgumentException("beta: expected a number above 0, found " + beta);
    }
    if (!(smoothing >= 0 && smoothing < 0.5) || smoothing > 0 && kind != Kind.DPO) {
      throw new IllegalArgumentException(
          "label smoothing: expected a number from 0 to below 0.5, and 0 for %s, found %s"
              .formatted(kind, smoothing));
    }
  }

  /// DPO as in its paper.
  public static PreferenceLoss dpo(double beta) {
    return new PreferenceLoss(Kind.DPO, beta, 0);
  }

  /// IPO with the means of TRL.
  public static PreferenceLoss ipo(double beta) {
    return new PreferenceLoss(Kind.IPO, beta, 0);
  }

  /// An answer.
  ///
  /// @param policy sum of the log-probabilities of its tokens under the model that learns, nats
  /// @param reference the same under the reference
  /// @param tokens how many these are, 1 or more
  public record Answer(double policy, double reference, int tokens) {
    public Answer {
      if (tokens < 1) {
        throw new IllegalArgumentException("answer: expected 1 token or more, found " + tokens);
      }
    }

    /// `log π/π_ref`, nats.
    public double logRatio() {
      return policy - reference;
    }
  }

  /// Two answers to one prompt.
  public record Pair(Answer chosen, Answer rejected) {}

  /// What was found of pairs.
  ///
  /// @param loss mean over pairs
  /// @param pairs in order
  public record Found(double loss, List<PairFound> pairs) {
    public Found {
      pairs = List.copyOf(pairs);
    }

    /// Share of pairs whose preferred answer has the higher implicit reward; ties count half.
    public double accuracy() {
      double right = 0;
      for (PairFound pair : pairs) {
        right += pair.margin() > 0 ? 1 : pair.margin() == 0 ? 0.5 : 0;
      }
      return right / pairs.size();
    }
  }

  /// What was found of a pair.
  ///
  /// @param loss its own
  /// @param chosenReward implicit reward, `β · log π/π_ref`
  /// @param rejectedReward the same
  /// @param chosenGradient derivative of the mean loss by the log-probability of each token of the
  ///   preferred answer
  /// @param rejectedGradient the same of the other
  public record PairFound(
      double loss,
      double chosenReward,
      double rejectedReward,
      double chosenGradient,
      double rejectedGradient) {
    /// By how much the preferred answer's implicit reward is higher.
    public double margin() {
      return chosenReward - rejectedReward;
    }
  }

  /// Value and gradient.
  ///
  /// @param pairs 1 or more
  public Found of(List<Pair> pairs) {
    if (pairs.isEmpty()) {
      throw new IllegalArgumentException("preferences: expected 1 pair or more, found none");
    }
    List<PairFound> found = pairs.stream().map(pair -> of(pair, pairs.size())).toList();
    double sum = 0;
    for (PairFound pair : found) {
      sum += pair.loss;
    }
    return new Found(sum / pairs.size(), found);
  }

  private PairFound of(Pair pair, int pairs) {
    Answer chosen = pair.chosen;
    Answer rejected = pair.rejected;
    // What a token of either counts in the margin.
    double chosenShare = kind == Kind.IPO ? 1.0 / chosen.tokens : 1;
    double rejectedShare = kind == Kind.IPO ? 1.0 / rejected.tokens : 1;
    double margin = chosen.logRatio() * chosenShare - rejected.logRatio() * rejectedShare;
    double slope = slope(margin) / pairs;
    return new PairFound(
        loss(margin),
        beta * chosen.logRatio(),
        beta * rejected.logRatio(),
        slope * chosenShare,
        -slope * rejectedShare);
  }

  private double loss(double margin) {
    return switch (kind) {
      case DPO ->
          (1 - smoothing) * Sigmoid.negativeLog(beta * margin)
              + smoothing * Sigmoid.negativeLog(-beta * margin);
      case IPO -> square(margin - 1 / (2 * beta));
      case HINGE -> Math.max(0, 1 - beta * margin);
    };
  }

  private double slope(double margin) {
    return switch (kind) {
      case DPO ->
          beta
              * (smoothing * Sigmoid.of(beta * margin)
                  - (1 - smoothing) * Sigmoid.of(-beta * margin));
      case IPO -> 2 * (margin - 1 / (2 * beta));
      case HINGE -> beta * margin < 1 ? -beta : 0;
    };
  }

  private static double square(double x) {
    return x * x;
  }
}
