package dev.minke.post.chat;

/// Tokens to learn from.
///
/// @param ids of a whole sequence
/// @param targets `[ids]`, whether a token is to be learned; the first never is
public record Example(int[] ids, boolean[] targets) {
  public Example {
    if (ids.length != targets.length) {
      throw new IllegalArgumentException(
          "example: expected a mark for each of %d tokens, found %d"
              .formatted(ids.length, targets.length));
    }
  }

  /// How many tokens are to be learned.
  public int learned() {
    int count = 0;
    for (boolean target : targets) {
      count += target ? 1 : 0;
    }
    return count;
  }
}
