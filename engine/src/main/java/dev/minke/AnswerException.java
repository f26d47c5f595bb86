package dev.minke;

/// An answer could not be completed.
public final class AnswerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  AnswerException(Throwable cause) {
    super("answer: it could not be completed: " + cause.getMessage(), cause);
  }
}
