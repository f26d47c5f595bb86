package dev.minke.tokenizer.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;

/// What a template makes a prompt of.
///
/// @param tools JSON descriptions of functions that the model may call; none where empty
/// @param ending how the prompt ends
/// @param variables what else the template can read, such as `date_string`; they win over the
///   tokens of the checkpoint
public record ChatRequest(
    List<ChatMessage> messages,
    List<JsonNode> tools,
    Ending ending,
    Map<String, JsonNode> variables) {

  /// How a prompt ends.
  public enum Ending {
    /// Where the assistant begins to speak: `add_generation_prompt`.
    ANSWER,
    /// With the last message, closed as in a transcript.
    TRANSCRIPT,
    /// Within the last message, which the model goes on with: `continue_final_message`.
    CONTINUATION
  }

  public ChatRequest {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
    variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
  }

  /// A conversation that the assistant answers, without tools.
  public static ChatRequest of(List<ChatMessage> messages) {
    return new ChatRequest(messages, List.of(), Ending.ANSWER, Map.of());
  }

  /// With tools in place of those before.
  public ChatRequest withTools(List<JsonNode> newTools) {
    return new ChatRequest(messages, newTools, ending, variables);
  }

  /// With another ending.
  public ChatRequest withEnding(Ending newEnding) {
    return new ChatRequest(messages, tools, newEnding, variables);
  }

  /// With one more variable for the template.
  public ChatRequest withVariable(String name, JsonNode value) {
    Map<String, JsonNode> more = new LinkedHashMap<>(variables);
    more.put(name, value);
    return new ChatRequest(messages, tools, ending, more);
  }

  /// With thinking switched on or off, in the words of Qwen (`enable_thinking`) and of DeepSeek
  /// (`thinking`). A template that knows neither is not changed by it.
  public ChatRequest withThinking(boolean thinks) {
    return withVariable("enable_thinking", BooleanNode.valueOf(thinks))
        .withVariable("thinking", BooleanNode.valueOf(thinks));
  }
}
