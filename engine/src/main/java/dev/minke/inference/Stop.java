package dev.minke.inference;

/// Why a continuation ended.
public enum Stop {
  /// The model ended the text, or the grammar has it end.
  END_OF_TEXT,
  /// As many tokens as asked for, or as the context has room for.
  LENGTH,
  /// The listener asked for it, or the caller.
  CANCELLED,
  /// The time that the caller gave it is over.
  DEADLINE
}
