package dev.minke.checkpoint;

import dev.minke.tensor.Bf16;
import dev.minke.tensor.DType;
import dev.minke.tensor.Shape;
import dev.minke.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes safetensors files, atomically, tensors in the order given.
public final class SafetensorsWriter {
  private static final int CHUNK_BYTES = 1 << 20;

  private SafetensorsWriter() {}

  /// A tensor to write.
  ///
  /// @param name in the file
  /// @param dtype F32, BF16 (rounded to nearest even), F64 or I32
  /// @param shape in the file
  /// @param parts tensors whose elements follow each other; rows may have a stride
  public record Source(String name, DType dtype, Shape shape, List<Tensor> parts) {
    public Source {
      parts = List.copyOf(parts);
      long elements = parts.stream().mapToLong(part -> part.shape().elements()).sum();
      if (elements != shape.elements()) {
        throw new IllegalArgumentException(
            "tensor %s %s: parts hold %d elements".formatted(name, shape, elements));
      }
    }

    /// A whole tensor as it is.
    public static Source of(String name, Tensor tensor) {
      return new Source(name, tensor.dtype(), tensor.shape(), List.of(tensor));
    }

    long bytes() {
      return shape.elements() * dtype.bytes();
    }
  }

  /// Writes a file.
  ///
  /// @throws CheckpointException if it cannot be written; an older file of that name is untouched
  public static void write(Path file, Collection<Source> sources, Map<String, String> metadata) {
    write(file, sources, metadata, () -> {});
  }

  /// Writes a file, and says when the tensors may change again: before the bytes are on disk.
  ///
  /// @param afterLastRead called once all tensors have been read
  static void write(
      Path file, Collection<Source> sources, Map<String, String> metadata, Runnable afterLastRead) {
    byte[] header = header(sources, metadata);
    AtomicFile.write(
        file,
        channel -> {
          ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
          AtomicFile.writeFully(channel, length.putLong(0, header.length));
          AtomicFile.writeFully(channel, ByteBuffer.wrap(header));
          for (Source source : sources) {
            for (Tensor part : source.parts) {
              write(channel, part, source.dtype);
            }
          }
          afterLastRead.run();
        });
  }

  private static byte[] header(Collection<Source> sources, Map<String, String> metadata) {
    JsonMapper mapper = JsonMapper.shared();
    ObjectNode json = mapper.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode node = json.putObject("__metadata__");
      metadata.entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(entry -> node.put(entry.getKey(), entry.getValue()));
    }
    long offset = 0;
    for (Source source : sources) {
      ObjectNode node = json.putObject(source.name);
      node.put("dtype", source.dtype.name());
      ArrayNode shape = node.putArray("shape");
      for (int axis = 0; axis < source.shape.rank(); axis++) {
        shape.add(source.shape.size(axis));
      }
      node.putArray("data_offsets").add(offset).add(offset + source.bytes());
      offset += source.bytes();
    }
    StringBuilder text = new StringBuilder(mapper.writeValueAsString(json));
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (bytes.length + 7) / 8 * 8;
    return text.repeat(' ', padded - bytes.length).toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void write(FileChannel channel, Tensor part, DType dtype) throws IOException {
    for (ByteBuffer chunk : chunks(part, dtype)) {
      AtomicFile.writeFully(channel, chunk);
    }
  }

  /// The bytes of a tensor as they stand in a file, piece by piece. A piece is valid until the next
  /// is asked for.
  static Iterable<ByteBuffer> chunks(Tensor part, DType dtype) {
    if (part.isContiguous() && part.dtype() == dtype) {
      return raw(part);
    }
    List<Tensor> rows = new ArrayList<>();
    Tensor matrix = part.reshape(Math.toIntExact(part.shape().rows()), part.shape().columns());
    int most = Math.max(1, CHUNK_BYTES / Math.max(1, dtype.bytes() * matrix.shape().columns()));
    for (int row = 0; row < matrix.size(0); row += most) {
      rows.add(matrix.rows(row, Math.min(matrix.size(0), row + most)));
    }
    return () -> rows.stream().map(some -> converted(some, dtype)).iterator();
  }

  private static Iterable<ByteBuffer> raw(Tensor part) {
    long bytes = part.shape().elements() * part.dtype().bytes();
    long start = part.offset() * part.dtype().bytes();
    List<ByteBuffer> chunks = new ArrayList<>();
    for (long done = 0; done < bytes; done += 1 << 30) {
      long length = Math.min(bytes - done, 1 << 30);
      chunks.add(part.segment().asSlice(start + done, length).asByteBuffer());
    }
    return chunks;
  }

  private static ByteBuffer converted(Tensor rows, DType dtype) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(rows.shape().elements() * dtype.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < rows.size(0); row++) {
      for (int column = 0; column < rows.shape().columns(); column++) {
        switch (dtype) {
          case F32 -> bytes.putFloat((float) rows.get(row, column));
          case F64 -> bytes.putDouble(rows.get(row, column));
          case BF16 -> bytes.putShort(Bf16.of((float) rows.get(row, column)));
          case I32 -> bytes.putInt(rows.getInt(row, column));
        }
      }
    }
    return bytes.flip();
  }
}
