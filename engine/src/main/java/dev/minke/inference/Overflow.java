package dev.minke.inference;

import java.util.Arrays;

/// What becomes of a request for which the context has too little room.
public sealed interface Overflow {
  /// The answer ends where the context is full, with [dev.minke.inference.Stop#LENGTH]. A prompt
  /// that leaves no room for any answer is refused.
  Overflow END = new End();

  /// A request is refused if its prompt and as many tokens as it asks for have no room.
  Overflow REFUSE = new Refuse();

  /// See [#END].
  record End() implements Overflow {}

  /// See [#REFUSE].
  record Refuse() implements Overflow {}

  /// The middle goes, of the prompt and later, when the answer has filled the context, of both; the
  /// rest is computed anew, exactly as if it had been the prompt. What goes makes room for as many
  /// tokens as are still asked for, but for no more than half of what may go: the newest tokens say
  /// most about what follows.
  ///
  /// @param keep tokens at the beginning that stay: what the system says
  record DropMiddle(int keep) implements Overflow {
    public DropMiddle {
      if (keep < 0) {
        throw new IllegalArgumentException(
            "context: expected to keep 0 tokens or more, found %d".formatted(keep));
      }
    }

    /// What is left of a text that leaves no room.
    ///
    /// @param length of the tokens
    /// @param limit of the context, above what is kept by two at least
    /// @param most tokens that may follow, one or more
    int[] shortened(int[] tokens, int length, int limit, int most) {
      int room = Math.min(most, (limit - keep) / 2);
      int newest = Math.min(length - keep, limit - keep - room);
      int[] left = Arrays.copyOf(tokens, keep + newest);
      System.arraycopy(tokens, length - newest, left, keep, newest);
      return left;
    }
  }
}
