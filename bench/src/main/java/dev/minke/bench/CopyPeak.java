package dev.minke.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CyclicBarrier;

/// What memory does at best: the platform's copy, on as many threads at once, far beyond the
/// caches.
final class CopyPeak {
  private static final long BYTES = 128L << 20;
  private static final int ROUNDS = 5;

  private CopyPeak() {}

  /// Bytes read and written a second; the best of a few rounds.
  static double measure(int threads) throws InterruptedException {
    long[] begin = new long[ROUNDS];
    long[] end = new long[ROUNDS];
    CyclicBarrier barrier = new CyclicBarrier(threads);
    Thread[] workers = new Thread[threads];
    try (Arena arena = Arena.ofShared()) {
      MemorySegment from = arena.allocate(BYTES, 64);
      MemorySegment to = arena.allocate(BYTES, 64);
      for (int i = 0; i < threads; i++) {
        long first = BYTES / threads * i;
        long length = BYTES / threads;
        workers[i] =
            Thread.ofPlatform()
                .start(() -> {
                  for (int round = 0; round < ROUNDS; round++) {
                    await(barrier);
                    synchronized (begin) {
                      begin[round] = begin[round] == 0 ? System.nanoTime() : begin[round];
                    }
                    MemorySegment.copy(from, first, to, first, length);
                    await(barrier);
                    synchronized (begin) {
                      end[round] = System.nanoTime();
                    }
                  }
                });
      }
      for (Thread worker : workers) {
        worker.join();
      }
    }
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
      best = Math.max(best, 2e9 * BYTES / (end[round] - begin[round]));
    }
    return best;
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException("bench: a copying thread failed", e);
    }
  }
}
