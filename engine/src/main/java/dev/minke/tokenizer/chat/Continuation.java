package dev.minke.tokenizer.chat;

import dev.minke.tokenizer.jinja.TemplateException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A conversation whose last message the model goes on with. A mark is put behind that message, and
/// the rendered text is cut at the mark. Templates in the wild know transformers' mark, so it is
/// the same here; if the template took the space away that ends the mark, it trims messages, and so
/// the cut text is trimmed too.
///
/// @param messages with the mark
/// @param begun what the last message says so far
record Continuation(List<JsonNode> messages, String begun) {
  private static final String MARK = "CONTINUE_FINAL_MESSAGE_TAG ";
  private static final String CONTENT = "content";

  Continuation {
    messages = List.copyOf(messages);
  }

  static Continuation of(List<ChatMessage> messages) {
    List<JsonNode> marked = new ArrayList<>();
    messages.forEach(message -> marked.add(message.json()));
    if (marked.isEmpty() || !(marked.getLast() instanceof ObjectNode last)) {
      throw new IllegalArgumentException(
          "continuation: the conversation is empty, expected a message to continue");
    }
    JsonNode content = last.path(CONTENT);
    if (content.isString()) {
      last.put(CONTENT, content.asString() + MARK);
      return new Continuation(marked, content.asString());
    }
    for (int i = content.size() - 1; i >= 0; i--) {
      if (content.path(i) instanceof ObjectNode part && part.path("text").isString()) {
        String text = part.path("text").asString();
        part.put("text", text + MARK);
        return new Continuation(marked, text);
      }
    }
    throw new IllegalArgumentException(
        "continuation: content of the last message is %s, expected a text to continue"
            .formatted(content.isMissingNode() ? "absent" : content));
  }

  /// The rendered text up to the mark.
  String cut(String rendered) {
    int at = rendered.lastIndexOf(MARK.strip());
    if (at < 0) {
      throw new TemplateException(
          "continuation: the template leaves out the message that is to be continued");
    }
    String text = rendered.substring(0, at);
    return rendered.startsWith(MARK, at) ? text : text.stripTrailing();
  }

  /// Whether the model goes on with a thought.
  ///
  /// @param text the whole prompt
  ThoughtStart thought(String text) {
    int begin = begun.lastIndexOf(Markers.THOUGHT_BEGIN);
    int end = begun.lastIndexOf(Markers.THOUGHT_END);
    if (begin >= 0 || end >= 0) {
      return begin > end ? ThoughtStart.OPEN : ThoughtStart.OVER;
    }
    int at = text.lastIndexOf(begun.strip());
    ThoughtStart otherwise = begun.isBlank() ? ThoughtStart.POSSIBLE : ThoughtStart.OVER;
    return at < 0 ? otherwise : thoughtAfter(text.substring(0, at), otherwise);
  }

  /// What the end of a text tells about a thought.
  ///
  /// @param otherwise where it ends with no marker
  static ThoughtStart thoughtAfter(String text, ThoughtStart otherwise) {
    String end = text.stripTrailing();
    return end.endsWith(Markers.THOUGHT_BEGIN)
        ? ThoughtStart.OPEN
        : end.endsWith(Markers.THOUGHT_END) ? ThoughtStart.OVER : otherwise;
  }
}
