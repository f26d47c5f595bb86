package dev.minke.server.anthropic;

import dev.minke.server.dialog.AssistantTurn;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import dev.minke.tokenizer.chat.ChatMessage;
import dev.minke.tokenizer.chat.ChatRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// `system` and `messages` of a request as messages of a conversation.
///
/// Blocks of text are put one below the other, those of an answer as they are. A result of a tool
/// becomes a message of its own, before what the user says in the same turn. An answer that comes
/// last is gone on with.
final class TurnReader {
  private TurnReader() {}

  /// @param messages in order
  /// @param ending how the prompt ends
  record Turns(List<ChatMessage> messages, ChatRequest.Ending ending) {}

  static Turns read(Fields request) {
    List<ChatMessage> messages = new ArrayList<>();
    String system = text(request, "system");
    if (!system.isEmpty()) {
      messages.add(ChatMessage.of("system", system));
    }
    List<Fields> turns = request.objects("messages");
    if (turns.isEmpty()) {
      throw request.missing("messages", "one message or more");
    }
    String role = "";
    for (Fields turn : turns) {
      role =
          turn.oneOf("role", "user", "assistant", "system")
              .orElseThrow(() -> turn.missing("role", "who speaks"));
      if (!turn.has("content")) {
        throw turn.missing("content", "a text or blocks");
      }
      switch (role) {
        case "assistant" -> messages.add(assistant(turn));
        case "user" -> user(turn, messages);
        default -> messages.add(ChatMessage.of(role, text(turn, "content")));
      }
      turn.end();
    }
    if (!role.equals("assistant")) {
      return new Turns(messages, ChatRequest.Ending.ANSWER);
    }
    ChatMessage last = messages.getLast();
    if (last.content().orElse("").isEmpty() || last.json().has("tool_calls")) {
      throw ApiException.badField(
          turns.getLast().name("content"),
          "expected a text to go on with, or a turn of the user behind it");
    }
    return new Turns(messages, ChatRequest.Ending.CONTINUATION);
  }

  /// A text, or blocks of text; empty where the field is absent.
  private static String text(Fields fields, String field) {
    JsonNode content = fields.any(field).orElse(null);
    if (content == null || !content.isArray()) {
      return fields.text(field).orElse("");
    }
    return fields.objects(field).stream()
        .map(TurnReader::textBlock)
        .collect(Collectors.joining("\n"));
  }

  private static String textBlock(Fields block) {
    block.requireWord("type", "text");
    String text = block.requiredText("text");
    end(block);
    return text;
  }

  private static void end(Fields block) {
    // Which prefixes may be cached is a hint; what can be cached is, here.
    block.tree("cache_control");
    block.refuse("citations", "knows no citations", "[]");
    block.end();
  }

  private static boolean isText(Fields turn) {
    return turn.any("content").map(content -> !content.isArray()).orElse(false);
  }

  private static void user(Fields turn, List<ChatMessage> messages) {
    if (isText(turn)) {
      messages.add(ChatMessage.of("user", turn.requiredText("content")));
      return;
    }
    List<String> texts = new ArrayList<>();
    for (Fields block : turn.objects("content")) {
      String type = block.requiredText("type");
      switch (type) {
        case "text" -> texts.add(textBlock(block));
        case "tool_result" -> messages.add(result(block));
        default -> throw unknown(block, type, "text, tool_result");
      }
    }
    if (!texts.isEmpty()) {
      messages.add(ChatMessage.of("user", String.join("\n", texts)));
    }
  }

  private static ChatMessage result(Fields block) {
    String id = block.requiredText("tool_use_id");
    String text = text(block, "content");
    boolean failed = block.flag("is_error", false);
    end(block);
    return ChatMessage.toolResult(id, failed ? "Error: " + text : text);
  }

  private static ChatMessage assistant(Fields turn) {
    if (isText(turn)) {
      return ChatMessage.of("assistant", turn.requiredText("content"));
    }
    AssistantTurn answer = new AssistantTurn();
    for (Fields block : turn.objects("content")) {
      String type = block.requiredText("type");
      switch (type) {
        case "text" -> answer.say(textBlock(block));
        case "thinking" -> {
          answer.reason(block.requiredText("thinking"));
          // Nothing is signed here.
          block.text("signature");
          end(block);
        }
        case "tool_use" -> {
          String arguments =
              block.tree("input").orElseThrow(() -> block.missing("input", "an object")).toString();
          answer.call(block.requiredText("id"), block.requiredText("name"), arguments);
          end(block);
        }
        default -> throw unknown(block, type, "text, thinking, tool_use");
      }
    }
    return answer.message();
  }

  private static ApiException unknown(Fields block, String type, String known) {
    return ApiException.badField(
        block.name("type"), "expected one of %s, found \"%s\"".formatted(known, type));
  }
}
