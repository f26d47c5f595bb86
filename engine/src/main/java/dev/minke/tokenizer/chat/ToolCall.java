package dev.minke.tokenizer.chat;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A function that a model wants to have called.
///
/// @param arguments a JSON object as the model wrote it, spaces included
public record ToolCall(String name, String arguments) {
  /// The arguments as JSON.
  public JsonNode parsedArguments() {
    return JsonMapper.shared().readTree(arguments);
  }
}
