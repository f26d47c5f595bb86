package dev.minke.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// Documents of a JSONL file: one object a line, the text in one of its fields, as it stands there.
/// Blank lines are no documents.
public final class JsonLines implements DocumentReader {
  /// Escapes may make a line longer than its text.
  private static final int LONGEST_LINE = 2 * DocumentCheck.LONGEST;

  private final JsonFactory json =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(LONGEST_LINE).build())
          .build();
  private final String field;

  /// @param field name of the field with the text
  public JsonLines(String field) {
    this.field = field;
  }

  @Override
  public void read(Path file, Sink sink) throws IOException {
    try (InputStream in = SourceFiles.open(file)) {
      ByteLines lines = new ByteLines(in, LONGEST_LINE);
      DocumentCheck check = new DocumentCheck(file.toString(), sink);
      while (lines.next()) {
        String place = "line " + lines.number();
        if (lines.length() > LONGEST_LINE) {
          check.tooLong(place, lines.length());
        } else if (!lines.isBlank()) {
          String line = check.decode(place, lines.bytes(), (int) lines.length(), lines.offset());
          if (line != null) {
            line(check, place, line);
          }
        }
      }
    } catch (IOException e) {
      throw SourceFiles.unreadable(file, e);
    }
  }

  private void line(DocumentCheck check, String place, String line) throws IOException {
    String text;
    try (JsonParser parser = json.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        check.refuse(place, Flaw.NOT_JSON, "expected an object");
        return;
      }
      text = text(parser);
      if (parser.nextToken() != null) {
        check.refuse(place, Flaw.NOT_JSON, "more behind the object");
        return;
      }
    } catch (JacksonException e) {
      String what = e.getOriginalMessage().lines().findFirst().orElse("");
      check.refuse(place, Flaw.NOT_JSON, what);
      return;
    }
    if (text == null) {
      check.refuse(place, Flaw.NO_FIELD, "expected text in '" + field + "'");
    } else {
      check.text(place, text);
    }
  }

  /// Reads an object to its end.
  ///
  /// @return the field's text; null if it has none
  private @Nullable String text(JsonParser parser) {
    String text = null;
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      boolean wanted = parser.currentName().equals(field);
      if (parser.nextToken() == JsonToken.VALUE_STRING) {
        text = wanted ? parser.getString() : text;
      } else {
        parser.skipChildren();
      }
    }
    return text;
  }
}
