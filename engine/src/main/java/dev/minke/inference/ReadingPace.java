package dev.minke.inference;

import java.time.Duration;

/// How many prompt tokens fit into a step, from how long steps took so far.
///
/// A step takes so long for each token that passes, and so long for each position that prompts look
/// back at: keys and values of all of these are rebuilt from their latents, in every step anew.
/// Both are fitted by least squares over the last steps. So that looking back does not take most of
/// the time, few tokens never pass behind many.
final class ReadingPace {
  /// What a quarter of a second is taken to have room for while nothing is known.
  private static final int FIRST = 32;

  private static final int LEAST = 16;
  private static final int MOST = 512;

  /// Steps of fewer tokens say little about the time that one more takes.
  private static final int TELLING = 16;

  /// Weight of a step beside the one behind it.
  private static final double DECAY = 0.8;

  /// Of the products of the sums; below it, one kind of time cannot be told from the other.
  private static final double TELLS_APART = 1e-3;

  private final int first;
  private double nanosPerToken;
  private double nanosPerBack;
  private int largest;
  private double tokensTokens;
  private double tokensBack;
  private double backBack;
  private double tokensNanos;
  private double backNanos;

  /// @param step how long one may take
  ReadingPace(Duration step) {
    double quarters = (double) step.toNanos() / EngineSettings.STEP.toNanos();
    first = (int) Math.clamp(FIRST * quarters, FIRST, MOST);
    largest = first / 2;
  }

  /// Most tokens of prompts in one step.
  int most() {
    return nanosPerToken == 0 ? first : Math.min(MOST, 2 * largest);
  }

  /// Time that tokens of a prompt will take.
  ///
  /// @param back positions before them
  double nanos(int tokens, int back) {
    return tokens * nanosPerToken + (double) back * nanosPerBack;
  }

  /// Tokens of a prompt that fit into a time.
  ///
  /// @param back positions before them
  /// @param share they take so many times the time of looking back at least, fit or not; 0 for none
  ///   if they do not fit
  int tokens(double nanos, int back, int share) {
    if (nanosPerToken == 0) {
      return first;
    }
    double looking = back * nanosPerBack;
    double fit = (nanos - looking) / nanosPerToken;
    double least = share == 0 ? 0 : Math.max(LEAST, share * looking / nanosPerToken);
    double count = Math.max(least, fit < LEAST ? 0 : fit);
    return (int) Math.min(MOST, count);
  }

  /// @param tokens that passed in a step, prompts' and others'
  /// @param back positions that prompts looked back at
  /// @param nanos that it took
  void took(int tokens, long back, long nanos) {
    if (tokens < TELLING) {
      return;
    }
    tokensTokens = DECAY * tokensTokens + (double) tokens * tokens;
    tokensBack = DECAY * tokensBack + (double) tokens * back;
    backBack = DECAY * backBack + (double) back * back;
    tokensNanos = DECAY * tokensNanos + (double) tokens * nanos;
    backNanos = DECAY * backNanos + (double) back * nanos;
    double determinant = tokensTokens * backBack - tokensBack * tokensBack;
    if (determinant > TELLS_APART * tokensTokens * backBack) {
      nanosPerBack =
          Math.max(0, (tokensTokens * backNanos - tokensBack * tokensNanos) / determinant);
    }
    double own = (tokensNanos - nanosPerBack * tokensBack) / tokensTokens;
    // All the time cannot be the past's.
    nanosPerToken = Math.max(own, 0.1 * tokensNanos / tokensTokens);
    largest = Math.max(largest, tokens);
  }
}
