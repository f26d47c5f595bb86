package dev.minke.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/// The records of a file: one JSON object a line, or an array of objects; either may be `.gz`.
///
/// They are read one after the other, so a file may be larger than memory. A line that is no object
/// is refused alone; of an array nothing behind its first mistake can be read.
public final class JsonItems {
  /// Most bytes of a record, or of an escaped text in it.
  private static final int LONGEST = 2 * DocumentCheck.LONGEST;

  private static final ObjectReader READER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(LONGEST).build())
                  .build())
          .build()
          .reader();

  /// What stands behind an element is the array's affair.
  private static final ObjectReader ELEMENTS =
      READER.without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonItems() {}

  /// Hears of records.
  public interface Sink {
    /// A record.
    ///
    /// @param place where it stands in the file
    void item(String place, JsonNode object);

    /// What is no object.
    ///
    /// @param place where it stands in the file
    /// @param what is wrong with it
    void refused(String place, String what);
  }

  /// Reads a file to its end.
  ///
  /// @throws IOException if it cannot be read
  public static void read(Path file, Sink sink) throws IOException {
    try (InputStream in = new BufferedInputStream(SourceFiles.open(file))) {
      if (isArray(in)) {
        array(in, sink);
      } else {
        lines(in, sink);
      }
    } catch (IOException e) {
      throw SourceFiles.unreadable(file, e);
    }
  }

  /// Whether the first byte that is no space begins an array.
  private static boolean isArray(InputStream in) throws IOException {
    in.mark(1 << 12);
    int first = in.read();
    while (first == ' ' || first >= '\t' && first <= '\r') {
      first = in.read();
    }
    in.reset();
    return first == '[';
  }

  private static void array(InputStream in, Sink sink) {
    int number = 0;
    try (JsonParser parser = ELEMENTS.createParser(in)) {
      parser.nextToken();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        object("element " + (number + 1), ELEMENTS.readTree(parser), sink);
        number++;
      }
    } catch (JacksonException e) {
      sink.refused("element " + (number + 1), firstLine(e) + "; nothing behind it was read");
    }
  }

  private static void lines(InputStream in, Sink sink) throws IOException {
    ByteLines lines = new ByteLines(in, LONGEST);
    while (lines.next()) {
      String place = "line " + lines.number();
      if (lines.length() > LONGEST) {
        sink.refused(
            place, "expected at most %,d bytes, found %,d".formatted(LONGEST, lines.length()));
      } else if (!lines.isBlank()) {
        JsonNode node;
        try {
          node = READER.readTree(lines.bytes(), 0, (int) lines.length());
        } catch (JacksonException e) {
          sink.refused(place, firstLine(e));
          continue;
        }
        object(place, node, sink);
      }
    }
  }

  private static void object(String place, JsonNode node, Sink sink) {
    if (node.isObject()) {
      sink.item(place, node);
    } else {
      sink.refused(place, "expected an object, found " + node.getNodeType());
    }
  }

  private static String firstLine(JacksonException e) {
    return "no JSON: " + e.getOriginalMessage().lines().findFirst().orElse("");
  }
}
