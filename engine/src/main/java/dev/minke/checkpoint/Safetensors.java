package dev.minke.checkpoint;

import dev.minke.tensor.DType;
import dev.minke.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An open safetensors file (format of huggingface/safetensors): 8 bytes of header length, a JSON
/// header, the data.
///
/// Read strictly: lengths are checked before anything is allocated for them, offsets must cover the
/// data without gap or overlap, and shapes must explain every byte.
public final class Safetensors implements AutoCloseable {
  private static final long MAX_HEADER_BYTES = 100_000_000;
  private static final int CHUNK_BYTES = 8 << 20;

  /// Bytes that one call reads at most: a buffer has no more.
  private static final int MOST_BYTES = 1 << 30;

  private static final Map<String, Integer> BITS =
      Map.ofEntries(
          Map.entry("BOOL", 8),
          Map.entry("F4", 4),
          Map.entry("F6_E2M3", 6),
          Map.entry("F6_E3M2", 6),
          Map.entry("U8", 8),
          Map.entry("I8", 8),
          Map.entry("F8_E5M2", 8),
          Map.entry("F8_E4M3", 8),
          Map.entry("F8_E8M0", 8),
          Map.entry("F8_E4M3FNUZ", 8),
          Map.entry("F8_E5M2FNUZ", 8),
          Map.entry("I16", 16),
          Map.entry("U16", 16),
          Map.entry("F16", 16),
          Map.entry("BF16", 16),
          Map.entry("I32", 32),
          Map.entry("U32", 32),
          Map.entry("F32", 32),
          Map.entry("C64", 64),
          Map.entry("F64", 64),
          Map.entry("I64", 64),
          Map.entry("U64", 64));

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
  private final long dataStart;
  private final Map<String, Entry> entries;
  private final Map<String, String> metadata;

  private Safetensors(
      Path file,
      FileChannel channel,
      long dataStart,
      Map<String, Entry> entries,
      Map<String, String> metadata) {
    this.file = file;
    this.channel = channel;
    this.dataStart = dataStart;
    this.entries = Collections.unmodifiableMap(entries);
    this.metadata = Map.copyOf(metadata);
  }

