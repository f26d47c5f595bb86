package dev.minke.checkpoint.store;

import java.time.Duration;
import java.util.concurrent.CancellationException;

/// Asks the threads of a download to end soon: those that wait look at it several times a second.
/// Mutable; any thread may set it.
final class StopSign {
  static final long LOOK_MILLIS = 100;

  private volatile boolean set;

  void set() {
    set = true;
  }

  boolean isSet() {
    return set;
  }

  /// @throws CancellationException if it is set
  void check() {
    if (set) {
      throw new CancellationException("stopped");
    }
  }

  /// Waits, unless it is set meanwhile.
  void pause(Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      check();
      Thread.sleep(Duration.ofNanos(Math.min(left, LOOK_MILLIS * 1_000_000)));
    }
    check();
  }
}
