package dev.minke.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Ctrl-C during work that can be saved: asks the work to stop, then holds the process until it
/// has.
///
/// Opened around the work by the thread that does it. A second Ctrl-C changes nothing, because the
/// process is ending already; kill -9 is safe at any moment, since checkpoints are atomic.
final class Interrupt implements AutoCloseable {
  private static final long LONGEST_SECONDS = 120;

  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;

  private Interrupt(Runnable stop) {
    hook =
        Thread.ofPlatform()
            .name("minke-interrupt")
            .unstarted(() -> {
              stop.run();
              await();
            });
  }

  /// @param stop asks the work to end soon; called on another thread
  static Interrupt requesting(Runnable stop) {
    Interrupt interrupt = new Interrupt(stop);
    Runtime.getRuntime().addShutdownHook(interrupt.hook);
    return interrupt;
  }

  private void await() {
    try {
      boolean ended = done.await(LONGEST_SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        System.err.println("minke: the work did not stop in time; the last checkpoint stays");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyEnding) {
      // The hook is running: it was waiting for exactly this.
      assert hook.isAlive() : alreadyEnding;
    }
  }
}