  /// Opens a file and checks its header.
  ///
  /// @throws CheckpointException if it cannot be read or its header does not describe it
  public static Safetensors open(Path file) {
    try {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      try {
        return read(file, channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw CheckpointException.of("read", file, e);
    }
  }

  private static Safetensors read(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    require(size >= Long.BYTES, file, "at least 8 bytes", size + " bytes");
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    readFully(channel, length, 0, file);
    long headerBytes = length.getLong(0);
    require(
        headerBytes >= 0 && headerBytes <= MAX_HEADER_BYTES,
        file,
        "a header of at most 100 MB",
        "a header length of " + Long.toUnsignedString(headerBytes));
    require(
        headerBytes <= size - Long.BYTES,
        file,
        "a header within the file's " + size + " bytes",
        "a header length of " + headerBytes);
    ByteBuffer header = ByteBuffer.allocate((int) headerBytes);
    readFully(channel, header, Long.BYTES, file);
    JsonNode json = parse(header.flip(), file);
    Map<String, String> metadata = new LinkedHashMap<>();
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> property : json.properties()) {
      if (property.getKey().equals("__metadata__")) {
        readMetadata(property.getValue(), metadata, file);
      } else {
        entries.put(property.getKey(), entry(property.getKey(), property.getValue(), file));
      }
    }
    long dataStart = Long.BYTES + headerBytes;
    requireCovered(entries.values().stream().toList(), size - dataStart, file);
    return new Safetensors(file, channel, dataStart, entries, metadata);
  }

  private static JsonNode parse(ByteBuffer header, Path file) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(header)
              .toString();
      JsonNode json =
          JsonMapper.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
              .build()
              .readTree(text);
      require(json.isObject(), file, "a JSON object as header", "something else");
      return json;
    } catch (CharacterCodingException e) {
      throw new CheckpointException(file + ": expected a header in UTF-8, found other bytes", e);
    } catch (JacksonException e) {
      throw new CheckpointException(
          file + ": expected a JSON header, found a fault: " + e.getOriginalMessage(), e);
    }
  }

  private static void readMetadata(JsonNode json, Map<String, String> metadata, Path file) {
    require(json.isObject(), file, "an object as __metadata__", "something else");
    for (Map.Entry<String, JsonNode> property : json.properties()) {
      require(
          property.getValue().isString(),
          file,
          "strings in __metadata__",
          "another value for " + property.getKey());
      metadata.put(property.getKey(), property.getValue().stringValue());
    }
  }

  private static Entry entry(String name, JsonNode json, Path file) {
    JsonNode dtype = json.path("dtype");
    JsonNode shape = json.path("shape");
    JsonNode offsets = json.path("data_offsets");
    require(
        dtype.isString() && shape.isArray() && offsets.isArray() && offsets.size() == 2,
        file,
        "dtype, shape and two data_offsets for tensor " + name,
        json.toString());
    Integer bits = BITS.get(dtype.stringValue());
    require(bits != null, file, "a known dtype for tensor " + name, dtype.toString());
    List<Long> sizes = new ArrayList<>();
    long elements = 1;
    try {
      for (JsonNode size : shape) {
        sizes.add(natural(size, name, file));
        elements = Math.multiplyExact(elements, sizes.getLast());
      }
      long begin = natural(offsets.get(0), name, file);
      long end = natural(offsets.get(1), name, file);
      long bytes = Math.multiplyExact(elements, (long) (bits == null ? 0 : bits)) / 8;
      require(
          begin <= end && end - begin == bytes,
          file,
          "%d bytes for tensor %s %s of %s".formatted(bytes, name, sizes, dtype.stringValue()),
          "offsets %d to %d".formatted(begin, end));
      return new Entry(name, dtype.stringValue(), sizes, begin, end);
    } catch (ArithmeticException e) {
      throw new CheckpointException(
          "%s: expected a size below 2^63 bits for tensor %s, found shape %s"
              .formatted(file, name, shape),
          e);
    }
  }

  private static long natural(JsonNode number, String name, Path file) {
    require(
        number.isIntegralNumber() && number.canConvertToLong() && number.longValue() >= 0,
        file,
        "sizes and offsets of 0 or more for tensor " + name,
        number.toString());
    return number.longValue();
  }

  private static void requireCovered(List<Entry> entries, long dataBytes, Path file) {
    long next = 0;
    List<Entry> ordered =
        entries.stream()
            .sorted(Comparator.comparingLong(Entry::begin).thenComparing(Entry::end))
            .toList();
    for (Entry entry : ordered) {
      require(
          entry.begin == next,
          file,
          "tensor " + entry.name + " to begin at byte " + next + " of the data",
          "an offset of " + entry.begin);
      next = entry.end;
    }
    require(
        next == dataBytes,
        file,
        next + " bytes of data as the header says",
        dataBytes
            + " bytes; the file is "
            + (dataBytes < next ? "truncated, fetch it again" : "too long"));
  }

  private static void require(boolean holds, Path file, String expected, String found) {
    if (!holds) {
      throw new CheckpointException("%s: expected %s, found %s".formatted(file, expected, found));
    }
  }

  /// The tensors in the order of the header, by name.
  public Map<String, Entry> entries() {
    return entries;
  }

  public Map<String, String> metadata() {
    return metadata;
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
    Entry entry = entries.get(name);
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
    long at = dataStart + entry.begin + first * bytes;
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
        readFully(channel, chunk, dataStart + entry.begin + from + done, file);
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
    Integer bits = BITS.get(entry.dtype);
    return bits == null ? 0 : bits / 8;
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
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int elements = flat.shape().columns();
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

  private static void readFully(FileChannel channel, ByteBuffer buffer, long at, Path file)
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
