package dev.minke.server.dialog;

import dev.minke.tokenizer.chat.ChatMessage;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// An answer that a client sends back in pieces: thoughts, texts, calls. Mutable, of one thread.
public final class AssistantTurn {
  private final StringBuilder reasoning = new StringBuilder();
  private final StringBuilder content = new StringBuilder();
  private final ArrayNode calls = JsonMapper.shared().createArrayNode();

  public void reason(String text) {
    reasoning.append(text);
  }

  public void say(String text) {
    content.append(text);
  }

  /// @param id of the call; empty for none
  /// @param arguments a JSON object as a text
  public void call(String id, String name, String arguments) {
    ObjectNode call = calls.addObject();
    if (!id.isEmpty()) {
      call.put("id", id);
    }
    call.put("type", "function")
        .putObject("function")
        .put("name", name)
        .put("arguments", arguments);
  }

  public boolean isEmpty() {
    return reasoning.isEmpty() && !hasSpoken();
  }

  /// Whether there is more than a thought.
  public boolean hasSpoken() {
    return !content.isEmpty() || hasCalls();
  }

  public boolean hasCalls() {
    return !calls.isEmpty();
  }

  /// It as one message.
  public ChatMessage message() {
    ObjectNode json = JsonMapper.shared().createObjectNode().put("role", "assistant");
    if (content.isEmpty() && hasCalls()) {
      json.putNull("content");
    } else {
      json.put("content", content.toString());
    }
    if (!reasoning.isEmpty()) {
      json.put("reasoning_content", reasoning.toString());
    }
    if (hasCalls()) {
      json.set("tool_calls", calls);
    }
    return new ChatMessage(json);
  }
}
