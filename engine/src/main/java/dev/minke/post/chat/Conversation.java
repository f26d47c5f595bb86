package dev.minke.post.chat;

import dev.minke.tokenizer.chat.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A conversation that a model is to learn from.
///
/// @param messages in order; the assistant said at least one of them
/// @param tools JSON descriptions of functions that it was offered
public record Conversation(List<ChatMessage> messages, List<JsonNode> tools) {
  static final String ASSISTANT = "assistant";

  /// Roles of ShareGPT's records, and what they are called elsewhere.
  private static final Map<String, String> ROLES =
      Map.of(
          "human", "user",
          "user", "user",
          "gpt", ASSISTANT,
          "assistant", ASSISTANT,
          "chatgpt", ASSISTANT,
          "system", "system",
          "observation", "tool",
          "tool", "tool",
          "function_call", ASSISTANT);

  public Conversation {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
    if (messages.stream().noneMatch(message -> message.role().equals(ASSISTANT))) {
      throw new IllegalArgumentException(
          "expected a message of the assistant, found none: there is nothing to learn");
    }
  }

  /// Reads a record by the fields that it has: `messages` (OpenAI's), `conversations` (ShareGPT's:
  /// `from` and `value`), `instruction`, `input` and `output` (Alpaca's), or `prompt` and
  /// `completion` (TRL's: texts or messages).
  ///
  /// @throws IllegalArgumentException if it is of none of these shapes, or something is missing
  public static Conversation of(JsonNode item) {
    if (item.has("chosen") && item.has("rejected")) {
      throw new IllegalArgumentException(
          "expected a conversation, found a pair of answers: chosen and rejected");
    }
    List<ChatMessage> messages = new ArrayList<>();
    if (item.path("messages").isArray()) {
      item.path("messages").forEach(message -> messages.add(message(message)));
    } else if (item.path("conversations").isArray()) {
      system(item, messages);
      item.path("conversations").forEach(turn -> messages.add(turn(turn)));
    } else if (item.has("instruction") && item.has("output")) {
      alpaca(item, messages);
    } else if (item.has("prompt") && item.has("completion")) {
      side(item, "prompt", "user", messages);
      side(item, "completion", ASSISTANT, messages);
    } else {
      throw new IllegalArgumentException(
          "expected messages, conversations, instruction with output, or prompt with completion, found the fields %s"
              .formatted(item.propertyNames()));
    }
    return new Conversation(messages, tools(item.path("tools")));
  }

  /// A message as OpenAI has it; a content of parts becomes one text.
  private static ChatMessage message(JsonNode message) {
    if (!message.path("content").isArray()) {
      return plain(message);
    }
    ObjectNode json = ((ObjectNode) message).deepCopy();
    StringBuilder content = new StringBuilder();
    StringBuilder reasoning = new StringBuilder();
    for (JsonNode part : message.path("content")) {
      String type = part.path("type").asString("");
      String text = part.path("text").asString(part.path("value").asString(""));
      switch (type) {
        case "text" -> content.append(text);
        case "reasoning" -> reasoning.append(text);
        case "tool_call" -> addCall(json, text);
        default ->
            throw new IllegalArgumentException(
                "a part of a message: expected text, reasoning or tool_call, found "
                    + part.path("type"));
      }
    }
    json.put("content", content.toString());
    if (!reasoning.isEmpty()) {
      json.put("reasoning_content", reasoning.toString());
    }
    return new ChatMessage(json);
  }

  private static ChatMessage plain(JsonNode message) {
    if (!(message instanceof ObjectNode object)) {
      throw new IllegalArgumentException(
          "a message: expected an object, found " + message.getNodeType());
    }
    return new ChatMessage(object);
  }

  /// A turn of ShareGPT's.
  private static ChatMessage turn(JsonNode turn) {
    String from = turn.path("from").asString("");
    String role = ROLES.get(from);
    if (role == null || !turn.path("value").isString()) {
      throw new IllegalArgumentException(
          "a turn: expected `from` to be one of %s and `value` to be a text, found from %s and value %s"
              .formatted(
                  ROLES.keySet().stream().sorted().toList(),
                  turn.path("from"),
                  turn.path("value").getNodeType()));
    }
    String value = turn.path("value").asString();
    if (!from.equals("function_call")) {
      return ChatMessage.of(role, value);
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("role", role).put("content", "");
    addCall(json, value);
    return new ChatMessage(json);
  }

  /// @param text `{"name": …, "arguments": …}`
  private static void addCall(ObjectNode message, String text) {
    JsonNode call = parsed("a call of a function", text);
    if (!call.path("name").isString()) {
      throw new IllegalArgumentException(
          "a call of a function: expected a name and arguments, found " + text);
    }
    JsonNode arguments = call.path("arguments");
    ObjectNode function =
        message
            .withArray("tool_calls")
            .addObject()
            .put("type", "function")
            .putObject("function")
            .put("name", call.path("name").asString());
    function.put("arguments", arguments.isString() ? arguments.asString() : arguments.toString());
  }

  private static void alpaca(JsonNode item, List<ChatMessage> messages) {
    system(item, messages);
    for (JsonNode pair : item.path("history")) {
      messages.add(ChatMessage.of("user", pair.path(0).asString()));
      messages.add(ChatMessage.of(ASSISTANT, pair.path(1).asString()));
    }
    String input = item.path("input").asString("");
    String instruction = text(item, "instruction");
    messages.add(
        ChatMessage.of("user", input.isEmpty() ? instruction : instruction + "\n" + input));
    messages.add(ChatMessage.of(ASSISTANT, text(item, "output")));
  }

  private static void system(JsonNode item, List<ChatMessage> messages) {
    String system = item.path("system").asString("");
    if (!system.isEmpty()) {
      messages.add(ChatMessage.of("system", system));
    }
  }

  /// Half of a record of TRL's.
  private static void side(JsonNode item, String field, String role, List<ChatMessage> messages) {
    if (item.path(field).isArray()) {
      item.path(field).forEach(message -> messages.add(message(message)));
    } else {
      messages.add(ChatMessage.of(role, text(item, field)));
    }
  }

  private static String text(JsonNode item, String field) {
    if (!item.path(field).isString()) {
      throw new IllegalArgumentException(
          "%s: expected a text, found %s".formatted(field, item.path(field).getNodeType()));
    }
    return item.path(field).asString();
  }

  /// Tools in OpenAI's shape; they may be an array or the text of one, of functions with or without
  /// their wrapper.
  private static List<JsonNode> tools(JsonNode given) {
    JsonNode array = given;
    if (given.isString()) {
      array = given.asString().isBlank() ? given : parsed("tools", given.asString());
    }
    List<JsonNode> tools = new ArrayList<>();
    if (array.isArray()) {
      for (JsonNode tool : array) {
        tools.add(
            tool.has("function")
                ? tool
                : JsonNodeFactory.instance
                    .objectNode()
                    .put("type", "function")
                    .set("function", tool));
      }
    }
    return tools;
  }

  private static JsonNode parsed(String subject, String text) {
    try {
      return JsonMapper.shared().readTree(text);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(subject + ": expected JSON, found " + text, e);
    }
  }
}
