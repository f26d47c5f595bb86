package dev.minke.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What stands before the data of one GGUF file: metadata, and where each tensor lies.
///
/// @param metadata by key
/// @param entries in the file's order, as of part 0
record GgufHeader(GgufMetadata metadata, List<Gguf.Entry> entries) {
  /// Bytes to whose multiples tensors are aligned where the file does not say.
  static final int DEFAULT_ALIGNMENT = 32;

  static final String ALIGNMENT = "general.alignment";
  static final int MAGIC = 'G' | 'G' << 8 | 'U' << 16 | 'F' << 24;

  private static final int MAX_DIMENSIONS = 4;
  private static final int MAX_NAME = (1 << 16) - 1;

  /// Arrays in arrays; two levels have been seen.
  private static final int MAX_DEPTH = 8;

  /// Length of a key, type, and one byte.
  private static final int LEAST_KEY_BYTES = 13;

  /// Length of a name, number of dimensions, type and offset.
  private static final int LEAST_TENSOR_BYTES = 24;

  /// What a tensor's entry takes in memory, about.
  private static final int ENTRY_BYTES = 256;

  /// Reads and checks a header; the data is not touched.
  static GgufHeader read(Path file, FileChannel channel) throws IOException {
    GgufInput in = new GgufInput(file, channel);
    checkVersion(in);
    long tensors = in.count("tensors", LEAST_TENSOR_BYTES);
    long keys = in.count("keys", LEAST_KEY_BYTES);
    GgufMetadata metadata = metadata(in, keys);
    in.field(ALIGNMENT);
    long alignment = metadata.whole(ALIGNMENT, DEFAULT_ALIGNMENT);
    in.require(Long.bitCount(alignment) == 1 && alignment > 0, "a power of two", alignment);
    List<Stored> stored = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (long i = 0; i < tensors; i++) {
      in.field("tensor " + i);
      Stored tensor = Stored.read(in);
      in.require(names.add(tensor.name), "each name once", "two tensors " + tensor.name);
      stored.add(tensor);
    }
    return new GgufHeader(metadata, new GgufLayout(in, alignment).entries(stored));
  }

  private static void checkVersion(GgufInput in) throws IOException {
    int magic = in.int32();
    in.require(magic == MAGIC, "GGUF as first letters", "bytes %08x".formatted(magic));
    int version = in.int32();
    if (version != 0 && (version & 0xFFFF) == 0) {
      throw in.refused(
          "little-endian numbers",
          "a big-endian file of version %d; convert it".formatted(Integer.reverseBytes(version)));
    }
    in.require(
        version == 2 || version == 3,
        "version 2 or 3",
        "version " + Integer.toUnsignedString(version) + "; convert the model again");
  }

  private static GgufMetadata metadata(GgufInput in, long keys) throws IOException {
    Map<String, GgufValue> values = new LinkedHashMap<>();
    for (long i = 0; i < keys; i++) {
      in.field("key %d of %d".formatted(i + 1, keys));
      String key = in.text();
      in.require(
          !key.isEmpty() && key.length() <= MAX_NAME,
          "a name of 1 to %d letters".formatted(MAX_NAME),
          key.length() + " letters");
      in.field("key " + key);
      in.require(!values.containsKey(key), "each key once", "it twice");
      values.put(key, value(in, type(in)));
    }
    return new GgufMetadata(in.file(), values);
  }

  private static GgufType type(GgufInput in) throws IOException {
    int number = in.int32();
    GgufType type = GgufType.of(number);
    if (type == null) {
      throw in.refused("a type from 0 to 12", Integer.toUnsignedString(number));
    }
    return type;
  }

