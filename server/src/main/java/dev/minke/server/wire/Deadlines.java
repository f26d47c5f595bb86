package dev.minke.server.wire;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Interrupts threads that take too long for something. A thread that waits for a socket and is
/// interrupted loses the socket: reading and writing have no other end where the other side does
/// nothing. Safe for many threads.
public final class Deadlines implements AutoCloseable {
  private final Map<Thread, Long> ends = new ConcurrentHashMap<>();
  private final Thread watch;

  /// @param precision how much later than due an interrupt may come
  public Deadlines(Duration precision) {
    watch = Thread.ofVirtual().name("minke-deadlines").start(() -> watch(precision));
  }

  private void watch(Duration precision) {
    try {
      while (true) {
        Thread.sleep(precision);
        long now = System.nanoTime();
        ends.keySet()
            .forEach(thread ->
                ends.computeIfPresent(
                    thread,
                    (late, end) -> {
                      if (end - now > 0) {
                        return end;
                      }
                      late.interrupt();
                      return null;
                    }));
      }
    } catch (InterruptedException _) {
      // Closed.
    }
  }

  /// The present thread begins something.
  ///
  /// @param most time for it
  void begin(Duration most) {
    ends.put(Thread.currentThread(), System.nanoTime() + most.toNanos());
  }

  /// It is done: no interrupt comes any more.
  void end() {
    ends.remove(Thread.currentThread());
  }

  @Override
  public void close() {
    watch.interrupt();
  }
}
