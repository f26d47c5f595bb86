package dev.minke.checkpoint.store;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A failure that may be over soon: of the network, or of a server that has too much to do. The
/// message says what happened, without its subject.
final class PassingFault extends IOException {
  private static final long serialVersionUID = 1;

  private final @Nullable Duration wished;

  PassingFault(String message) {
    this(message, (Duration) null);
  }

  PassingFault(String message, Throwable cause) {
    super(message, cause);
    this.wished = null;
  }

  /// @param wished pause that the server asked for
  PassingFault(String message, @Nullable Duration wished) {
    super(message);
    this.wished = wished;
  }

  @Nullable Duration wished() {
    return wished;
  }
}
