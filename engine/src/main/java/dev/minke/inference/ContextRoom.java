package dev.minke.inference;

/// What prompts and answers have room for.
///
/// @param limit most tokens of both together
/// @param vocab ids are below it
record ContextRoom(int limit, int vocab) {
  /// Most tokens of a prompt and its answer.
  ///
  /// @param most tokens of the answer
  int room(int[] prompt, int most) {
    return (int) Math.min(limit, (long) prompt.length + most);
  }

  /// The prompt as it is read.
  ///
  /// @param most tokens that are to follow
  /// @throws IllegalArgumentException if it has no room, none is left behind it, or the model does
  ///   not know one of its tokens
  int[] fit(int[] prompt, int most, Overflow overflow) {
    for (int i = 0; i < prompt.length; i++) {
      if (prompt[i] < 0 || prompt[i] >= vocab) {
        throw new IllegalArgumentException(
            "prompt: expected ids below %d, the vocabulary, found %d at place %d"
                .formatted(vocab, prompt[i], i));
      }
    }
    if (overflow instanceof Overflow.DropMiddle drop) {
      requireRoom(drop);
      if (prompt.length >= limit) {
        return drop.shortened(prompt, prompt.length, limit, most);
      }
    }
    if (prompt.length < 1 || prompt.length >= limit) {
      throw new IllegalArgumentException(
          "prompt: expected 1 to %d tokens, fewer than the context, found %d"
              .formatted(limit - 1, prompt.length));
    }
    if (overflow instanceof Overflow.Refuse && most > limit - prompt.length) {
      throw new IllegalArgumentException(
          "context: expected at most %d tokens of prompt and answer, found %d and %d; ask for fewer, or let the answer end there"
              .formatted(limit, prompt.length, most));
    }
    return prompt;
  }

  private void requireRoom(Overflow.DropMiddle drop) {
    if (drop.keep() > limit - 2) {
      throw new IllegalArgumentException(
          "context: expected to keep at most %d tokens of %d, found %d"
              .formatted(limit - 2, limit, drop.keep()));
    }
  }
}
