package dev.minke.checkpoint;

import org.jspecify.annotations.Nullable;

/// The types of metadata in GGUF files, in the order of their numbers.
public enum GgufType {
  U8(1),
  I8(1),
  U16(2),
  I16(2),
  U32(4),
  I32(4),
  F32(4),
  BOOL(1),
  TEXT(0),
  ARRAY(0),
  U64(8),
  I64(8),
  F64(8);

  private final int bytes;

  GgufType(int bytes) {
    this.bytes = bytes;
  }

  static @Nullable GgufType of(int number) {
    GgufType[] all = values();
    return number >= 0 && number < all.length ? all[number] : null;
  }

  /// Bytes of a value; 0 where they differ from value to value.
  int bytes() {
    return bytes;
  }

  /// Bytes that a value takes at least: the length of a text; type and length of an array.
  int leastBytes() {
    return switch (this) {
      case TEXT -> 8;
      case ARRAY -> 12;
      default -> bytes;
    };
  }
}
