package dev.minke.cli;

/// What was asked for cannot be meant: a setting out of its range, a recipe with a typo. The
/// message is one line with the remedy; the exit code is 2.
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message);
  }

  UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
