package dev.minke.server.openai;

import dev.minke.Format;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// The form that an answer is to have: OpenAI's `response_format` and `text.format`, and
/// llama.cpp's `json_schema` and `grammar`.
final class FormatReader {
  private FormatReader() {}

  /// @throws ApiException if several are asked for
  static Format read(Fields fields) {
    List<Format> asked = new ArrayList<>();
    fields.object("response_format").ifPresent(its -> asked.add(responseFormat(its)));
    fields.tree("json_schema").ifPresent(schema -> asked.add(new Format.JsonSchema(schema)));
    fields
        .text("grammar")
        .filter(rules -> !rules.isBlank())
        .ifPresent(rules -> asked.add(new Format.Gbnf(rules)));
    asked.removeIf(format -> format instanceof Format.Text);
    if (asked.size() > 1) {
      throw ApiException.badField(
          fields.name("response_format"),
          "expected one of response_format, json_schema and grammar, found %d"
              .formatted(asked.size()));
    }
    return asked.isEmpty() ? new Format.Text() : asked.getFirst();
  }

  private static Format responseFormat(Fields fields) {
    String type =
        fields
            .oneOf("type", "text", "json_object", "json_schema")
            .orElseThrow(() -> fields.missing("type", "text, json_object or json_schema"));
    Format format =
        switch (type) {
          case "text" -> new Format.Text();
          case "json_object" -> object(fields);
          default -> schema(fields);
        };
    fields.end();
    return format;
  }

  /// llama.cpp takes a schema here, too.
  private static Format object(Fields fields) {
    Optional<ObjectNode> schema = fields.tree("schema");
    return schema.isPresent() ? new Format.JsonSchema(schema.get()) : new Format.JsonObject();
  }

  private static Format schema(Fields fields) {
    Fields its =
        fields.object("json_schema").orElseThrow(() -> fields.missing("json_schema", "an object"));
    Format format = named(its);
    its.end();
    return format;
  }

  /// A schema with its name.
  private static Format named(Fields fields) {
    fields.text("name");
    fields.text("description");
    // A schema is always held to, which is what `strict` asks for.
    fields.flag("strict", true);
    return new Format.JsonSchema(
        fields.tree("schema").orElseThrow(() -> fields.missing("schema", "an object")));
  }

  /// Of `/v1/responses`: the schema stands beside the type.
  static Format textFormat(Fields fields) {
    String type =
        fields
            .oneOf("type", "text", "json_object", "json_schema")
            .orElseThrow(() -> fields.missing("type", "text, json_object or json_schema"));
    Format format =
        switch (type) {
          case "text" -> new Format.Text();
          case "json_object" -> new Format.JsonObject();
          default -> named(fields);
        };
    fields.end();
    return format;
  }
}
