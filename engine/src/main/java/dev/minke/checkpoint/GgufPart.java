package dev.minke.checkpoint;

import dev.minke.input.RegularFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// One open file of a GGUF model.
///
/// @param header what it says before its data
record GgufPart(Path file, FileChannel channel, GgufHeader header) implements AutoCloseable {
  /// Opens a file and reads its header.
  static GgufPart open(Path file) {
    try {
      FileChannel channel = RegularFile.open(file);
      try {
        return new GgufPart(file, channel, GgufHeader.read(file, channel));
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw CheckpointException.of("read", file, e);
    }
  }

  void readFully(ByteBuffer buffer, long at) throws IOException {
    long next = at;
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, next);
      if (read < 0) {
        throw new CheckpointException(
            file + ": expected more data, found its end; it is truncated, fetch it again");
      }
      next += read;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw CheckpointException.of("close", file, e);
    }
  }
}
