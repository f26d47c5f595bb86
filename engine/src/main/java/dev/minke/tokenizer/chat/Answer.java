package dev.minke.tokenizer.chat;

import java.util.ArrayList;
import java.util.List;

/// A whole answer, taken apart.
///
/// @param reasoning the thought, empty where there was none
/// @param content what is said, empty where only tools are called
public record Answer(String reasoning, String content, List<ToolCall> toolCalls) {
  public Answer {
    toolCalls = List.copyOf(toolCalls);
  }

  /// The answer that events tell of.
  public static Answer of(List<AnswerEvent> events) {
    StringBuilder reasoning = new StringBuilder();
    StringBuilder content = new StringBuilder();
    List<String> names = new ArrayList<>();
    List<StringBuilder> arguments = new ArrayList<>();
    for (AnswerEvent event : events) {
      switch (event) {
        case AnswerEvent.Reasoning(String text) -> reasoning.append(text);
        case AnswerEvent.Content(String text) -> content.append(text);
        case AnswerEvent.CallBegun(int _, String name) -> {
          names.add(name);
          arguments.add(new StringBuilder());
        }
        case AnswerEvent.CallArguments(int index, String text) -> arguments.get(index).append(text);
        case AnswerEvent.CallEnded _ -> {}
      }
    }
    List<ToolCall> calls = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      calls.add(new ToolCall(names.get(i), arguments.get(i).toString()));
    }
    return new Answer(reasoning.toString(), content.toString(), calls);
  }
}
