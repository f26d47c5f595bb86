package dev.minke.inference;

/// How the next token of a sequence is chosen: rules change the logits, then one is drawn.
///
/// @param sampler draws
/// @param rules change logits before
public record Choice(Sampler sampler, LogitRules rules) {
  /// Always the most probable token.
  public static final Choice GREEDY = of(Sampler.GREEDY);

  /// By the model's own logits.
  public static Choice of(Sampler sampler) {
    return new Choice(sampler, LogitRules.NONE);
  }
}
