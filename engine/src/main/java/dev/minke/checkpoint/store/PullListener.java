package dev.minke.checkpoint.store;

import java.time.Duration;

/// Hears how a download goes. Called on many threads.
public interface PullListener {
  /// Bytes came, or, if negative, were thrown away.
  void received(long bytes);

  /// A failure after which it goes on by itself.
  ///
  /// @param subject a file or an address
  /// @param pause before the next attempt
  void retrying(String subject, String reason, Duration pause);

  /// Somebody else fetches the same file; waits for them.
  void waiting(String file);
}
