package dev.minke.tokenizer.chat;

/// The forms in which models write tool calls.
public enum ToolCallForm {
  /// No form that is known here: everything is content.
  NONE,
  /// V3, V3-0324, R1: the word `function`, the name, and the arguments in a `json` fence.
  DEEPSEEK_V3,
  /// V3.1: the name and the arguments.
  DEEPSEEK_V31,
  /// Qwen2.5, Qwen3, QwQ and what follows Hermes: an object with `name` and `arguments` between
  /// `<tool_call>` and `</tool_call>`.
  QWEN,
  /// Llama 3.1 and later: the answer is an object with `name` and `parameters`, or several with `;`
  /// or a line end between them; `<|python_tag|>` may come first.
  LLAMA
}
