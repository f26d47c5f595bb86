package dev.minke.tokenizer.chat;

/// How a model marks its thoughts and its tool calls.
///
/// @param thoughts whether `<think>` and `</think>` enclose thoughts
/// @param calls the form of tool calls
public record AnswerStyle(boolean thoughts, ToolCallForm calls) {
  /// The style that a template shows. Thoughts are marked if `<think>` or `</think>` occurs in it.
  /// The form of calls is the first of these that applies:
  ///
  /// | in the template | form |
  /// |---|---|
  /// | `<｜tool▁calls▁begin｜>` and a `json` fence | [ToolCallForm#DEEPSEEK_V3] |
  /// | `<｜tool▁calls▁begin｜>` | [ToolCallForm#DEEPSEEK_V31] |
  /// | `<tool_call>`, and neither `<function=` nor `<arg_key>`: those are other forms | [ToolCallForm#QWEN] |
  /// | `<\|python_tag\|>`, or `<\|start_header_id\|>` and `"parameters": ` | [ToolCallForm#LLAMA] |
  /// | none of these | [ToolCallForm#NONE] |
  ///
  /// @param template its source
  public static AnswerStyle of(String template) {
    boolean thoughts =
        template.contains(Markers.THOUGHT_BEGIN) || template.contains(Markers.THOUGHT_END);
    return new AnswerStyle(thoughts, calls(template));
  }

  private static ToolCallForm calls(String template) {
    if (template.contains(Markers.CALLS_BEGIN)) {
      return template.contains("```json") ? ToolCallForm.DEEPSEEK_V3 : ToolCallForm.DEEPSEEK_V31;
    }
    if (template.contains(Markers.QWEN_CALL_BEGIN)) {
      boolean other = template.contains("<function=") || template.contains("<arg_key>");
      return other ? ToolCallForm.NONE : ToolCallForm.QWEN;
    }
    boolean llama =
        template.contains(Markers.PYTHON_TAG)
            || (template.contains("<|start_header_id|>") && template.contains("\"parameters\": "));
    return llama ? ToolCallForm.LLAMA : ToolCallForm.NONE;
  }

  /// The same style without tool calls.
  public AnswerStyle withoutCalls() {
    return new AnswerStyle(thoughts, ToolCallForm.NONE);
  }
}
