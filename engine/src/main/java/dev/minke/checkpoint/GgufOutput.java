package dev.minke.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The header of a GGUF file while it is written, in memory. Mutable, one owner.
final class GgufOutput {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  byte[] bytes() {
    return bytes.toByteArray();
  }

  void int32(int value) {
    number(value, Integer.BYTES);
  }

  void int64(long value) {
    number(value, Long.BYTES);
  }

  void text(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    int64(encoded.length);
    bytes.writeBytes(encoded);
  }

  /// A value with its type before it.
  void typed(GgufValue value) {
    int32(
        switch (value) {
          case GgufValue.Whole(GgufType type, _) -> type.ordinal();
          case GgufValue.Real(GgufType type, _) -> type.ordinal();
          case GgufValue.Flag _ -> GgufType.BOOL.ordinal();
          case GgufValue.Text _ -> GgufType.TEXT.ordinal();
          case GgufValue.Texts _, GgufValue.Nested _, GgufValue.Numbers _ ->
              GgufType.ARRAY.ordinal();
        });
    value(value);
  }

  private void value(GgufValue value) {
    switch (value) {
      case GgufValue.Whole(GgufType type, long number) -> number(number, type.bytes());
      case GgufValue.Real(GgufType type, double number) -> {
        boolean single = type == GgufType.F32;
        number(
            single ? Float.floatToRawIntBits((float) number) : Double.doubleToRawLongBits(number),
            type.bytes());
      }
      case GgufValue.Flag(boolean flag) -> number(flag ? 1 : 0, 1);
      case GgufValue.Text(String text) -> text(text);
      case GgufValue.Texts texts -> {
        arrayOf(GgufType.TEXT, texts.values().size());
        texts.values().forEach(this::text);
      }
      case GgufValue.Nested nested -> {
        arrayOf(GgufType.ARRAY, nested.values().size());
        nested.values().forEach(this::value);
      }
      case GgufValue.Numbers numbers -> {
        arrayOf(numbers.type(), numbers.size());
        ByteBuffer raw = numbers.bytes();
        for (int i = 0; i < raw.capacity(); i++) {
          bytes.write(raw.get(i));
        }
      }
    }
  }

  private void arrayOf(GgufType type, int size) {
    int32(type.ordinal());
    int64(size);
  }

  /// The low bytes of a number, the lowest first.
  private void number(long value, int width) {
    for (int i = 0; i < width; i++) {
      bytes.write((int) (value >>> (8 * i)));
    }
  }
}
