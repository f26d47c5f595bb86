package dev.minke.tokenizer;

/// A tokenizer file that is damaged, or that asks for what this program does not do.
public final class TokenizerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// @param message subject, expected, found, remedy
  public TokenizerException(String message) {
    super(message);
  }

  /// @param message subject, expected, found, remedy
  /// @param cause what the parser said
  public TokenizerException(String message, Throwable cause) {
    super(message, cause);
  }
}
