package dev.minke.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads a header of a safetensors file tensor by tensor, so that it takes no more memory than they
/// do, and checks it; the data is not touched. Mutable, for one file.
final class SafetensorsHeaderReader {
  private static final long MAX_HEADER_BYTES = 100_000_000;

  /// What a header may take in memory. A hundred thousand tensors, as the largest release has, take
  /// a fifth of this.
  private static final long MAX_MEMORY = 256L << 20;

  /// What an entry takes beside its name and its shape, about.
  private static final int ENTRY_BYTES = 400;

  /// What a number of a shape takes, about.
  private static final int SIZE_BYTES = 24;

  /// More axes than any tensor has.
  private static final int MAX_DIMENSIONS = 64;

  private static final String METADATA = "__metadata__";

  private final Path file;
  private final FileChannel channel;
  private final long size;
  private final Map<String, Safetensors.Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private long memoryLeft = MAX_MEMORY;

  SafetensorsHeaderReader(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    size = channel.size();
  }

  /// @throws CheckpointException if the header does not describe the file
  SafetensorsHeader read() throws IOException {
    byte[] header = bytes();
    parse(new JsonBytes(file, header));
    long dataStart = Long.BYTES + header.length;
    requireCovered(size - dataStart);
    return new SafetensorsHeader(metadata, entries, dataStart);
  }

  private byte[] bytes() throws IOException {
    require(size >= Long.BYTES, "at least 8 bytes", size + " bytes");
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Safetensors.readFully(channel, length, 0, file);
    long bytes = length.getLong(0);
    require(
        bytes >= 0 && bytes <= MAX_HEADER_BYTES,
        "a header of at most 100 MB",
        "a header length of " + Long.toUnsignedString(bytes));
    require(
        bytes <= size - Long.BYTES,
        "a header within the file's " + size + " bytes",
        "a header length of " + bytes);
    byte[] header = new byte[(int) bytes];
    Safetensors.readFully(channel, ByteBuffer.wrap(header), Long.BYTES, file);
    return header;
  }

  private void parse(JsonBytes json) {
    require(json.peek() == '{', "a JSON object as header", "something else");
    boolean hasMetadata = false;
    json.enter('{');
    while (json.more('}')) {
      String name = json.key();
      if (name.equals(METADATA)) {
        require(!hasMetadata, "each key once", METADATA + " twice");
        hasMetadata = true;
        readMetadata(json);
      } else {
        Safetensors.Entry entry = new Description(name, json).entry();
        charge(ENTRY_BYTES + 2L * name.length() + (long) SIZE_BYTES * entry.shape().size());
        if (entries.put(name, entry) != null) {
          throw refused("each tensor once", name + " twice");
        }
      }
    }
    json.end();
  }

  private void readMetadata(JsonBytes json) {
    require(json.peek() == '{', "an object as " + METADATA, "something else");
    json.enter('{');
    while (json.more('}')) {
      String key = json.key();
      if (json.peek() != '"') {
        throw refused("strings in " + METADATA, "another value for " + key);
      }
      String text = json.text();
      charge(ENTRY_BYTES + 2L * (key.length() + text.length()));
      if (metadata.put(key, text) != null) {
        throw refused("each key of " + METADATA + " once", key + " twice");
      }
    }
  }

  private void charge(long bytes) {
    memoryLeft -= bytes;
    require(memoryLeft >= 0, "a header of at most 256 MiB in memory", "a larger one");
  }

  /// What a header says of one tensor, while it is read.
  private final class Description {
    private final String name;
    private final JsonBytes json;
    private @Nullable String dtype;
    private @Nullable List<Long> shape;
    private @Nullable List<Long> offsets;

    /// @param json stands at the tensor's value
    Description(String name, JsonBytes json) {
      this.name = name;
      this.json = json;
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
          case "shape" -> shape = naturals(key, shape, MAX_DIMENSIONS);
          case "data_offsets" -> offsets = naturals(key, offsets, 2);
          default -> json.skip();
        }
      }
    }

    private List<Long> naturals(String key, @Nullable List<Long> before, int most) {
      if (before != null || json.peek() != '[') {
        throw refusedParts("another " + key);
      }
      List<Long> numbers = new ArrayList<>(2);
      json.enter('[');
      while (json.more(']')) {
        if (numbers.size() == most) {
          throw refused("at most %d numbers in %s of tensor %s".formatted(most, key, name), "more");
        }
        numbers.add(natural(key));
      }
      return numbers;
    }

    private long natural(String key) {
      try {
        return json.natural();
      } catch (CheckpointException e) {
        throw new CheckpointException(
            "%s; it is in %s of tensor %s".formatted(e.getMessage(), key, name), e);
      }
    }

    Safetensors.Entry entry() {
      if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
        throw refusedParts("dtype %s, shape %s, data_offsets %s".formatted(dtype, shape, offsets));
      }
      int bits = SafetensorsHeader.bits(dtype);
      if (bits == 0) {
        throw refused("a known dtype for tensor " + name, '"' + dtype + '"');
      }
      long bytes = bytes(bits, shape);
      long begin = offsets.get(0);
      long end = offsets.get(1);
      if (begin > end || end - begin != bytes) {
        throw refused(
            "%d bytes for tensor %s %s of %s".formatted(bytes, name, shape, dtype),
            "offsets %d to %d".formatted(begin, end));
      }
      return new Safetensors.Entry(name, dtype, shape, begin, end);
    }

    private long bytes(int bits, List<Long> sizes) {
      try {
        long all = bits;
        for (long one : sizes) {
          all = Math.multiplyExact(all, one);
        }
        if (all % Byte.SIZE != 0) {
          throw refused("whole bytes for tensor " + name, all + " bits");
        }
        return all / Byte.SIZE;
      } catch (ArithmeticException e) {
        throw new CheckpointException(
            "%s: expected a size below 2^63 bits for tensor %s, found shape %s"
                .formatted(file, name, sizes),
            e);
      }
    }

    private CheckpointException refusedParts(String found) {
      return refused("one dtype, shape and two data_offsets for tensor " + name, found);
    }
  }

  private void requireCovered(long dataBytes) {
    List<Safetensors.Entry> ordered = new ArrayList<>(entries.values());
    if (!areInOrder(ordered)) {
      ordered.sort(
          Comparator.comparingLong(Safetensors.Entry::begin).thenComparing(Safetensors.Entry::end));
    }
    long next = 0;
    for (Safetensors.Entry entry : ordered) {
      if (entry.begin() != next) {
        throw refused(
            "tensor %s to begin at byte %d of the data".formatted(entry.name(), next),
            "an offset of " + entry.begin());
      }
      next = entry.end();
    }
    if (next != dataBytes) {
      throw refused(
          next + " bytes of data as the header says",
          "%d bytes; the file is %s"
              .formatted(dataBytes, dataBytes < next ? "truncated, fetch it again" : "too long"));
    }
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

  private void require(boolean holds, String expected, String found) {
    if (!holds) {
      throw refused(expected, found);
    }
  }

  private CheckpointException refused(String expected, String found) {
    return new CheckpointException("%s: expected %s, found %s".formatted(file, expected, found));
  }
}
