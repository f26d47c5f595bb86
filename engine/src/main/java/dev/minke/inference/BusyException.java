package dev.minke.inference;

import java.time.Duration;

/// More requests wait than may wait.
public final class BusyException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Duration retryAfter;

  BusyException(int waiting, Duration retryAfter) {
    super(
        "engine: %d requests wait already, as many as may; try again in %d s"
            .formatted(waiting, Math.max(1, retryAfter.toSeconds())));
    this.retryAfter = retryAfter;
  }

  /// When there is likely to be room.
  public Duration retryAfter() {
    return retryAfter;
  }
}
