package dev.minke.inference.text;

/// Why an answer ended.
public enum Finish {
  /// The model ended it.
  END,
  /// A stop string came.
  STOP_STRING,
  /// As many tokens as asked for, or as the context has room for.
  LENGTH,
  /// The caller asked for it.
  CANCELLED,
  /// The time that the caller gave it is over.
  DEADLINE
}
