package dev.minke.tokenizer.chat;

import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads tool calls of one form. Mutable: it remembers how far the call under way was looked
/// through; for one answer.
sealed interface CallReader permits DeepSeekCalls, QwenCalls, LlamaCalls, NoCalls {
  /// What a beginning of a text turned out to be.
  sealed interface Reading {
    /// Not to be told yet.
    record More() implements Reading {}

    /// No call: so many characters are content.
    record NoCall(int length) implements Reading {}

    /// A call of so many characters.
    record Call(ToolCall call, int length) implements Reading {}
  }

  /// Not to be told yet, or, where the text has ended, no call.
  static Reading unfinished(StringBuilder text, boolean ended) {
    return ended ? new Reading.NoCall(text.length()) : new Reading.More();
  }

  /// A reader for one answer.
  static CallReader of(ToolCallForm form) {
    return switch (form) {
      case NONE -> new NoCalls();
      case DEEPSEEK_V3 -> new DeepSeekCalls(true);
      case DEEPSEEK_V31 -> new DeepSeekCalls(false);
      case QWEN -> new QwenCalls();
      case LLAMA -> new LlamaCalls();
    };
  }

  /// What begins a call within content.
  List<String> openers();

  /// What begins a call where the answer begins, and behind a call.
  default List<String> freshOpeners() {
    return openers();
  }

  /// What may stand behind a call and means nothing.
  List<String> closers();

  /// A new call begins.
  void begin();

  /// Reads a text that begins with an opener.
  ///
  /// @param ended whether nothing will follow
  Reading read(StringBuilder text, boolean ended);

  /// A call, if the name is one and the arguments are a JSON object.
  ///
  /// @param arguments as the model wrote them
  static Optional<ToolCall> call(String name, String arguments) {
    try {
      JsonNode json = JsonMapper.shared().readTree(arguments);
      boolean named = !name.isBlank() && name.lines().count() == 1;
      return named && json.isObject()
          ? Optional.of(new ToolCall(name, arguments))
          : Optional.empty();
    } catch (JacksonException _) {
      return Optional.empty();
    }
  }
}
