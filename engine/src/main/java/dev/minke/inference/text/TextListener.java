package dev.minke.inference.text;

import dev.minke.tokenizer.chat.AnswerEvent;
import java.util.List;

/// Hears how an answer comes about, as text.
///
/// Called on the engine's thread: it must be quick and must not wait. What it throws ends its own
/// request.
public interface TextListener {
  /// Prompt tokens were read.
  ///
  /// @param done how many of the prompt are there
  /// @param all how many the prompt has
  default void reads(int done, int all) {}

  /// A token was drawn, where log-probabilities were asked for. What it says is told later, if it
  /// says anything.
  default void drew(DrawnToken token) {}

  /// More of the answer is certain.
  ///
  /// @param events one or more
  /// @return false to end here
  boolean says(List<AnswerEvent> events);

  /// The last call: the answer is complete.
  void ended(TextEnding ending);

  /// The last call: it could not be completed.
  void failed(Throwable cause);
}
