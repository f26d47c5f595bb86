package dev.minke.post;

import java.util.List;

/// What is minimised when answers were rewarded: group relative policy optimization (DeepSeekMath,
/// arXiv:2402.03300, eq. 3; DeepSeek-R1, arXiv:2501.12948, eq. 1) and what others changed of it.
///
/// Each token has `-min(ρ A, clip(ρ, 1 - clipLow, 1 + clipHigh) A) + β D`, with `ρ` the ratio of
/// its probability to that with which it was drawn, `A` its answer's advantage and `D` an estimate
/// of the divergence from a reference model.
///
/// @param clipLow how far the ratio may fall, 0 or more
/// @param clipHigh how far it may rise, 0 or more
/// @param beta factor of the divergence, 0 or more
/// @param divergence how it is estimated
/// @param mean over what tokens' losses are averaged
/// @param constantLength tokens by which each answer is divided; of [Mean#CONSTANT] alone, else 0
public record PolicyLoss(
    double clipLow,
    double clipHigh,
    double beta,
    Divergence divergence,
    Mean mean,
    int constantLength) {
  /// How the divergence of a token is estimated from one draw.
  public enum Divergence {
    /// `r - log r - 1` with `r = π_ref/π` (Schulman 2020; DeepSeekMath eq. 4): never negative, its
    /// gradient that of the divergence only while `π` is what tokens were drawn from.
    K3,

    /// The same times `ρ`, which makes its gradient unbiased for draws from an older policy
    /// (DeepSeek-V3.2 §3.1).
    UNBIASED
  }

  /// Over what tokens' losses are averaged.
  public enum Mean {
    /// Over the tokens of each answer, then over answers: a token of a short answer counts more
    /// (DeepSeekMath eq. 3).
    ANSWERS,

    /// Over all tokens (DAPO, arXiv:2503.14476, eq. 8).
    TOKENS,

    /// Sums of answers over a constant length, then over answers: no answer gains by its length
    /// (Dr. GRPO, arXiv:2503.20783, §3.2).
    CONSTANT
  }

  public PolicyLoss {
    if (!(clipLow >= 0 && clipHigh >= 0 && beta >= 0)) {
      throw new IllegalArgumentException(
          "policy loss: expected clips and beta of 0 or more, found %s, %s and %s"
              .formatted(clipLow, clipHigh, beta));
    }
    if (mean == Mean.CONSTANT ? constantLength < 1 : constantLength != 0) {
      throw new IllegalArgumentException(
          "policy loss: expected a constant length of 1 or more for a mean over it, else 0; found %d for %s"
              .formatted(constantLength, mean));
    }
  }

  /// DeepSeekMath's: clipped symmetrically, with its divergence, a mean over answers.
  public static PolicyLoss grpo(double clip, double beta) {
    return new PolicyLoss(clip, clip, beta, Divergence.K3, Mean.ANSWERS, 0);
  }

  /// DAPO's: a higher bound above than below, no divergence, a mean over tokens.
  public static PolicyLoss dapo(double clipLow, double clipHigh) {
    return new PolicyLoss(clipLow, clipHigh, 0, Divergence.K3, Mean.TOKENS, 0);
  }

  /// Dr. GRPO's: no divergence, a constant length. Its advantages are [Advantages#CENTRED].
  public static PolicyLoss drGrpo(double clip, int constantLength) {
    return new PolicyLoss(clip, clip, 0, Divergence.K3, Mean.CONSTANT, constantLength);
  }

  /// The same with the divergence of DeepSeek-V3.2.
  public PolicyLoss unbiased() {
    return new PolicyLoss(clipLow, clipHigh, beta, Divergence.UNBIASED, mean, constantLength);
  }

  /// An answer, by log-probabilities of its tokens, in nats.
  ///
  /// @param policy `[tokens]`, under the model that learns
  /// @param drawn `[tokens]`, under the model that they were drawn from
  /// @param reference `[tokens]`, under the reference; may be empty if there is no divergence
  /// @param advantage of the answer
  public record Answer(double[] policy, double[] drawn, double[] reference, double advantage) {
    public Answer {
      if (policy.length == 0
          || drawn.length != policy.length
          || reference.length != policy.length && reference.length > 0) {
        throw new IllegalArgumentException(
            "answer: expected as many log-probabilities of each model, 1 or more; found %d, %d drawn and %d of the reference"
                .formatted(policy.length, drawn.length, reference.length));
      }
    }

    int tokens() {
      return policy.length;
    }
  }

  /// What was found of answers.
  ///
  /// @param loss to be minimised
  /// @param gradient `[answers][tokens]`, its derivatives by the policy's log-probabilities
  /// @param divergence from the reference, mean of `K3` over tokens; NaN without a reference
  /// @param clipped share of tokens whose ratio was out of bounds in the direction that pays
  public record Found(double loss, double[][] gradient, double divergence, double clipped) {}

  /// Value and gradient.
  ///
  /// @param answers 1 or more, of one step
  public Found of(List<Answer> answers) {
    if (answers.isEmpty()) {
      throw new IllegalArgumentException("policy loss: expected 1 answer or more, found none");
    }
    long tokens = 0;
    for (Answer answer : answers) {
      tokens += answer.tokens();
    }
    double loss = 0;
    double divergences = 0;
    long clipped = 0;
    double[][] gradient = new double[answers.size()][];
    for (int i = 0; i < answers.size(); i++) {
      Answer answer = answers.get(i);
      double weight = weight(answer.tokens(), answers.size(), tokens);
      gradient[i] = new double[answer.tokens()];
      for (int t = 0; t < answer.tokens(); t++) {
        Token token = token(answer, t);
        loss += weight * token.loss;
        gradient[i][t] = weight * token.slope;
        divergences += token.divergence;
        clipped += token.clipped ? 1 : 0;
      }
    }
    return new Found(loss, gradient, divergences / tokens, (double) clipped / tokens);
  }

  /// What a token of an answer counts.
  private double weight(int own, int answers, long all) {
    return switch (mean) {
      case ANSWERS -> 1.0 / own / answers;
      case TOKENS -> 1.0 / all;
      case CONSTANT -> 1.0 / constantLength / answers;
    };
  }

  private record Token(double loss, double slope, double divergence, boolean clipped) {}

  private Token token(Answer answer, int at) {
    double policy = answer.policy[at];
    double ratio = StrictMath.exp(policy - answer.drawn[at]);
    double advantage = answer.advantage;
    boolean clipped = advantage > 0 && ratio > 1 + clipHigh || advantage < 0 && ratio < 1 - clipLow;
    double bounded = clipped ? (advantage > 0 ? 1 + clipHigh : 1 - clipLow) : ratio;
    double loss = -bounded * advantage;
    double slope = clipped ? 0 : -ratio * advantage;
    if (answer.reference.length == 0) {
      if (beta > 0) {
        throw new IllegalArgumentException(
            "policy loss: expected a reference for a divergence with factor %s, found none"
                .formatted(beta));
      }
      return new Token(loss, slope, Double.NaN, clipped);
    }
    double log = answer.reference[at] - policy;
    double excess = StrictMath.expm1(log);
    double k3 = excess - log;
    // The derivative of K3 by the policy's log-probability is 1 - r.
    return switch (divergence) {
      case K3 -> new Token(loss + beta * k3, slope - beta * excess, k3, clipped);
      case UNBIASED ->
          new Token(loss + beta * ratio * k3, slope + beta * ratio * (k3 - excess), k3, clipped);
    };
  }
}
