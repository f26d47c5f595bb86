package dev.minke.langchain4j;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Schemas of LangChain4j as JSON.
final class Schemas {
  private static final String ROOT = "root";

  private Schemas() {}

  /// `{"name", "description", "parameters", "strict"}`, less what the tool does not say.
  static JsonNode of(ToolSpecification tool) {
    return JsonMapper.shared().readTree(tool.toJson());
  }

  /// LangChain4j has one public way from a schema to JSON that loses nothing: as a property of a
  /// tool's parameters.
  static JsonNode of(JsonSchemaElement schema) {
    ToolSpecification carrier =
        ToolSpecification.builder()
            .name(ROOT)
            .parameters(JsonObjectSchema.builder().addProperty(ROOT, schema).build())
            .build();
    return of(carrier).path("parameters").path("properties").path(ROOT);
  }
}
