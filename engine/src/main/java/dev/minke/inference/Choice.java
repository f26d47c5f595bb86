package dev.minke.inference;

import dev.minke.inference.grammar.TokenMasks;
import org.jspecify.annotations.Nullable;

/// How the next token of a sequence is chosen: rules change the logits, tokens that a grammar does
/// not allow are left out, then one is drawn.
///
/// @param sampler draws
/// @param rules change logits before
/// @param masks of what a grammar allows; null for everything. The answer is over when the grammar
///   allows nothing more; tokens that end it are allowed where the grammar may end
public record Choice(Sampler sampler, LogitRules rules, @Nullable TokenMasks masks) {
  /// Always the most probable token.
  public static final Choice GREEDY = of(Sampler.GREEDY);

  /// By the model's own logits.
  public static Choice of(Sampler sampler) {
    return new Choice(sampler, LogitRules.NONE);
  }

  /// Of all tokens.
  public Choice(Sampler sampler, LogitRules rules) {
    this(sampler, rules, null);
  }

  /// The same among what a grammar allows.
  public Choice within(@Nullable TokenMasks grammar) {
    return new Choice(sampler, rules, grammar);
  }
}
