package dev.minke.inference;

/// Chooses the tokens of one sequence, one after the other, as a [Choice] says. Belongs to one
/// sequence.
final class Chooser {
  private final Sampler sampler;
  private final SeenTokens seen;
  private final Draw draw;

  /// @param vocab ids are below it
  /// @param prompt tokens that are there already
  /// @param draw lends its arrays, also to other sequences of the same thread
  Chooser(Choice choice, int vocab, int[] prompt, Draw draw) {
    this.sampler = choice.sampler();
    this.seen = new SeenTokens(choice.rules(), vocab, prompt);
    this.draw = draw;
  }

  /// Chooses the next token, which then belongs to the sequence.
  ///
  /// @param logits `[vocab]`, finite or -∞; the rules change them
  /// @param position of the token
  int next(float[] logits, long position) {
    seen.apply(logits);
    int id = draw.draw(sampler, logits, position);
    seen.accept(id);
    return id;
  }
}
