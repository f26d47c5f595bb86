package dev.minke.tokenizer.chat;

import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One message of a conversation: a JSON object with a `role` and whatever else was given, such as
/// `content`, `reasoning_content`, `tool_calls`, `tool_call_id`, `name`. Null fields stay null and
/// absent ones absent, because templates tell them apart.
public record ChatMessage(ObjectNode json) {
  private static final String ROLE = "role";
  private static final String CONTENT = "content";

  /// @param json is copied
  public ChatMessage {
    if (!json.path(ROLE).isString()) {
      throw new IllegalArgumentException(
          "message: role is %s, expected a text such as \"user\"".formatted(json.path(ROLE)));
    }
    json = json.deepCopy();
  }

  /// A message of a role with a text.
  ///
  /// @param role `system`, `user`, `assistant` or what the template knows besides
  public static ChatMessage of(String role, String content) {
    return new ChatMessage(
        JsonNodeFactory.instance.objectNode().put(ROLE, role).put(CONTENT, content));
  }

  /// What a program told the model as the result of its call.
  public static ChatMessage toolResult(String callId, String content) {
    return new ChatMessage(
        JsonNodeFactory.instance
            .objectNode()
            .put(ROLE, "tool")
            .put("tool_call_id", callId)
            .put(CONTENT, content));
  }

  /// An answer as a message of the assistant, for the next turn: [ChatTemplate#fitted] makes it one
  /// that the template can write. Calls get the ids `call_0`, `call_1`, …; their arguments are a
  /// text, as the model wrote them.
  public static ChatMessage of(Answer answer) {
    ObjectNode json =
        JsonNodeFactory.instance.objectNode().put(ROLE, "assistant").put(CONTENT, answer.content());
    if (!answer.reasoning().isEmpty()) {
      json.put("reasoning_content", answer.reasoning());
    }
    for (int i = 0; i < answer.toolCalls().size(); i++) {
      ToolCall call = answer.toolCalls().get(i);
      ObjectNode function =
          json.withArray("tool_calls")
              .addObject()
              .put("id", "call_" + i)
              .put("type", "function")
              .putObject("function");
      function.put("name", call.name()).put("arguments", call.arguments());
    }
    return new ChatMessage(json);
  }

  /// A copy of the object.
  @Override
  public ObjectNode json() {
    return json.deepCopy();
  }

  /// Who speaks.
  public String role() {
    return json.path(ROLE).asString();
  }

  /// The text, where the content is one: it may also be absent, null, or a list of parts.
  public Optional<String> content() {
    JsonNode content = json.path(CONTENT);
    return content.isString() ? Optional.of(content.asString()) : Optional.empty();
  }
}
