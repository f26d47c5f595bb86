package dev.minke.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes a GGUF file of version 3, atomically: metadata and tensors in the order in which they
/// were given.
///
/// Mutable, one owner; may write more than one file.
public final class GgufWriter {
  private static final int VERSION = 3;

  private final Map<String, GgufValue> metadata = new LinkedHashMap<>();
  private final List<Source> sources = new ArrayList<>();

  /// Writes the bytes of one tensor.
  @FunctionalInterface
  public interface Content {
    void writeTo(WritableByteChannel channel) throws IOException;
  }

  /// @param shape the fastest axis first
  private record Source(String name, GgmlType type, List<Long> shape, Content content) {
    long bytes() {
      long elements = shape.stream().reduce(1L, Math::multiplyExact);
      return Math.multiplyExact(elements / type.blockElements(), (long) type.blockBytes());
    }
  }

  /// Says what a key is; `general.alignment` is obeyed.
  public GgufWriter put(String key, GgufValue value) {
    metadata.put(key, value);
    return this;
  }

  public GgufWriter put(String key, String text) {
    return put(key, new GgufValue.Text(text));
  }

  public GgufWriter put(String key, boolean flag) {
    return put(key, new GgufValue.Flag(flag));
  }

  /// Stored as U32, as most keys of models are.
  public GgufWriter put(String key, int number) {
    return put(key, new GgufValue.Whole(GgufType.U32, number & 0xFFFFFFFFL));
  }

  /// Stored as F32, as most keys of models are.
  public GgufWriter put(String key, float number) {
    return put(key, new GgufValue.Real(GgufType.F32, number));
  }

  /// Adds a tensor.
  ///
  /// @param shape sizes, the fastest axis first
  /// @param content asked for once in each file that is written
  public GgufWriter tensor(String name, GgmlType type, List<Long> shape, Content content) {
    long row = shape.isEmpty() ? 1 : shape.getFirst();
    if (row % type.blockElements() != 0) {
      throw new IllegalArgumentException(
          "tensor %s %s: expected rows of a multiple of %d elements for %s"
              .formatted(name, shape, type.blockElements(), type));
    }
    sources.add(new Source(name, type, List.copyOf(shape), content));
    return this;
  }

  /// Writes the file.
  ///
  /// @throws CheckpointException if it cannot be written; an older file of that name is untouched
  public void write(Path file) {
    int alignment =
        metadata.get(GgufHeader.ALIGNMENT) instanceof GgufValue.Whole(_, long number)
            ? Math.toIntExact(number)
            : GgufHeader.DEFAULT_ALIGNMENT;
    AtomicFile.write(
        file,
        channel -> {
          AtomicFile.writeFully(channel, ByteBuffer.wrap(header(alignment)));
          for (Source source : sources) {
            fill(channel, alignment);
            long begin = channel.position();
            source.content.writeTo(channel);
            if (channel.position() - begin != source.bytes()) {
              throw new IllegalArgumentException(
                  "tensor %s %s of %s: expected %d bytes, content has %d"
                      .formatted(
                          source.name,
                          source.shape,
                          source.type,
                          source.bytes(),
                          channel.position() - begin));
            }
          }
          fill(channel, alignment);
        });
  }

  private byte[] header(int alignment) {
    GgufOutput out = new GgufOutput();
    out.int32(GgufHeader.MAGIC);
    out.int32(VERSION);
    out.int64(sources.size());
    out.int64(metadata.size());
    metadata.forEach((key, value) -> {
      out.text(key);
      out.typed(value);
    });
    long offset = 0;
    for (Source source : sources) {
      out.text(source.name);
      out.int32(source.shape.size());
      source.shape.forEach(out::int64);
      out.int32(source.type.number());
      out.int64(offset);
      offset = Math.ceilDiv(offset + source.bytes(), alignment) * alignment;
    }
    return out.bytes();
  }

  /// Zeros up to the next multiple of the alignment.
  private static void fill(FileChannel channel, int alignment) throws IOException {
    long position = channel.position();
    int zeros = (int) (Math.ceilDiv(position, alignment) * alignment - position);
    AtomicFile.writeFully(channel, ByteBuffer.allocate(zeros));
  }
}
