package dev.minke.checkpoint.store;

import java.time.Duration;

/// How long a download waits, and how often it tries.
///
/// @param attempts in a row that bring nothing before it gives up
/// @param pause after the first failure; each further one doubles it
/// @param longestPause also of those that a server asks for; one that asks for more is given up
/// @param silence how long a server may say nothing
record Patience(int attempts, Duration pause, Duration longestPause, Duration silence) {
  static final Patience USUAL =
      new Patience(6, Duration.ofSeconds(1), Duration.ofMinutes(5), Duration.ofSeconds(60));

  /// @param failures in a row, at least 1
  Duration pause(int failures) {
    Duration doubled = pause.multipliedBy(1L << Math.min(failures - 1, 20));
    return doubled.compareTo(longestPause) < 0 ? doubled : longestPause;
  }
}
