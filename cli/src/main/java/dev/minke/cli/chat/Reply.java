package dev.minke.cli.chat;

import dev.minke.inference.Stop;
import dev.minke.inference.text.TextEnding;
import dev.minke.tokenizer.chat.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// An answer and what it took.
///
/// @param answer what was said, also of one that was stopped
/// @param stop why it ended
/// @param isFull whether it ended because the context is full
/// @param promptTokens of the whole conversation
/// @param readTokens those of them that were new
/// @param tokens of the answer
/// @param timing how long
/// @param hiddenTurns how many of the oldest the model was not shown any more
public record Reply(
    Answer answer,
    Stop stop,
    boolean isFull,
    int promptTokens,
    int readTokens,
    int tokens,
    TextEnding.Timing timing,
    int hiddenTurns) {
  /// Whether there is nothing that could be a turn of the conversation.
  public boolean isEmpty() {
    return answer.content().isBlank()
        && answer.reasoning().isBlank()
        && answer.toolCalls().isEmpty();
  }

  /// Speeds and sizes in one line.
  ///
  /// @param capacity of the context
  public String statistics(int capacity) {
    List<String> parts = new ArrayList<>();
    parts.add(part("prompt", readTokens, readTokens, timing.toFirst()));
    parts.add(part("answer", tokens, tokens - 1, timing.generating()));
    parts.add(
        String.format(
            Locale.ROOT,
            "context %,d of %,d",
            Math.min(capacity, promptTokens + tokens),
            capacity));
    return String.join("; ", parts);
  }

  /// Without a speed where nothing was timed: the reading was stopped, or one token is all.
  ///
  /// @param timed how many of them took so long
  private static String part(String name, int count, int timed, Duration time) {
    String tokens = String.format(Locale.ROOT, "%s %,d tokens", name, count);
    return time.isZero()
        ? tokens
        : String.format(Locale.ROOT, "%s, %.1f a second", tokens, timed / (time.toNanos() * 1e-9));
  }
}
