package dev.minke;

import dev.minke.input.OneLine;

/// An answer could not be completed, or is not of the type that it was read as.
public final class AnswerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  AnswerException(Throwable cause) {
    super("answer: it could not be completed: " + cause.getMessage(), cause);
  }

  AnswerException(String message) {
    super(message);
  }

  AnswerException(String message, Throwable cause) {
    super(OneLine.of(message), cause);
  }
}
