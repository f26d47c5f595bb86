package dev.minke.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What stands before the data of one safetensors file: metadata, and where each tensor lies.
///
/// @param metadata texts by key
/// @param entries by name, in the file's order
/// @param dataStart first byte of the data
record SafetensorsHeader(
    Map<String, String> metadata, Map<String, Safetensors.Entry> entries, long dataStart) {
  private static final long MAX_HEADER_BYTES = 100_000_000;
  private static final String METADATA = "__metadata__";

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

  SafetensorsHeader {
    metadata = Collections.unmodifiableMap(metadata);
    entries = Collections.unmodifiableMap(entries);
  }

  /// Bits of an element; 0 for a type that is not known.
  static int bits(String dtype) {
    return BITS.getOrDefault(dtype, 0);
  }

  /// Reads and checks a header; the data is not touched.
  static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    require(size >= Long.BYTES, file, "at least 8 bytes", size + " bytes");
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Safetensors.readFully(channel, length, 0, file);
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
    byte[] bytes = new byte[(int) headerBytes];
    Safetensors.readFully(channel, ByteBuffer.wrap(bytes), Long.BYTES, file);
    long dataStart = Long.BYTES + headerBytes;
    SafetensorsHeader header = parse(new JsonBytes(file, bytes), file, dataStart);
    requireCovered(new ArrayList<>(header.entries.values()), size - dataStart, file);
    return header;
  }

  private static SafetensorsHeader parse(JsonBytes json, Path file, long dataStart) {
    require(json.peek() == '{', file, "a JSON object as header", "something else");
    Map<String, Safetensors.Entry> entries = new LinkedHashMap<>();
    @Nullable Map<String, String> metadata = null;
    json.enter('{');
    while (json.more('}')) {
      String name = json.key();
      if (name.equals(METADATA)) {
        require(metadata == null, file, "each key once", METADATA + " twice");
        metadata = metadata(json, file);
      } else if (entries.put(name, new EntryReader(file, name, json).read()) != null) {
        throw new CheckpointException(
            "%s: expected each tensor once, found %s twice".formatted(file, name));
      }
    }
    json.end();
    return new SafetensorsHeader(metadata == null ? Map.of() : metadata, entries, dataStart);
  }

  private static Map<String, String> metadata(JsonBytes json, Path file) {
    require(json.peek() == '{', file, "an object as " + METADATA, "something else");
    Map<String, String> metadata = new LinkedHashMap<>();
    json.enter('{');
    while (json.more('}')) {
      String key = json.key();
      require(json.peek() == '"', file, "strings in " + METADATA, "another value for " + key);
      require(
          metadata.put(key, json.text()) == null,
          file,
          "each key of " + METADATA + " once",
          key + " twice");
    }
    return metadata;
  }

  /// Reads one tensor's object. Mutable, for one tensor.
  private static final class EntryReader {
    private final Path file;
    private final String name;
    private final JsonBytes json;
    private @Nullable String dtype;
    private @Nullable List<Long> shape;
    private @Nullable List<Long> offsets;

    EntryReader(Path file, String name, JsonBytes json) {
      this.file = file;
      this.name = name;
      this.json = json;
    }

    Safetensors.Entry read() {
      if (json.peek() != '{') {
        throw refusedParts("something else");
      }
      json.enter('{');
      while (json.more('}')) {
        String key = json.key();
        switch (key) {
          case "dtype" -> {
            if (dtype != null || json.peek() != '"') {
              throw refusedParts("another dtype");
            }
            dtype = json.text();
          }
          case "shape" -> shape = naturals(key, shape);
          case "data_offsets" -> offsets = naturals(key, offsets);
          default -> json.skip();
        }
      }
      return entry();
    }

    private List<Long> naturals(String key, @Nullable List<Long> before) {
      if (before != null || json.peek() != '[') {
        throw refusedParts("another " + key);
      }
      List<Long> numbers = new ArrayList<>(2);
      json.enter('[');
      while (json.more(']')) {
        numbers.add(json.natural());
      }
      return numbers;
    }

    private Safetensors.Entry entry() {
      if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
        throw refusedParts("dtype %s, shape %s, data_offsets %s".formatted(dtype, shape, offsets));
      }
      int bits = bits(dtype);
      if (bits == 0) {
        throw refused("a known dtype for tensor " + name, '"' + dtype + '"');
      }
      try {
        long elements = 1;
        for (long size : shape) {
          elements = Math.multiplyExact(elements, size);
        }
        long bytes = Math.multiplyExact(elements, (long) bits) / Byte.SIZE;
        long begin = offsets.get(0);
        long end = offsets.get(1);
        if (begin > end || end - begin != bytes) {
          throw refused(
              "%d bytes for tensor %s %s of %s".formatted(bytes, name, shape, dtype),
              "offsets %d to %d".formatted(begin, end));
        }
        return new Safetensors.Entry(name, dtype, shape, begin, end);
      } catch (ArithmeticException e) {
        throw new CheckpointException(
            "%s: expected a size below 2^63 bits for tensor %s, found shape %s"
                .formatted(file, name, shape),
            e);
      }
    }

    private CheckpointException refusedParts(String found) {
      return refused("one dtype, shape and two data_offsets for tensor " + name, found);
    }

    private CheckpointException refused(String expected, String found) {
      return new CheckpointException("%s: expected %s, found %s".formatted(file, expected, found));
    }
  }

  private static void requireCovered(List<Safetensors.Entry> entries, long dataBytes, Path file) {
    if (!areInOrder(entries)) {
      entries.sort(
          Comparator.comparingLong(Safetensors.Entry::begin).thenComparing(Safetensors.Entry::end));
    }
    long next = 0;
    for (Safetensors.Entry entry : entries) {
      if (entry.begin() != next) {
        throw new CheckpointException(
            "%s: expected tensor %s to begin at byte %d of the data, found an offset of %d"
                .formatted(file, entry.name(), next, entry.begin()));
      }
      next = entry.end();
    }
    require(
        next == dataBytes,
        file,
        next + " bytes of data as the header says",
        dataBytes
            + " bytes; the file is "
            + (dataBytes < next ? "truncated, fetch it again" : "too long"));
  }

  /// As most writers leave them.
  private static boolean areInOrder(List<Safetensors.Entry> entries) {
    long next = 0;
    for (Safetensors.Entry entry : entries) {
      if (entry.begin() != next) {
        return false;
      }
      next = entry.end();
    }
    return true;
  }

  private static void require(boolean holds, Path file, String expected, String found) {
    if (!holds) {
      throw new CheckpointException("%s: expected %s, found %s".formatted(file, expected, found));
    }
  }
}
