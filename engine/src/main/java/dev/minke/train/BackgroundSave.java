package dev.minke.train;

import dev.minke.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// Writes checkpoints beside the work: a thread of its own reads the state while the next step goes
/// forward and backward, which only read it, too; the update, which changes it, waits for the
/// reading and not for the disk. So nothing is copied, and a step waits only as long as the reading
/// takes longer than forward and backward: usually not at all.
///
/// At most one checkpoint is on its way. One thread calls everything.
final class BackgroundSave {
  /// Writes a checkpoint.
  @FunctionalInterface
  interface Write {
    /// @param afterLastRead to be called once the state may change again
    /// @return the file
    Path run(Runnable afterLastRead);
  }

  /// A checkpoint on disk.
  record Saved(Path file, int step) {}

  private record Pending(int step, FutureTask<Path> task, CountDownLatch read) {}

  private @Nullable Pending pending;

  /// Begins to write; what was begun before has been taken.
  ///
  /// @param step steps done
  /// @param write the work; called on another thread
  void start(int step, Write write) {
    if (pending != null) {
      throw new IllegalStateException("checkpoint: the one of step " + pending.step + " is open");
    }
    CountDownLatch read = new CountDownLatch(1);
    FutureTask<Path> task =
        new FutureTask<>(() -> {
          try {
            return write.run(read::countDown);
          } finally {
            read.countDown();
          }
        });
    pending = new Pending(step, task, read);
    Thread.ofPlatform().name("minke-checkpoint").start(task);
  }

  /// Waits until the state may change.
  void awaitReading() {
    if (pending != null) {
      try {
        pending.read.await();
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  /// The checkpoint that was begun, if it has been written by now; null if not.
  ///
  /// @throws CheckpointException if it could not be written
  @Nullable Saved poll() {
    return pending != null && pending.task.isDone() ? await() : null;
  }

  /// Waits for the checkpoint that was begun; null if none was.
  ///
  /// @throws CheckpointException if it could not be written
  @Nullable Saved await() {
    Pending open = pending;
    if (open == null) {
      return null;
    }
    try {
      Path file = open.task.get();
      pending = null;
      return new Saved(file, open.step);
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException e) {
      pending = null;
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException("checkpoint: its writing failed", e.getCause());
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("training: interrupted while a checkpoint was written", e);
  }
}
