package dev.minke.checkpoint.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Keeps two downloads from writing the same blob. The system takes it away with the process, so a
/// killed download holds none.
///
/// It saves work and is no condition for correctness: a blob is checked as a whole. So where a file
/// system has no locks we go on without.
record BlobLock(FileChannel channel) implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(200);

  /// Waits until the lock is ours.
  ///
  /// @param waiting told once if somebody else has it
  static BlobLock take(Path file, Runnable waiting, StopSign stop)
      throws IOException, InterruptedException {
    Files.createDirectories(file.getParent());
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      for (boolean told = false; !isOurs(channel); told = true) {
        if (!told) {
          waiting.run();
        }
        stop.pause(LOOK);
      }
      return new BlobLock(channel);
    } catch (RuntimeException | InterruptedException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean isOurs(FileChannel channel) {
    try {
      @Nullable FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException _) {
      return false;
    } catch (IOException _) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
