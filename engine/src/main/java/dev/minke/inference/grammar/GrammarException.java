package dev.minke.inference.grammar;

import dev.minke.input.OneLine;

/// A schema, a regular expression or a grammar that is damaged, too large, or asks for what can't
/// be enforced here.
public final class GrammarException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// @param message subject, expected, found, remedy
  public GrammarException(String message) {
    super(OneLine.of(message));
  }

  /// @param message subject, expected, found, remedy
  /// @param cause what a part said
  public GrammarException(String message, Throwable cause) {
    super(OneLine.of(message), cause);
  }

  /// The same with what it is about.
  GrammarException of(String subject) {
    return new GrammarException(subject + ": " + getMessage(), this);
  }
}
