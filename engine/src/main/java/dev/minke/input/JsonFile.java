package dev.minke.input;

import java.io.IOException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A JSON file of a model, read within limits: a tree takes a hundred bytes for each brace of the
/// file, so that a small file could fill a large memory.
public final class JsonFile {
  /// The largest tokenizer of a release (Gemma 3) has 33 MB and 2.7 million tokens of JSON.
  private static final int MOST_BYTES = 100 << 20;

  private static final long MOST_TOKENS = 6_000_000;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxTokenCount(MOST_TOKENS).build())
                  .build())
          .build();

  private JsonFile() {}

  /// Reads a file.
  ///
  /// @return a missing node for an empty file
  /// @throws IOException if it cannot be read, is no file, or larger than any model's
  /// @throws JacksonException if it is no JSON, or has more parts than any model's
  public static JsonNode read(Path file) throws IOException {
    return MAPPER.readTree(bytes(file));
  }

  /// Reads the bytes of a file, for who takes them apart without a tree.
  ///
  /// @throws IOException if it cannot be read, is no file, or larger than any model's
  public static byte[] bytes(Path file) throws IOException {
    return RegularFile.bytes(file, MOST_BYTES, "JSON");
  }
}
