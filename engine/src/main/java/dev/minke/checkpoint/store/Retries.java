package dev.minke.checkpoint.store;

import dev.minke.checkpoint.CheckpointException;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/// Tries again what may pass, after pauses that grow.
record Retries(Patience patience, PullListener listener, StopSign stop) {
  /// What is tried.
  @FunctionalInterface
  interface Attempt<T> {
    T run() throws IOException, InterruptedException;
  }

  /// @param subject for messages
  /// @param progress a number that changes when an attempt was worth something: then failures are
  ///   counted anew, so that a large file survives a bad line
  /// @throws CheckpointException if too many attempts in a row brought nothing
  <T> T run(String subject, LongSupplier progress, Attempt<T> attempt)
      throws IOException, InterruptedException {
    int failures = 0;
    while (true) {
      long before = progress.getAsLong();
      try {
        return attempt.run();
      } catch (PassingFault fault) {
        failures = progress.getAsLong() > before ? 1 : failures + 1;
        if (failures >= patience.attempts()) {
          throw new CheckpointException(
              "%s: gave up after %d attempts, for %s; check the network, the same command goes on"
                  .formatted(subject, failures, fault.getMessage()),
              fault);
        }
        Duration pause = pause(subject, fault, failures);
        listener.retrying(subject, String.valueOf(fault.getMessage()), pause);
        stop.pause(pause);
      }
    }
  }

  private Duration pause(String subject, PassingFault fault, int failures) {
    Duration wished = fault.wished();
    if (wished == null) {
      return patience.pause(failures);
    }
    if (wished.compareTo(patience.longestPause()) > 0) {
      throw new CheckpointException(
          "%s: the server has too much to do and asks to wait %d s; try again then"
              .formatted(subject, wished.toSeconds()),
          fault);
    }
    return wished;
  }
}
