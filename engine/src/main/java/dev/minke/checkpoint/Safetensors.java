package dev.minke.checkpoint;

import dev.minke.input.RegularFile;
import dev.minke.tensor.DType;
import dev.minke.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// An open safetensors file (format of huggingface/safetensors): 8 bytes of header length, a JSON
/// header, the data.
///
/// Read strictly: lengths are checked before anything is allocated for them, offsets must cover the
/// data without gap or overlap, and shapes must explain every byte.
public final class Safetensors implements AutoCloseable {
  private static final int CHUNK_BYTES = 8 << 20;

  /// Bytes that one call reads at most: a buffer has no more.
  private static final int MOST_BYTES = 1 << 30;

  /// A tensor of the file.
  ///
  /// @param dtype its element type in the format's spelling: `F32`, `BF16`, …
  /// @param shape its sizes; empty for a scalar
  /// @param begin first byte, counted from the start of the data
  /// @param end byte behind the last
  public record Entry(String name, String dtype, List<Long> shape, long begin, long end) {
    public Entry {
      shape = List.copyOf(shape);
    }
  }

  private final Path file;
  private final FileChannel channel;
  private final SafetensorsHeader header;

  private Safetensors(Path file, FileChannel channel, SafetensorsHeader header) {
    this.file = file;
    this.channel = channel;
    this.header = header;
  }

  /// Opens a file and checks its header.
  ///
  /// @throws CheckpointException if it cannot be read or its header does not describe it
  public static Safetensors open(Path file) {
    try {
      FileChannel channel = RegularFile.open(file);
      try {
        return new Safetensors(file, channel, new SafetensorsHeaderReader(file, channel).read());
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw CheckpointException.of("read", file, e);
    }
  }

  private static void require(boolean holds, Path file, String expected, String found) {
    if (!holds) {
      throw new CheckpointException("%s: expected %s, found %s".formatted(file, expected, found));
    }
  }

  /// The tensors in the order of the header, by name.
  public Map<String, Entry> entries() {
    return header.entries();
  }

  public Map<String, String> metadata() {
    return header.metadata();
  }

  /// The first byte of the data.
  long dataStart() {
    return header.dataStart();
  }

  /// Where it is.
  public Path file() {
    return file;
  }

  /// Reads a tensor: F32, F16, BF16 or F64 into F32; I32 into I32.
  ///
  /// @param into contiguous rows that take the tensor's elements in order; their number must fit
  /// @throws CheckpointException if there is no such tensor or its type or size differ
  public void read(String name, Tensor into) {
    Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new CheckpointException(file + ": expected tensor " + name + ", found none");
    }
    read(entry, 0, into);
  }

  /// Reads elements from `first` on, as many as `into` takes.
  private void read(Entry entry, long first, Tensor into) {
    int bytes = bytes(entry, into.dtype());
    long elements = into.shape().elements();
    require(
        (first + elements) * bytes <= entry.end - entry.begin,
        file,
        elements + " elements from " + first + " on in tensor " + entry.name,
        "shape " + entry.shape);
    if (!into.isContiguous()) {
      throw new IllegalArgumentException("tensor " + into + ": expected contiguous rows");
    }
    long at = header.dataStart() + entry.begin + first * bytes;
    try {
      if (bytes == into.dtype().bytes()) {
        readRaw(at, into);
      } else {
        readConverted(entry.dtype, bytes, at, into);
      }
    } catch (IOException e) {
      throw CheckpointException.of("read", file, e);
    }
  }

  /// Reads bytes of a tensor as they are stored, as many as the memory takes.
  ///
  /// @param from the first of them, counted from the tensor's first
  /// @param into native memory
  void read(Entry entry, long from, MemorySegment into) {
    long bytes = into.byteSize();
    require(
        from >= 0 && bytes <= entry.end - entry.begin - from,
        file,
        bytes + " bytes from byte " + from + " on in tensor " + entry.name,
        "shape " + entry.shape);
    try {
      for (long done = 0; done < bytes; done += MOST_BYTES) {
        ByteBuffer chunk = into.asSlice(done, Math.min(bytes - done, MOST_BYTES)).asByteBuffer();
        readFully(channel, chunk, header.dataStart() + entry.begin + from + done, file);
      }
    } catch (IOException e) {
      throw CheckpointException.of("read", file, e);
    }
  }

  private int bytes(Entry entry, DType into) {
    boolean fits =
        switch (into) {
          case F32 ->
              entry.dtype.equals("F32")
                  || entry.dtype.equals("BF16")
                  || entry.dtype.equals("F16")
                  || entry.dtype.equals("F64");
          case F64 -> entry.dtype.equals("F64");
          case I32 -> entry.dtype.equals("I32");
          case BF16 -> entry.dtype.equals("BF16");
        };
    require(
        fits, file, "a type that is read as " + into + " for tensor " + entry.name, entry.dtype);
    return SafetensorsHeader.bits(entry.dtype) / Byte.SIZE;
  }

  private void readRaw(long at, Tensor into) throws IOException {
    long bytes = into.shape().elements() * into.dtype().bytes();
    long start = into.offset() * into.dtype().bytes();
    for (long done = 0; done < bytes; ) {
      int length = (int) Math.min(bytes - done, 1 << 30);
      ByteBuffer chunk = into.segment().asSlice(start + done, length).asByteBuffer();
      readFully(channel, chunk, at + done, file);
      done += length;
    }
  }

  private void readConverted(String dtype, int bytes, long at, Tensor into) throws IOException {
    Tensor flat = into.reshape(1, Math.toIntExact(into.shape().elements()));
    int most = CHUNK_BYTES / bytes;
    int elements = flat.shape().columns();
    ByteBuffer chunk =
        ByteBuffer.allocateDirect(Math.min(elements, most) * bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int done = 0; done < elements; done += most) {
      int length = Math.min(most, elements - done);
      chunk.clear().limit(length * bytes);
      readFully(channel, chunk, at + (long) done * bytes, file);
      for (int i = 0; i < length; i++) {
        double value =
            switch (dtype) {
              case "BF16" -> Float.intBitsToFloat(chunk.getShort(2 * i) << 16);
              case "F16" -> Float.float16ToFloat(chunk.getShort(2 * i));
              default -> chunk.getDouble(8 * i);
            };
        flat.set(0, done + i, value);
      }
    }
  }

  static void readFully(FileChannel channel, ByteBuffer buffer, long at, Path file)
      throws IOException {
    int start = buffer.position();
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, at + buffer.position() - start);
      if (read < 0) {
        throw new CheckpointException(
            file + ": expected more data, found its end; it is truncated, fetch it again");
      }
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
