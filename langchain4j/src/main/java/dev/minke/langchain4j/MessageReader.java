package dev.minke.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.minke.tokenizer.chat.Answer;
import dev.minke.tokenizer.chat.ChatMessage;
import dev.minke.tokenizer.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Messages of LangChain4j as messages that templates read.
///
/// What a message has for its program alone is not told: attributes, and whether a tool failed,
/// which its text says.
final class MessageReader {
  private MessageReader() {}

  static List<ChatMessage> read(List<dev.langchain4j.data.message.ChatMessage> all) {
    List<ChatMessage> messages = new ArrayList<>();
    for (dev.langchain4j.data.message.ChatMessage one : all) {
      messages.add(message(one, "messages[%d]".formatted(messages.size())));
    }
    return messages;
  }

  private static ChatMessage message(
      dev.langchain4j.data.message.ChatMessage message, String place) {
    return switch (message) {
      case SystemMessage system -> ChatMessage.of("system", system.text());
      case UserMessage user ->
          named(ChatMessage.of("user", text(user.contents(), place)), user.name());
      case AiMessage answer -> answer(answer, place);
      case ToolExecutionResultMessage result ->
          named(
              ChatMessage.toolResult(orEmpty(result.id()), text(result.contents(), place)),
              result.toolName());
      default -> throw refused(place, message.type());
    };
  }

  private static UnsupportedFeatureException refused(String place, Object type) {
    return new UnsupportedFeatureException(
        "%s: expected text, which is all that this model reads, found %s".formatted(place, type));
  }

  private static String text(List<Content> contents, String place) {
    StringJoiner text = new StringJoiner("\n");
    for (Content content : contents) {
      if (!(content instanceof TextContent part)) {
        throw refused(place, content.type());
      }
      text.add(part.text());
    }
    return text.toString();
  }

  private static ChatMessage named(ChatMessage message, @Nullable String name) {
    return name == null ? message : new ChatMessage(message.json().put("name", name));
  }

  private static ChatMessage answer(AiMessage message, String place) {
    if (!message.images().isEmpty()) {
      throw refused(place, "IMAGE");
    }
    List<ToolExecutionRequest> requests = message.toolExecutionRequests();
    List<ToolCall> calls =
        requests.stream()
            .map(request -> new ToolCall(request.name(), argumentsOf(request)))
            .toList();
    ObjectNode json =
        ChatMessage.of(new Answer(orEmpty(message.thinking()), orEmpty(message.text()), calls))
            .json();
    for (int i = 0; i < calls.size(); i++) {
      String id = requests.get(i).id();
      if (id != null && json.path("tool_calls").path(i) instanceof ObjectNode call) {
        call.put("id", id);
      }
    }
    return new ChatMessage(json);
  }

  private static String argumentsOf(ToolExecutionRequest request) {
    String arguments = request.arguments();
    return arguments == null || arguments.isBlank() ? "{}" : arguments;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
