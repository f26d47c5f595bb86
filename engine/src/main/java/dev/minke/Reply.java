package dev.minke;

import dev.minke.inference.text.DrawnToken;
import dev.minke.inference.text.TextEnding;
import dev.minke.tokenizer.chat.Answer;
import dev.minke.tokenizer.chat.ToolCall;
import java.util.List;

/// A whole answer.
///
/// @param answer thoughts, content, tool calls
/// @param ending why it ended, and what it took
/// @param tokens drawn, where log-probabilities were asked for; those of thoughts, of calls and of
///   a stop string included
public record Reply(Answer answer, TextEnding ending, List<DrawnToken> tokens) {
  public Reply {
    tokens = List.copyOf(tokens);
  }

  /// What is said.
  public String text() {
    return answer.content();
  }

  /// The thought before it; empty where there was none.
  public String reasoning() {
    return answer.reasoning();
  }

  public List<ToolCall> toolCalls() {
    return answer.toolCalls();
  }

  /// What is said, read as a Java type: see [Chat#answeredAs].
  ///
  /// @throws AnswerException if it is not JSON of the type, as when too few tokens were left for it
  /// @throws IllegalArgumentException if the type has no form in JSON here
  public <T> T as(Class<T> type) {
    return Structure.of(type).read(this);
  }
}
