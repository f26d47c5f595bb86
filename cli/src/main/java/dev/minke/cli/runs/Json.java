package dev.minke.cli.runs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Fields that may be absent or of another kind.
final class Json {
  private Json() {}

  /// NaN if it is no number; what JSON cannot say is written as text (`"NaN"`, `"Infinity"`).
  static double number(JsonNode node, String key) {
    JsonNode value = node.path(key);
    return value.isString() && value.stringValue().contains("Infinity")
        ? Double.POSITIVE_INFINITY
        : value.isNumber() ? value.doubleValue() : Double.NaN;
  }

  static @Nullable Instant time(JsonNode node, String key) {
    try {
      return node.path(key).isString() ? Instant.parse(node.path(key).stringValue()) : null;
    } catch (DateTimeException _) {
      return null;
    }
  }

  static @Nullable String text(JsonNode node, String key) {
    return node.path(key).isString() ? node.path(key).stringValue() : null;
  }

  /// A line, or null if it is torn or no object.
  static @Nullable JsonNode line(String text) {
    try {
      JsonNode node = JsonMapper.shared().readTree(text);
      return node.isObject() ? node : null;
    } catch (JacksonException _) {
      return null;
    }
  }

  /// The text of a file, or null if it is not there; a torn character is replaced.
  static @Nullable String read(Path file) throws IOException {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (NoSuchFileException _) {
      return null;
    }
  }
}