  private static GgufValue value(GgufInput in, GgufType type) throws IOException {
    return switch (type) {
      case U8 -> new GgufValue.Whole(type, in.int8() & 0xFF);
      case I8 -> new GgufValue.Whole(type, in.int8());
      case U16 -> new GgufValue.Whole(type, in.int16() & 0xFFFF);
      case I16 -> new GgufValue.Whole(type, in.int16());
      case U32 -> new GgufValue.Whole(type, in.int32() & 0xFFFFFFFFL);
      case I32 -> new GgufValue.Whole(type, in.int32());
      case U64, I64 -> new GgufValue.Whole(type, in.int64());
      case F32 -> new GgufValue.Real(type, Float.intBitsToFloat(in.int32()));
      case F64 -> new GgufValue.Real(type, Double.longBitsToDouble(in.int64()));
      case BOOL -> new GgufValue.Flag(flag(in, in.int8()));
      case TEXT -> new GgufValue.Text(in.text());
      case ARRAY -> array(in, 1);
    };
  }

  private static boolean flag(GgufInput in, byte value) {
    in.require(value == 0 || value == 1, "0 or 1 for a flag", value & 0xFF);
    return value == 1;
  }

  private static GgufValue array(GgufInput in, int depth) throws IOException {
    in.require(
        depth <= MAX_DEPTH, "arrays in arrays, at most %d deep".formatted(MAX_DEPTH), "more");
    GgufType type = type(in);
    long count = in.count("elements of type " + type, type.leastBytes());
    switch (type) {
      case TEXT -> {
        List<String> texts = new ArrayList<>();
        for (long i = 0; i < count; i++) {
          texts.add(in.text());
        }
        return new GgufValue.Texts(texts);
      }
      case ARRAY -> {
        List<GgufValue> arrays = new ArrayList<>();
        for (long i = 0; i < count; i++) {
          in.charged(0);
          arrays.add(array(in, depth + 1));
        }
        return new GgufValue.Nested(arrays);
      }
      default -> {
        ByteBuffer bytes = in.bytes(count * type.bytes());
        for (int i = 0; type == GgufType.BOOL && i < count; i++) {
          flag(in, bytes.get(i));
        }
        return new GgufValue.Numbers(type, bytes);
      }
    }
  }

  /// A tensor as a header describes it.
  ///
  /// @param shape sizes, the fastest axis first
  /// @param elements their product
  /// @param type number of its type
  /// @param offset of its first byte from the start of the data
  record Stored(String name, List<Long> shape, long elements, int type, long offset) {
    private static Stored read(GgufInput in) throws IOException {
      in.charged(ENTRY_BYTES);
      String name = in.text();
      in.require(name.length() <= MAX_NAME, "a shorter name", name.length() + " letters");
      in.field("tensor " + name);
      int dimensions = in.int32();
      in.require(
          dimensions >= 0 && dimensions <= MAX_DIMENSIONS,
          "at most %d dimensions".formatted(MAX_DIMENSIONS),
          Integer.toUnsignedString(dimensions));
      List<Long> shape = new ArrayList<>();
      long elements = 1;
      for (int axis = 0; axis < dimensions; axis++) {
        long size = in.int64();
        in.require(size >= 0, "sizes below 2^63", Long.toUnsignedString(size));
        shape.add(size);
        in.require(
            size == 0 || elements <= Long.MAX_VALUE / size, "fewer than 2^63 elements", shape);
        elements *= size;
      }
      return new Stored(name, shape, elements, in.int32(), in.int64());
    }

    /// Bytes of the data, where the type is known.
    ///
    /// @return -1 where it is not
    long bytes(GgufInput in) {
      Optional<GgmlType> known = GgmlType.of(type);
      if (known.isEmpty()) {
        return -1;
      }
      GgmlType format = known.get();
      long row = shape.isEmpty() ? 1 : shape.getFirst();
      in.require(
          row % format.blockElements() == 0,
          "rows of a multiple of %d elements for %s".formatted(format.blockElements(), format),
          row);
      long blocks = elements / format.blockElements();
      in.require(blocks <= Long.MAX_VALUE / format.blockBytes(), "fewer than 2^63 bytes", shape);
      return blocks * format.blockBytes();
    }
  }
}
