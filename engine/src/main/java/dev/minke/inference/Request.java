package dev.minke.inference;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A prompt to be continued.
///
/// @param prompt one token or more; not to be changed
/// @param most tokens to generate; the context may have room for fewer
/// @param ends ids that end the continuation, each of them; none for as many tokens as asked for
/// @param choice of each token
/// @param logProbs how many of the likeliest tokens are told with each, beside its own
///   log-probability; [#NO_LOG_PROBS] for none at all
/// @param terms on which it is answered
public record Request(
    int[] prompt, int most, Set<Integer> ends, Choice choice, int logProbs, Terms terms) {
  /// Log-probabilities are not told.
  public static final int NO_LOG_PROBS = -1;

  public Request {
    if (prompt.length < 1 || most < 1) {
      throw new IllegalArgumentException(
          "request: expected a prompt and at least one token to generate, found %d tokens and %d to generate"
              .formatted(prompt.length, most));
    }
    if (logProbs < NO_LOG_PROBS) {
      throw new IllegalArgumentException(
          "log-probabilities: expected 0 tokens or more, found %d".formatted(logProbs));
    }
    ends = Set.copyOf(ends);
  }

  /// Of nobody in particular, with no end, and log-probabilities are not told.
  public Request(int[] prompt, int most, Set<Integer> ends, Choice choice) {
    this(prompt, most, ends, choice, NO_LOG_PROBS, Terms.NONE);
  }

  /// On whose account, and how.
  ///
  /// @param user whose request it is: users take turns, and see only prefixes of their own
  /// @param patience time for the whole answer, waiting included; null for no end
  /// @param overflow what happens where the context has too little room
  public record Terms(String user, @Nullable Duration patience, Overflow overflow) {
    /// Of nobody in particular, with no end.
    public static final Terms NONE = new Terms("", null);

    /// Ends where the context is full.
    public Terms(String user, @Nullable Duration patience) {
      this(user, patience, Overflow.END);
    }
  }
}
