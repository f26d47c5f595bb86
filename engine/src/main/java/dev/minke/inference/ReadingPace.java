package dev.minke.inference;

import java.time.Duration;

/// How many prompt tokens fit into a step, from how long steps took so far.
///
/// A step takes so long for each token of a prompt that passes, so long for each position that
/// prompts look back at (keys and values of all of these are rebuilt from their latents, in every
/// step anew), and so long for each token of an answer. What a position takes is a share of what a
/// token takes. Each step that read corrects time and share by its relative error, divided between
/// them by how much of either it had; the third is what steps that did not read took. So that
/// looking back does not take most of the time, few tokens never pass behind many.
final class ReadingPace {
  /// What a quarter of a second is taken to have room for while nothing is known.
  private static final int FIRST = 32;

  private static final int LEAST = 16;
  private static final int MOST = 1024;

  /// Steps of fewer tokens say little about the time that one more takes.
  private static final int TELLING = 16;

  /// Weight of the newest step that read nothing.
  private static final double RENEWAL = 0.3;

  /// How much of what a step took differently is learned from it.
  private static final double LEARNING = 0.3;

  /// The largest error that is learned from.
  private static final double MOST_ERROR = 1;

  /// Of a step, what prompts take at least, whatever answers take by themselves.
  private static final double LEAST_SHARE = 0.5;

  private final int first;
  private double nanosPerToken;

  /// What looking back at a position takes, of what a token takes.
  private double backShare = 1 / 8.0;

  private double nanosPerAnswer;
  private int largest;

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
    return tokens * nanosPerToken + back * backShare * nanosPerToken;
  }

  /// Tokens of a prompt that fit into a time.
  ///
  /// @param back positions before them
  /// @param least time that they take without looking back, whether that fits or not; 0 for none if
  ///   they do not fit
  int tokens(double nanos, int back, double least) {
    if (nanosPerToken == 0) {
      return first;
    }
    double looking = back * backShare * nanosPerToken;
    double fit = (nanos - looking) / nanosPerToken;
    double passing = least == 0 ? 0 : Math.max(LEAST, least / nanosPerToken);
    double count = Math.max(passing, fit < LEAST ? 0 : fit);
    return (int) Math.min(MOST, count);
  }

  /// Time that tokens of so many answers take by themselves.
  double answerNanos(int answers) {
    return answers * nanosPerAnswer;
  }

  /// @param tokens of prompts that passed in a step
  /// @param back positions that prompts looked back at
  /// @param answers tokens of answers that passed
  /// @param stepNanos that it took
  void took(int tokens, long back, int answers, long stepNanos) {
    if (tokens == 0 && answers > 0) {
      double each = (double) stepNanos / answers;
      nanosPerAnswer += (nanosPerAnswer == 0 ? 1 : RENEWAL) * (each - nanosPerAnswer);
    }
    if (tokens < TELLING) {
      return;
    }
    double nanos = Math.max(stepNanos - answerNanos(answers), LEAST_SHARE * stepNanos);
    double looks = back * backShare;
    if (nanosPerToken == 0) {
      nanosPerToken = nanos / (tokens + looks);
    }
    double all = tokens + looks;
    double error = Math.min(nanos / (all * nanosPerToken) - 1, MOST_ERROR);
    nanosPerToken *= 1 + LEARNING * error * tokens / all;
    backShare *= 1 + LEARNING * error * looks / all;
    largest = Math.max(largest, tokens);
  }
}
