package dev.minke.cli.chat;

import dev.minke.tokenizer.chat.AnswerEvent;

/// Hears an answer as it comes about, on the thread of the engine.
public interface Hearer {
  /// The model reads.
  ///
  /// @param done how many tokens
  /// @param all of how many
  void reads(int done, int all);

  /// The model says something.
  void says(AnswerEvent event);

  /// The answer has ended.
  void ended();

  /// Asked after something was said.
  ///
  /// @return whether what is said reaches nobody any more
  boolean isGone();
}
