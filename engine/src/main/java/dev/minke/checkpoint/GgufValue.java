package dev.minke.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// A value in the metadata of a GGUF file.
public sealed interface GgufValue {
  /// A whole number.
  ///
  /// @param type its width and sign in the file
  /// @param value the number; one of 2^63 or more as its bits, so negative with type U64
  record Whole(GgufType type, long value) implements GgufValue {}

  /// A floating-point number.
  ///
  /// @param type F32 or F64
  record Real(GgufType type, double value) implements GgufValue {}

  /// True or false.
  record Flag(boolean value) implements GgufValue {}

  /// A text.
  record Text(String value) implements GgufValue {}

  /// An array of texts.
  record Texts(List<String> values) implements GgufValue {
    public Texts {
      values = List.copyOf(values);
    }
  }

  /// An array of arrays.
  record Nested(List<GgufValue> values) implements GgufValue {
    public Nested {
      values = List.copyOf(values);
    }
  }

  /// An array of numbers or flags, kept as the bytes of the file.
  ///
  /// @param type of an element
  /// @param bytes little-endian
  record Numbers(GgufType type, ByteBuffer bytes) implements GgufValue {
    public Numbers {
      bytes = bytes.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /// The numbers as I32.
    public static Numbers of(int... values) {
      ByteBuffer bytes = littleEndian(values.length * Integer.BYTES);
      bytes.asIntBuffer().put(values);
      return new Numbers(GgufType.I32, bytes);
    }

    /// The numbers as F32.
    public static Numbers of(float... values) {
      ByteBuffer bytes = littleEndian(values.length * Float.BYTES);
      bytes.asFloatBuffer().put(values);
      return new Numbers(GgufType.F32, bytes);
    }

    private static ByteBuffer littleEndian(int bytes) {
      return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// How many there are.
    public int size() {
      return bytes.capacity() / type.bytes();
    }

    /// Whether they are whole numbers.
    boolean areWhole() {
      return type != GgufType.F32 && type != GgufType.F64 && type != GgufType.BOOL;
    }

    /// An element of an array of whole numbers or flags; of U64 its bits.
    public long whole(int index) {
      int at = index * type.bytes();
      return switch (type) {
        case U8, BOOL -> bytes.get(at) & 0xFF;
        case I8 -> bytes.get(at);
        case U16 -> bytes.getShort(at) & 0xFFFF;
        case I16 -> bytes.getShort(at);
        case U32 -> bytes.getInt(at) & 0xFFFFFFFFL;
        case I32 -> bytes.getInt(at);
        case U64, I64 -> bytes.getLong(at);
        case F32, F64, TEXT, ARRAY ->
            throw new IllegalStateException("array of " + type + ": expected whole numbers");
      };
    }

    /// An element of an array of numbers.
    public double real(int index) {
      return switch (type) {
        case F32 -> bytes.getFloat(index * Float.BYTES);
        case F64 -> bytes.getDouble(index * Double.BYTES);
        default -> whole(index);
      };
    }
  }
}
