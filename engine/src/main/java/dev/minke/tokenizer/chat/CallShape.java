package dev.minke.tokenizer.chat;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/// How a message with tool calls must look for a template to write them. Templates disagree:
/// DeepSeek's append the arguments as a text and look at calls only where the content is null;
/// Qwen's write an object as JSON and fail on null.
///
/// @param textArguments whether arguments are a text of JSON, as in OpenAI's interface
/// @param nullContent whether a message that says nothing has null as its content, not an empty
///   text
record CallShape(boolean textArguments, boolean nullContent) {
  private static final List<CallShape> ALL =
      List.of(
          new CallShape(false, false),
          new CallShape(false, true),
          new CallShape(true, false),
          new CallShape(true, true));

  private static final String CALLS = "tool_calls";
  private static final String FUNCTION = "function";
  private static final String ARGUMENTS = "arguments";
  private static final String CONTENT = "content";

  /// A call, with an id as long as Mistral's template demands.
  private static final String SAMPLE =
      """
      {"role": "assistant", "content": "", "tool_calls": [{"id": "abcdefghi", "type": "function",
       "function": {"name": "sample_name", "arguments": {"sample_key": 1}}}]}\
      """;

  private static final String OTHER_TOOL =
      """
      {"type": "function", "function": {"name": "other", "description": "",
       "parameters": {"type": "object", "properties": {}, "required": []}}}\
      """;

  /// The first shape in which a sample call comes out of a template with its name and as JSON.
  ///
  /// @param rendered the text of a conversation; empty where the template refuses it
  /// @return empty where no shape does: the template knows no calls
  static Optional<CallShape> of(Function<ChatRequest, String> rendered) {
    ChatMessage sample = new ChatMessage((ObjectNode) JsonMapper.shared().readTree(SAMPLE));
    for (CallShape shape : ALL) {
      List<ChatMessage> messages = List.of(ChatMessage.of("user", "?"), shape.fitted(sample));
      String text =
          rendered.apply(
              ChatRequest.of(messages)
                  .withTools(List.of(JsonMapper.shared().readTree(OTHER_TOOL)))
                  .withEnding(ChatRequest.Ending.TRANSCRIPT));
      if (text.contains("sample_name") && text.contains("\"sample_key\":")) {
        return Optional.of(shape);
      }
    }
    return Optional.empty();
  }

  /// A message in this shape; one without calls stays as it is.
  ChatMessage fitted(ChatMessage message) {
    ObjectNode json = message.json();
    if (json.path(CALLS).isEmpty()) {
      return message;
    }
    for (JsonNode call : json.path(CALLS)) {
      if (call.path(FUNCTION) instanceof ObjectNode function) {
        function.set(ARGUMENTS, fitted(function.path(ARGUMENTS)));
      }
    }
    JsonNode content = json.path(CONTENT);
    boolean empty =
        content.isMissingNode()
            || content.isNull()
            || (content.isString() && content.asString().isEmpty());
    if (empty) {
      json.put(CONTENT, nullContent ? null : "");
    }
    return new ChatMessage(json);
  }

  private JsonNode fitted(JsonNode arguments) {
    JsonMapper mapper = JsonMapper.shared();
    if (textArguments) {
      return arguments.isString()
          ? arguments
          : StringNode.valueOf(mapper.writeValueAsString(arguments));
    }
    try {
      return arguments.isString() ? mapper.readTree(arguments.asString()) : arguments;
    } catch (JacksonException _) {
      return arguments;
    }
  }
}
