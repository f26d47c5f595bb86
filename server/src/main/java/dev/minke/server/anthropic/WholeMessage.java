package dev.minke.server.anthropic;

import dev.minke.Reply;
import dev.minke.inference.text.TextEnding;
import dev.minke.tokenizer.chat.ToolCall;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// An answer as one message.
final class WholeMessage {
  private WholeMessage() {}

  /// @param model its name
  static ObjectNode of(String id, String model, Reply reply) {
    ObjectNode message = empty(id, model);
    ArrayNode content = message.withArray("content");
    if (!reply.reasoning().isEmpty()) {
      content
          .addObject()
          .put("type", "thinking")
          .put("thinking", reply.reasoning())
          .put("signature", "");
    }
    if (!reply.text().isEmpty()) {
      content.addObject().put("type", "text").put("text", reply.text());
    }
    int number = 0;
    for (ToolCall call : reply.toolCalls()) {
      ObjectNode block = toolUse(id, number++, call.name());
      JsonNode input = JsonMapper.shared().readTree(call.arguments());
      content.add(block.set("input", input));
    }
    stop(message, reply.ending(), number);
    message.set("usage", usage(reply.ending().usage()));
    return message;
  }

  /// Before anything was said.
  static ObjectNode empty(String id, String model) {
    ObjectNode message =
        JsonMapper.shared()
            .createObjectNode()
            .put("id", id)
            .put("type", "message")
            .put("role", "assistant")
            .put("model", model);
    message.putArray("content");
    return message.putNull("stop_reason").putNull("stop_sequence");
  }

  /// Without its input.
  static ObjectNode toolUse(String id, int number, String name) {
    return JsonMapper.shared()
        .createObjectNode()
        .put("type", "tool_use")
        .put("id", "toolu_%s_%d".formatted(id.substring(id.indexOf('_') + 1), number))
        .put("name", name);
  }

  /// @param calls of tools in the answer
  static void stop(ObjectNode json, TextEnding ending, int calls) {
    String ended = calls > 0 ? "tool_use" : "end_turn";
    json.put(
        "stop_reason",
        switch (ending.finish()) {
          case END, CANCELLED -> ended;
          case STOP_STRING -> "stop_sequence";
          case LENGTH -> "max_tokens";
          // Sent back as it is, it is gone on with.
          case DEADLINE -> "pause_turn";
        });
    json.put("stop_sequence", ending.stopString());
  }

  /// Tokens that were in the cache are not counted as input.
  static ObjectNode usage(TextEnding.Usage usage) {
    return usage(usage.promptTokens() - usage.cachedTokens(), usage.cachedTokens())
        .put("output_tokens", usage.answerTokens());
  }

  static ObjectNode usage(int read, int cached) {
    return JsonMapper.shared()
        .createObjectNode()
        .put("input_tokens", read)
        .put("cache_creation_input_tokens", 0)
        .put("cache_read_input_tokens", cached);
  }
}
