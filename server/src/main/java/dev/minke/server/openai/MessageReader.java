package dev.minke.server.openai;

import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import dev.minke.tokenizer.chat.ChatMessage;
import dev.minke.tokenizer.chat.ChatRequest;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `messages` of a request as messages of a conversation.
///
/// Thoughts of earlier answers are taken under each of the names that clients send them back with:
/// `reasoning_content`, `reasoning`, `thinking`. DeepSeek's `prefix` on the last message asks for
/// its continuation.
final class MessageReader {
  private static final String ASSISTANT = "assistant";

  private MessageReader() {}

  /// @param messages in order
  /// @param ending how the prompt ends
  record Conversation(List<ChatMessage> messages, ChatRequest.Ending ending) {}

  static Conversation read(Fields request) {
    List<Fields> all = request.objects("messages");
    if (all.isEmpty()) {
      throw request.missing("messages", "one message or more");
    }
    List<ChatMessage> messages = new ArrayList<>();
    boolean continues = false;
    for (Fields one : all) {
      if (continues) {
        throw ApiException.badField(
            one.name("role"), "expected nothing behind the message with \"prefix\"");
      }
      continues = one.flag("prefix", false);
      ChatMessage message = message(one);
      if (continues && !message.role().equals(ASSISTANT)) {
        throw ApiException.badField(
            one.name("prefix"),
            "expected a message of the assistant, found one of \"%s\"".formatted(message.role()));
      }
      messages.add(message);
    }
    return new Conversation(
        messages, continues ? ChatRequest.Ending.CONTINUATION : ChatRequest.Ending.ANSWER);
  }

  private static ChatMessage message(Fields fields) {
    String role =
        fields
            .oneOf("role", "system", "developer", "user", ASSISTANT, "tool", "function")
            .orElseThrow(() -> fields.missing("role", "who speaks"));
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("role", role.equals("developer") ? "system" : role);
    boolean calls = fields.has("tool_calls");
    String content = content(fields);
    if (content.isEmpty() && calls && !fields.has("content")) {
      json.putNull("content");
    } else {
      json.put("content", content);
    }
    fields.text("name").ifPresent(name -> json.put("name", name));
    fields.text("tool_call_id").ifPresent(id -> json.put("tool_call_id", id));
    for (String name : List.of("reasoning_content", "reasoning", "thinking")) {
      fields.text(name).ifPresent(thought -> json.put("reasoning_content", thought));
    }
    if (calls) {
      json.set("tool_calls", calls(fields));
    }
    fields.refuse("refusal", "knows no refusals");
    fields.refuse("audio", "hears no sounds");
    fields.refuse("function_call", "has `tool_calls` instead");
    fields.refuse("annotations", "knows no annotations", "[]");
    fields.end();
    return new ChatMessage(json);
  }

  /// A text, or parts that are texts.
  private static String content(Fields fields) {
    JsonNode content = fields.any("content").orElse(null);
    if (content == null) {
      return "";
    }
    if (!content.isArray()) {
      return fields.requiredText("content");
    }
    StringBuilder text = new StringBuilder();
    for (Fields part : fields.objects("content")) {
      part.requireWord("type", "text");
      text.append(part.requiredText("text"));
      // Which part may be cached is a hint; what can be cached is, here.
      part.tree("cache_control");
      part.end();
    }
    return text.toString();
  }

  private static ArrayNode calls(Fields fields) {
    ArrayNode calls = JsonMapper.shared().createArrayNode();
    for (Fields call : fields.objects("tool_calls")) {
      ObjectNode json = calls.addObject();
      call.text("id").ifPresent(id -> json.put("id", id));
      call.oneOf("type", "function");
      json.put("type", "function");
      call.integer("index", 0, Integer.MAX_VALUE);
      Fields function =
          call.object("function").orElseThrow(() -> call.missing("function", "an object"));
      json.putObject("function")
          .put("name", function.requiredText("name"))
          .put("arguments", function.text("arguments").orElse("{}"));
      function.end();
      call.end();
    }
    return calls;
  }
}
