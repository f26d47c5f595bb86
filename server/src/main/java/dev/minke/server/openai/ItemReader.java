package dev.minke.server.openai;

import dev.minke.server.dialog.AssistantTurn;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Fields;
import dev.minke.tokenizer.chat.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// `input` of a request to `/v1/responses` as messages of a conversation. A thought, what was said
/// and the calls that follow are items of their own there, and one message here. For one request.
final class ItemReader {
  private static final Set<String> TEXT_TYPES = Set.of("input_text", "output_text", "text");

  private final List<ChatMessage> messages = new ArrayList<>();
  private AssistantTurn turn = new AssistantTurn();

  private ItemReader() {}

  static List<ChatMessage> read(Fields request) {
    JsonNode input =
        request.any("input").orElseThrow(() -> request.missing("input", "a text or items"));
    if (!input.isArray()) {
      return List.of(ChatMessage.of("user", request.requiredText("input")));
    }
    ItemReader reader = new ItemReader();
    for (Fields item : request.objects("input")) {
      reader.item(item);
    }
    reader.endTurn();
    if (reader.messages.isEmpty()) {
      throw request.missing("input", "one item or more");
    }
    return reader.messages;
  }

  private void item(Fields item) {
    String type = item.text("type").orElse("message");
    // Names and states of earlier items; nothing hangs on them here.
    item.text("id");
    item.text("status");
    switch (type) {
      case "message" -> message(item);
      case "reasoning" -> reasoning(item);
      case "function_call" ->
          turn.call(
              item.requiredText("call_id"),
              item.requiredText("name"),
              item.text("arguments").orElse("{}"));
      case "function_call_output" -> {
        endTurn();
        messages.add(ChatMessage.toolResult(item.requiredText("call_id"), text(item, "output")));
      }
      default ->
          throw ApiException.badField(
              item.name("type"),
              "expected one of message, reasoning, function_call, function_call_output, found \"%s\""
                  .formatted(type));
    }
    item.end();
  }

  private void message(Fields item) {
    String role =
        item.oneOf("role", "system", "developer", "user", "assistant")
            .orElseThrow(() -> item.missing("role", "who speaks"));
    String content = text(item, "content");
    if (role.equals("assistant")) {
      // Whether it was a remark under way or the answer; it was said either way.
      item.oneOf("phase", "commentary", "final_answer");
      if (turn.hasSpoken()) {
        endTurn();
      }
      turn.say(content);
      return;
    }
    endTurn();
    messages.add(ChatMessage.of(role.equals("developer") ? "system" : role, content));
  }

  private void reasoning(Fields item) {
    if (turn.hasSpoken()) {
      endTurn();
    }
    item.refuse("encrypted_content", "encrypts nothing and cannot read this", "\"\"");
    for (String field : List.of("summary", "content")) {
      boolean told = field.equals("content") || !item.has("content");
      for (Fields part : item.objects(field)) {
        part.oneOf("type", "reasoning_text", "summary_text");
        String text = part.requiredText("text");
        part.end();
        // A summary stands in where the thought itself was not sent.
        turn.reason(told ? text : "");
      }
    }
  }

  private void endTurn() {
    if (!turn.isEmpty()) {
      messages.add(turn.message());
      turn = new AssistantTurn();
    }
  }

  /// A text, or parts that are texts.
  private static String text(Fields item, String field) {
    JsonNode content = item.any(field).orElseThrow(() -> item.missing(field, "a text or parts"));
    if (!content.isArray()) {
      return item.requiredText(field);
    }
    StringBuilder text = new StringBuilder();
    for (Fields part : item.objects(field)) {
      String type = part.requiredText("type");
      if (!TEXT_TYPES.contains(type)) {
        throw ApiException.badField(
            part.name("type"),
            "expected input_text or output_text, found \"%s\"; this server reads texts alone"
                .formatted(type));
      }
      text.append(part.requiredText("text"));
      part.refuse("annotations", "knows no annotations", "[]");
      part.refuse("logprobs", "reads no log-probabilities", "[]");
      part.end();
    }
    return text.toString();
  }
}
