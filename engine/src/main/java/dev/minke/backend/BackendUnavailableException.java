package dev.minke.backend;

/// A backend that was asked for cannot be had here. The message is one line with the remedy.
public final class BackendUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BackendUnavailableException(String message) {
    super(message);
  }
}
