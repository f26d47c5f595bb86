package dev.minke.inference;

import java.time.Duration;

/// When prompts may hold up answers, and for how long.
///
/// Tokens of prompts that share one long step cost less than the same in many short ones: each step
/// reads the weights anew, with a mixture of experts nearly all of them for a few tokens already.
/// And whoever reads an answer would rather wait once in a while than at each token. So after a
/// step that read, answers go on by themselves for some steps, fewer than one in twenty of their
/// tokens is held up, and the next step that reads may take twice the time that they had.
final class ReadingTurns {
  /// Steps in which answers go on by themselves: with the one that reads, more than twenty, so that
  /// what 95 % of tokens wait for is a step that reads nothing.
  private static final int REST = 24;

  /// The same in time, in steps that read: where a step of answers is slow, prompts wait no longer.
  private static final double MOST_REST = 10;

  /// What a step may read for, in what answers had by themselves before.
  private static final double SHARE = 2;

  /// What a step may read for at most, in steps that read.
  private static final double MOST = 6;

  private final double stepNanos;
  private int undisturbed = REST;
  private double undisturbedNanos;

  /// @param step time for which prompts may hold up answers, if answers had little for themselves
  ReadingTurns(Duration step) {
    stepNanos = step.toNanos();
  }

  /// Whether the next step is the answers' own, whatever prompts wait.
  boolean answersGoOn() {
    return undisturbed < REST && undisturbedNanos < MOST_REST * stepNanos;
  }

  /// How long the next step may read for while answers wait.
  double nanos() {
    return Math.clamp(SHARE * undisturbedNanos, stepNanos, MOST * stepNanos);
  }

  /// @param tokens of prompts that passed in a step
  /// @param answers tokens of answers that passed
  /// @param nanos that it took
  void took(int tokens, int answers, long nanos) {
    if (answers == 0) {
      return;
    }
    if (tokens > 0) {
      undisturbed = 0;
      undisturbedNanos = 0;
    } else {
      undisturbed++;
      undisturbedNanos += nanos;
    }
  }
}
