package dev.minke.input;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;

/// Files and nothing else that may have a file's name: reading a pipe would wait for whoever writes
/// to it. Links are followed, as hubs' caches are made of them.
public final class RegularFile {
  private RegularFile() {}

  /// Opens a file for reading.
  ///
  /// @throws FileSystemException if it is a directory, a pipe or a device
  public static FileChannel open(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      throw new FileSystemException(
          file.toString(),
          null,
          "expected a file, found a "
              + (attributes.isDirectory() ? "directory" : "pipe or device"));
    }
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  /// Reads a whole file.
  ///
  /// @param most bytes that any of its kind has
  /// @param kind in a word, for the message
  /// @throws FileSystemException if it is a directory, a pipe or a device, or larger
  public static byte[] bytes(Path file, int most, String kind) throws IOException {
    try (FileChannel channel = open(file)) {
      long size = channel.size();
      if (size > most) {
        throw new FileSystemException(
            file.toString(),
            null,
            "expected at most %d bytes of %s, found %d".formatted(most, kind, size));
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) size);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      return bytes.hasRemaining() ? Arrays.copyOf(bytes.array(), bytes.position()) : bytes.array();
    }
  }
}
