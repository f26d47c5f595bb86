package dev.minke.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The tokens of the model: id to bytes and back. Ids may have holes, which added tokens fill.
///
/// Mutable while it is built.
final class Vocabulary {
  private final List<byte @Nullable []> tokens = new ArrayList<>();

  /// Bytes, one a character, to id.
  private final Map<String, Integer> ids = new HashMap<>();

  /// Gives a token its id.
  void put(int id, byte[] bytes) {
    putUnlisted(id, bytes);
    ids.put(key(bytes), id);
  }

  /// Gives a token its id, but lets it not be found by its bytes: another may have them, too.
  void putUnlisted(int id, byte[] bytes) {
    reserve(id + 1);
    if (tokens.get(id) != null) {
      throw new TokenizerException(
          "vocabulary: id %d is given to both \"%s\" and \"%s\", expected one token an id"
              .formatted(id, display(id), new String(bytes, StandardCharsets.UTF_8)));
    }
    tokens.set(id, bytes);
  }

  /// Makes room for so many ids.
  void reserve(int size) {
    while (tokens.size() < size) {
      tokens.add(null);
    }
  }

  /// One past the highest id.
  int size() {
    return tokens.size();
  }

  boolean has(int id) {
    return id >= 0 && id < tokens.size() && tokens.get(id) != null;
  }

  /// The bytes of a token. Not a copy: nobody writes to it.
  byte[] bytes(int id) {
    byte[] bytes = id < 0 || id >= tokens.size() ? null : tokens.get(id);
    return bytes == null ? new byte[0] : bytes;
  }

  /// The token with exactly these bytes, or -1.
  int find(byte[] bytes) {
    return ids.getOrDefault(key(bytes), -1);
  }

  String display(int id) {
    return new String(bytes(id), StandardCharsets.UTF_8);
  }

  private static String key(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
