package dev.minke.inference;

import java.util.Map;

/// What changes logits before a token is drawn, by the tokens that were there and by the caller's
/// wish.
///
/// In this order: the bias is added; the frequency penalty is subtracted as often as a token was
/// generated and the presence penalty once if it was (OpenAI's rule); the repetition penalty
/// divides positive logits of tokens that are in the prompt or were generated, and multiplies
/// negative ones (CTRL, arXiv:1909.05858 §4.1, in transformers' form).
///
/// @param repetitionPenalty 1 for none
/// @param window how many of the last tokens the repetition penalty looks at; 0 for all
/// @param frequencyPenalty 0 for none; below 0 a token is wanted again
/// @param presencePenalty 0 for none
/// @param bias added to the logits of some ids, -100 to 100
public record LogitRules(
    double repetitionPenalty,
    int window,
    double frequencyPenalty,
    double presencePenalty,
    Map<Integer, Double> bias) {
  /// Logits stay as they are.
  public static final LogitRules NONE = new LogitRules(1, 0, 0, 0, Map.of());

  private static final double MOST_BIAS = 100;

  public LogitRules {
    require(
        repetitionPenalty > 0 && Double.isFinite(repetitionPenalty),
        "repetition-penalty",
        "a number above 0",
        repetitionPenalty);
    require(window >= 0, "window of the repetition-penalty", "0 tokens or more", window);
    require(Double.isFinite(frequencyPenalty), "frequency-penalty", "a number", frequencyPenalty);
    require(Double.isFinite(presencePenalty), "presence-penalty", "a number", presencePenalty);
    bias = Map.copyOf(bias);
    bias.forEach((id, addend) -> {
      require(id >= 0, "bias", "ids of 0 or more", id);
      require(Math.abs(addend) <= MOST_BIAS, "bias of token " + id, "-100 to 100", addend);
    });
  }

  private static void require(boolean holds, String name, String expected, Number found) {
    if (!holds) {
      throw new IllegalArgumentException(
          "%s: expected %s, found %s".formatted(name, expected, found));
    }
  }

  /// Whether it matters which tokens were generated.
  boolean countsGenerated() {
    return frequencyPenalty != 0 || presencePenalty != 0;
  }

  /// Whether it matters which tokens are there at all.
  boolean countsAll() {
    return repetitionPenalty != 1;
  }
}
