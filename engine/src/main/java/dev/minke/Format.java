package dev.minke;

import tools.jackson.databind.JsonNode;

/// What texts an answer may be: tokens that would make it another are never drawn. Thoughts before
/// an answer are free.
public sealed interface Format {
  /// Any text.
  record Text() implements Format {}

  /// Any JSON object.
  record JsonObject() implements Format {}

  /// JSON that a schema allows, its properties in the order in which the schema declares them.
  record JsonSchema(JsonNode schema) implements Format {}

  /// Texts that a regular expression matches as a whole.
  record Regex(String pattern) implements Format {}

  /// Texts of a grammar in llama.cpp's notation.
  record Gbnf(String rules) implements Format {}
}
