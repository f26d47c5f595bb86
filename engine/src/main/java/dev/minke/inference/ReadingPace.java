package dev.minke.inference;

/// How many prompt tokens fit into a step, from how long they took so far.
final class ReadingPace {
  private static final int FIRST = 32;
  private static final int LEAST = 16;
  private static final int MOST = 512;

  /// Steps of fewer tokens say little about the time that one more takes.
  private static final int TELLING = 16;

  private static final double RENEWAL = 0.3;

  private double nanosPerToken;
  private int largest = FIRST / 2;

  /// @param nanos that the step may take
  int tokens(long nanos) {
    if (nanosPerToken == 0) {
      return FIRST;
    }
    return (int) Math.clamp(nanos / nanosPerToken, LEAST, Math.min(MOST, 2L * largest));
  }

  /// @param tokens that passed in a step, prompts' and others'
  /// @param nanos that it took
  void took(int tokens, long nanos) {
    if (tokens < TELLING) {
      return;
    }
    double now = (double) nanos / tokens;
    nanosPerToken = nanosPerToken == 0 ? now : nanosPerToken + RENEWAL * (now - nanosPerToken);
    largest = Math.max(largest, tokens);
  }
}
