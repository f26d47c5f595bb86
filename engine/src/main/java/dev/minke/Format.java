package dev.minke;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What texts an answer may be: tokens that would make it another are never drawn. Thoughts before
/// an answer are free.
public sealed interface Format {
  /// Any text.
  record Text() implements Format {}

  /// Any JSON object.
  record JsonObject() implements Format {}

  /// JSON that a schema allows, its properties in the order in which the schema declares them.
  record JsonSchema(JsonNode schema) implements Format {
    /// JSON of a Java type: see [Chat#answeredAs].
    ///
    /// @throws IllegalArgumentException if it, or a component of it, has no form in JSON here
    public static JsonSchema of(Class<?> type) {
      return new JsonSchema(Structure.of(type).schema());
    }
  }

  /// Texts that a regular expression matches as a whole.
  record Regex(String pattern) implements Format {}

  /// Texts of a grammar in llama.cpp's notation.
  record Gbnf(String rules) implements Format {}

  /// Calls of tools, written as the model writes them, or another answer. A tool that is not among
  /// these cannot be called.
  ///
  /// @param tools that may be called, one or more
  /// @param otherwise what an answer is that calls none; if that is any text, some may stand before
  ///   calls, too. Null where a tool has to be called
  /// @param most calls in one answer
  record Calls(List<Tool> tools, @Nullable Format otherwise, int most) implements Format {
    public Calls {
      tools = List.copyOf(tools);
      if (tools.isEmpty() || most < 1) {
        throw new IllegalArgumentException(
            "calls: expected one tool or more, and one call or more, found %d and %d"
                .formatted(tools.size(), most));
      }
      if (otherwise instanceof Calls) {
        throw new IllegalArgumentException("calls: expected another format beside them");
      }
    }

    /// At least one call, of any of these tools.
    public static Calls required(List<Tool> tools) {
      return new Calls(tools, null, Integer.MAX_VALUE);
    }
  }

  /// A tool that may be called.
  ///
  /// @param arguments schema of the object that they are; null for any object
  record Tool(String name, @Nullable JsonNode arguments) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.:/-]{1,256}");

    private static final JsonNode NO_ARGUMENTS =
        JsonMapper.shared()
            .readTree(
                """
                {"type": "object", "properties": {}, "additionalProperties": false}
                """);

    public Tool {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "tool: expected a name of letters, digits and _ . : / -, found \"%s\"".formatted(name));
      }
      if (arguments != null && !arguments.path("type").asString("").equals("object")) {
        throw new IllegalArgumentException(
            "tool %s: expected a schema of \"type\": \"object\" for its arguments, found %s"
                .formatted(name, arguments.has("type") ? arguments.get("type") : "no type"));
      }
    }

    /// One that is described as in requests to OpenAI, `{"type": "function", "function": {"name",
    /// "parameters", "strict"}}`: only what is strict is held to its schema.
    public static Tool of(JsonNode description) {
      JsonNode function = description.path("function");
      boolean strict = function.path("strict").asBoolean(false);
      JsonNode schema = function.has("parameters") ? function.get("parameters") : NO_ARGUMENTS;
      return new Tool(function.path("name").asString(""), strict ? schema : null);
    }
  }
}
