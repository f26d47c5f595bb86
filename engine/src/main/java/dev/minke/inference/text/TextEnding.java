package dev.minke.inference.text;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How an answer ended, and what it took.
///
/// @param finish why it ended
/// @param stopString the one that ended it; null if none did
/// @param usage what it took
/// @param timing how long
public record TextEnding(Finish finish, @Nullable String stopString, Usage usage, Timing timing) {
  /// @param promptTokens of the prompt
  /// @param cachedTokens of these, those that were there from earlier requests
  /// @param answerTokens drawn, those of thoughts and of a stop string included, without the one
  ///   that ended the text
  /// @param reasoningTokens of these, those of thoughts
  public record Usage(int promptTokens, int cachedTokens, int answerTokens, int reasoningTokens) {}

  /// @param toFirst from the request to the first token
  /// @param generating from the first token to the last
  public record Timing(Duration toFirst, Duration generating) {}
}
