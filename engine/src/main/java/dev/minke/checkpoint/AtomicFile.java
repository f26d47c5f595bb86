package dev.minke.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Writes a file so that a reader sees the old one or the new one, whole, whatever happens
/// meanwhile.
///
/// Temporary file beside the target, fsync, rename, fsync of the directory. After a failure the
/// temporary file is gone and the target as before; after a kill a temporary file may be left,
/// which the next write replaces.
public final class AtomicFile {
  private AtomicFile() {}

  /// Fills the file.
  @FunctionalInterface
  public interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  /// @throws CheckpointException if the file cannot be written; the target is untouched
  public static void write(Path target, Content content) {
    Path absolute = target.toAbsolutePath();
    Path temporary = absolute.resolveSibling("." + absolute.getFileName() + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(
          temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      syncDirectory(absolute.resolveSibling("."));
    } catch (IOException e) {
      delete(temporary, e);
      throw CheckpointException.of("write", target, e);
    } catch (RuntimeException e) {
      delete(temporary, e);
      throw e;
    }
  }

  /// @throws CheckpointException if the file cannot be written; the target is untouched
  public static void write(Path target, byte[] bytes) {
    write(target, channel -> writeFully(channel, ByteBuffer.wrap(bytes)));
  }

  /// Writes all that is left in a buffer.
  public static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /// Makes renames in a directory durable. Systems that cannot open a directory do so by
  /// themselves.
  static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (java.nio.file.AccessDeniedException e) {
      if (!System.getProperty("os.name", "").startsWith("Windows")) {
        throw e;
      }
    }
  }

  private static void delete(Path temporary, Exception cause) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
