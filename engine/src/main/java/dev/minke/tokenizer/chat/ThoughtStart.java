package dev.minke.tokenizer.chat;

/// Whether an answer begins inside a thought.
public enum ThoughtStart {
  /// The prompt has opened one: R1, QwQ, V3.1 with thinking.
  OPEN,
  /// The model may open one with its first word: Qwen3.
  POSSIBLE,
  /// The prompt has closed it, or the answer proper has begun: V3.1 and Qwen3 without thinking.
  OVER
}
