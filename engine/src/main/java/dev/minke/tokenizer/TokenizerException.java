package dev.minke.tokenizer;

import dev.minke.input.OneLine;
import java.nio.file.Path;

/// A tokenizer file that is damaged, or that asks for what this program does not do.
public final class TokenizerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// @param message subject, expected, found, remedy
  public TokenizerException(String message) {
    super(OneLine.of(message));
  }

  /// @param message subject, expected, found, remedy
  /// @param cause what the parser said
  public TokenizerException(String message, Throwable cause) {
    super(OneLine.of(message), cause);
  }

  /// The same with the file that it is about, for parts that know of none.
  ///
  /// @param file which it may name already, or another one beside it
  TokenizerException of(Path file) {
    String message = String.valueOf(getMessage());
    Path directory = file.toAbsolutePath().getParent();
    boolean isNamed =
        message.startsWith(OneLine.of(file.toString()))
            || (directory != null && message.startsWith(OneLine.of(directory.toString())));
    return isNamed ? this : new TokenizerException(file + ": " + message, this);
  }
}
