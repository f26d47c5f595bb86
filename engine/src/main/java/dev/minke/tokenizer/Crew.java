package dev.minke.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Threads that share a work and end with it. The caller is one of them.
final class Crew {
  /// What one thread does.
  @FunctionalInterface
  interface Member {
    /// Takes the next piece of the work.
    ///
    /// @return false where none is left
    boolean work();
  }

  private final String name;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean stopped;

  private Crew(String name) {
    this.name = name;
  }

  /// Works until nothing is left, then waits for everybody.
  ///
  /// @param name of the threads, and of what is interrupted
  /// @param threads how many, the caller included
  /// @param members makes one for each thread; called by the caller
  /// @throws CancellationException if the caller is interrupted; it stays so
  static void run(String name, int threads, Supplier<Member> members) {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "%s: threads are %d, expected at least 1".formatted(name, threads));
    }
    new Crew(name).all(threads, members);
  }

  private void all(int threads, Supplier<Member> members) {
    List<Thread> others = new ArrayList<>();
    for (int i = 1; i < threads; i++) {
      Member member = members.get();
      others.add(
          Thread.ofPlatform().daemon().name(name + " " + i).start(() -> work(member, false)));
    }
    work(members.get(), true);
    boolean interrupted = false;
    for (Thread other : others) {
      while (other.isAlive()) {
        try {
          other.join();
        } catch (InterruptedException e) {
          stopped = true;
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    switch (failure.get()) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> requireNotInterrupted(name);
    }
  }

  /// @throws CancellationException if this thread is interrupted; it stays so
  static void requireNotInterrupted(String name) {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException(name + ": interrupted");
    }
  }

  private void work(Member member, boolean isCaller) {
    try {
      while (!stopped && !(isCaller && Thread.currentThread().isInterrupted()) && member.work()) {
        // One piece after the other.
      }
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
    stopped |= failure.get() != null || (isCaller && Thread.currentThread().isInterrupted());
  }
}
