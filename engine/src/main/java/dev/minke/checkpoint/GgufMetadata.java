package dev.minke.checkpoint;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The metadata of a GGUF file by key, in the file's order. Immutable.
///
/// Each question has one type; a key that is absent or has another type is refused by name. The
/// second form of a question says what an absent key means.
public final class GgufMetadata {
  private final Path file;
  private final Map<String, GgufValue> values;

  GgufMetadata(Path file, Map<String, GgufValue> values) {
    this.file = file;
    this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  public Set<String> keys() {
    return values.keySet();
  }

  public boolean has(String key) {
    return values.containsKey(key);
  }

  /// @throws CheckpointException if there is no such key
  public GgufValue value(String key) {
    GgufValue value = values.get(key);
    if (value == null) {
      throw new CheckpointException("%s: expected key %s, found none".formatted(file, key));
    }
    return value;
  }

  public String text(String key) {
    if (value(key) instanceof GgufValue.Text(String text)) {
      return text;
    }
    throw refused(key, "a text");
  }

  public String text(String key, String otherwise) {
    return has(key) ? text(key) : otherwise;
  }

  /// A whole number of any width.
  public long whole(String key) {
    if (value(key) instanceof GgufValue.Whole(GgufType type, long number)
        && (number >= 0 || type != GgufType.U64)) {
      return number;
    }
    throw refused(key, "a whole number below 2^63");
  }

  public long whole(String key, long otherwise) {
    return has(key) ? whole(key) : otherwise;
  }

  /// A number of any type.
  public double real(String key) {
    return value(key) instanceof GgufValue.Real(_, double number) ? number : whole(key);
  }

  public double real(String key, double otherwise) {
    return has(key) ? real(key) : otherwise;
  }

  public boolean flag(String key) {
    if (value(key) instanceof GgufValue.Flag(boolean flag)) {
      return flag;
    }
    throw refused(key, "true or false");
  }

  public boolean flag(String key, boolean otherwise) {
    return has(key) ? flag(key) : otherwise;
  }

  public List<String> texts(String key) {
    if (value(key) instanceof GgufValue.Texts(List<String> texts)) {
      return texts;
    }
    throw refused(key, "an array of texts");
  }

  /// An array of whole numbers that fit into 32 bits.
  public int[] ints(String key) {
    if (value(key) instanceof GgufValue.Numbers numbers && numbers.areWhole()) {
      int[] ints = new int[numbers.size()];
      for (int i = 0; i < ints.length; i++) {
        ints[i] = (int) numbers.whole(i);
        if (ints[i] != numbers.whole(i)) {
          throw refused(key, "whole numbers of 32 bits");
        }
      }
      return ints;
    }
    throw refused(key, "an array of whole numbers");
  }

  /// An array of numbers.
  public float[] floats(String key) {
    if (value(key) instanceof GgufValue.Numbers numbers && numbers.type() != GgufType.BOOL) {
      float[] floats = new float[numbers.size()];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) numbers.real(i);
      }
      return floats;
    }
    throw refused(key, "an array of numbers");
  }

  private CheckpointException refused(String key, String expected) {
    String found =
        switch (value(key)) {
          case GgufValue.Whole(GgufType type, long number) ->
              "the number "
                  + (type == GgufType.U64 ? Long.toUnsignedString(number) : String.valueOf(number));
          case GgufValue.Real(_, double number) -> "the number " + number;
          case GgufValue.Flag(boolean flag) -> String.valueOf(flag);
          case GgufValue.Text _ -> "a text";
          case GgufValue.Texts(List<String> texts) ->
              "an array of %d texts".formatted(texts.size());
          case GgufValue.Nested(List<GgufValue> arrays) ->
              "an array of %d arrays".formatted(arrays.size());
          case GgufValue.Numbers numbers ->
              "an array of %d elements of type %s".formatted(numbers.size(), numbers.type());
        };
    return new CheckpointException(
        "%s: key %s: expected %s, found %s".formatted(file, key, expected, found));
  }
}
