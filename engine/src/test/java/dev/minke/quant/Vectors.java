package dev.minke.quant;

import dev.minke.checkpoint.Safetensors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The tensors of a file of expected numbers, as bytes.
final class Vectors implements AutoCloseable {
  private final Safetensors file;
  private final FileChannel channel;
  private final long dataStart;

  Vectors(Path path) throws IOException {
    file = Safetensors.open(path);
    channel = FileChannel.open(path);
    long dataBytes =
        file.entries().values().stream().mapToLong(Safetensors.Entry::end).max().orElse(0);
    dataStart = channel.size() - dataBytes;
  }

  Map<String, String> metadata() {
    return file.metadata();
  }

  List<Long> shape(String name) {
    return entry(name).shape();
  }

  private Safetensors.Entry entry(String name) {
    return Objects.requireNonNull(file.entries().get(name), name);
  }

  /// The bytes of a tensor in native memory.
  MemorySegment bytes(Arena arena, String name) throws IOException {
    Safetensors.Entry entry = entry(name);
    MemorySegment bytes = arena.allocate(entry.end() - entry.begin(), 64);
    var buffer = bytes.asByteBuffer();
    while (buffer.hasRemaining()) {
      channel.read(buffer, dataStart + entry.begin() + buffer.position());
    }
    return bytes;
  }

  /// The bits of a tensor of four-byte elements.
  int[] bits(String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return bytes(arena, name).toArray(ValueLayout.JAVA_INT);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
    channel.close();
  }
}
