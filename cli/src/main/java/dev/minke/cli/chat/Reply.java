package dev.minke.cli.chat;

import dev.minke.inference.Stop;
import dev.minke.tokenizer.chat.Answer;
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
/// @param readNanos until the first token could be drawn
/// @param writeNanos from then on
/// @param hiddenTurns how many of the oldest the model was not shown any more
public record Reply(
    Answer answer,
    Stop stop,
    boolean isFull,
    int promptTokens,
    int readTokens,
    int tokens,
    long readNanos,
    long writeNanos,
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
    parts.add(part("prompt", readTokens, readNanos));
    parts.add(part("answer", tokens, writeNanos));
    parts.add(
        String.format(
            Locale.ROOT,
            "context %,d of %,d",
            Math.min(capacity, promptTokens + tokens),
            capacity));
    return String.join("; ", parts);
  }

  private static String part(String name, int count, long nanos) {
    double seconds = nanos * 1e-9;
    return String.format(
        Locale.ROOT,
        "%s %,d tokens, %.1f a second",
        name,
        count,
        seconds == 0 ? 0 : count / seconds);
  }
}
