package dev.minke.kernel.vector;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The threads that share one operation: the caller and its helpers.
///
/// An operation is cut into parts. Whoever is free takes the next part, so which thread computes
/// which part differs from run to run: *results must not depend on it*, nor on the number of parts.
/// A helper without work spins for a moment and then parks; the caller never waits for a helper
/// that has not begun. While the gang is at work, a call by one of its parts or by another thread
/// runs on that thread alone, so calls may be nested and may come from many threads.
///
/// Every write of a part is seen by the caller when `run` returns. One instance belongs to one set
/// of kernels, which closes it.
final class Gang implements AutoCloseable {
  /// Work below this is done by the caller alone: to wake a parked helper takes as long.
  static final long SMALL_NANOS = 20_000;

  private static final long SPIN_NANOS = 100_000;
  private static final int BLOCKS_PER_THREAD = 4;

  /// Computes one part of an operation; parts are numbered from 0.
  @FunctionalInterface
  interface Task {
    void run(int part);
  }

  /// Computes the rows `[from, to)` of an operation whose rows do not depend on each other.
  @FunctionalInterface
  interface Rows {
    void run(long from, long to);
  }

  private final Helper[] helpers;
  private final AtomicBoolean busy = new AtomicBoolean();
  private volatile @Nullable Job current;
  private volatile boolean closed;

  /// @param threads caller included
  Gang(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("gang: expected at least one thread, found " + threads);
    }
    helpers = new Helper[threads - 1];
    for (int index = 0; index < helpers.length; index++) {
      helpers[index] = new Helper(index + 1);
      helpers[index].thread.start();
    }
  }

  /// Threads that can work at once, caller included.
  int threads() {
    return helpers.length + 1;
  }

  /// Runs parts `0 … parts-1` and returns when all are done.
  ///
  /// @throws RuntimeException what the lowest failing part threw; all parts have run nevertheless
  void run(int parts, Task task) {
    requireOpen();
    if (parts > 1 && helpers.length > 0 && busy.compareAndSet(false, true)) {
      try {
        share(parts, task);
      } finally {
        busy.set(false);
      }
    } else {
      new Job(parts, task).finishAlone();
    }
  }

  /// The same, on the caller alone if the whole is too small to share.
  ///
  /// @param nanos about how long the whole takes on one thread. Rough figures: 0.25 ns an element
  ///   read or written, 1 ns an exponential, 0.02 ns a multiply-add of a matrix product
  void run(long nanos, int parts, Task task) {
    if (nanos >= SMALL_NANOS) {
      run(parts, task);
    } else {
      requireOpen();
      new Job(parts, task).finishAlone();
    }
  }

  /// Cuts rows into blocks and runs them.
  ///
  /// @param nanos about how long all rows take on one thread
  void rows(long nanos, long rows, Rows task) {
    long most = nanos < SMALL_NANOS ? 1 : (long) BLOCKS_PER_THREAD * threads();
    int blocks = (int) Math.min(rows, threads() == 1 ? 1 : most);
    run(blocks, part -> task.run(rows * part / blocks, rows * (part + 1) / blocks));
  }

  private void share(int parts, Task task) {
    Job job = new Job(parts, task);
    current = job;
    int wanted = Math.min(helpers.length, parts - 1);
    for (int index = 0; index < wanted; index++) {
      helpers[index].wake();
    }
    job.work();
    job.awaitOthers(SPIN_NANOS);
    current = null;
    job.rethrow();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("gang: expected it open, found it closed");
    }
  }

  /// Ends the helpers and waits for them. The caller makes sure that nothing runs.
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    for (Helper helper : helpers) {
      LockSupport.unpark(helper.thread);
      while (helper.thread.isAlive()) {
        try {
          helper.thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// One operation being shared. A helper that comes late finds no part left and touches nothing
  /// else.
  private static final class Job {
    private final int parts;
    private final Task task;
    private final Thread caller = Thread.currentThread();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private volatile boolean callerWaits;
    private int failedPart;
    private @Nullable Throwable failure;

    Job(int parts, Task task) {
      this.parts = parts;
      this.task = task;
    }

    boolean hasWork() {
      return next.get() < parts;
    }

    void finishAlone() {
      for (int part = 0; part < parts; part++) {
        runPart(part);
      }
      rethrow();
    }

    void work() {
      for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
        runPart(part);
        if (done.incrementAndGet() == parts && callerWaits) {
          LockSupport.unpark(caller);
        }
      }
    }

    private void runPart(int part) {
      try {
        task.run(part);
      } catch (RuntimeException | Error e) {
        fail(part, e);
      }
    }

    private synchronized void fail(int part, Throwable thrown) {
      if (failure == null || part < failedPart) {
        failure = thrown;
        failedPart = part;
      }
    }

    void awaitOthers(long spinNanos) {
      long start = System.nanoTime();
      while (done.get() < parts) {
        if (System.nanoTime() - start < spinNanos) {
          Thread.onSpinWait();
        } else {
          callerWaits = true;
          if (done.get() < parts) {
            LockSupport.park(this);
          }
        }
      }
    }

    synchronized void rethrow() {
      switch (failure) {
        case null -> {}
        case Error error -> throw error;
        case RuntimeException exception -> throw exception;
        default -> throw new AssertionError(failure);
      }
    }
  }

  /// One helping thread.
  private final class Helper implements Runnable {
    private final Thread thread;
    private volatile boolean parked;

    Helper(int number) {
      thread = Thread.ofPlatform().daemon().name("minke-gang-" + number).unstarted(this);
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(thread);
      }
    }

    @Override
    public void run() {
      long idleSince = System.nanoTime();
      while (!closed) {
        Job job = current;
        if (job != null && job.hasWork()) {
          job.work();
          idleSince = System.nanoTime();
        } else if (System.nanoTime() - idleSince < SPIN_NANOS) {
          Thread.onSpinWait();
        } else {
          parkUntilWoken();
          idleSince = System.nanoTime();
        }
      }
    }

    private void parkUntilWoken() {
      parked = true;
      Job job = current;
      if (!closed && (job == null || !job.hasWork())) {
        LockSupport.park(Gang.this);
      }
      parked = false;
    }
  }
}
