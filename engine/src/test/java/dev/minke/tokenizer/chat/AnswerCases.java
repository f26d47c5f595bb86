package dev.minke.tokenizer.chat;

import java.util.List;
import java.util.stream.Stream;

/// Answers as models give them, and broken ones, with what is in them.
final class AnswerCases {
  static final String V3_CALL =
      "<｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n"
          + "```json\n"
          + "{\"city\": \"Zürich\"}\n"
          + "```<｜tool▁call▁end｜>";
  static final String V3_SECOND =
      "<｜tool▁call▁begin｜>function<｜tool▁sep｜>add\n```json\n{\"a\": 1}\n```<｜tool▁call▁end｜>";
  static final String V31_CALL =
      "<｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{\"city\": \"Zürich\"}<｜tool▁call▁end｜>";
  static final String CALLS_BEGIN = "<｜tool▁calls▁begin｜>";
  static final String CALLS_END = "<｜tool▁calls▁end｜>";
  static final String QWEN_CALL =
      "<tool_call>\n"
          + "{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Zürich\"}}\n"
          + "</tool_call>";
  static final String LLAMA_CALL =
      "{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Zürich\"}}";

  static final ToolCall WEATHER = new ToolCall("get_weather", "{\"city\": \"Zürich\"}");
  static final ToolCall ADD = new ToolCall("add", "{\"a\": 1}");

  private AnswerCases() {}

  /// An answer and what is in it.
  record Case(ToolCallForm form, ThoughtStart thought, String text, Answer expected) {}

  private static Case said(
      ToolCallForm form,
      ThoughtStart thought,
      String text,
      String reasoning,
      String content,
      ToolCall... calls) {
    return new Case(form, thought, text, new Answer(reasoning, content, List.of(calls)));
  }

  static Stream<Case> thoughts() {
    return Stream.of(
        said(ToolCallForm.NONE, ThoughtStart.OPEN, "Hm.\n</think>\n\nParis.", "Hm.", "Paris."),
        said(
            ToolCallForm.NONE,
            ThoughtStart.OPEN,
            "\nHm,\n\nso.\n\n</think>Paris.\n",
            "Hm,\n\nso.",
            "Paris.\n"),
        said(ToolCallForm.NONE, ThoughtStart.OPEN, "never ends </thin", "never ends </thin", ""),
        said(ToolCallForm.NONE, ThoughtStart.OPEN, "</think>at once", "", "at once"),
        said(ToolCallForm.NONE, ThoughtStart.OPEN, "a</think>b</think>c", "a", "b</think>c"),
        said(
            ToolCallForm.NONE,
            ThoughtStart.POSSIBLE,
            "<think>\nHm.\n</think>\n\nParis.",
            "Hm.",
            "Paris."),
        said(
            ToolCallForm.NONE,
            ThoughtStart.POSSIBLE,
            "\n<think>\n\n</think>\n\nParis.",
            "",
            "Paris."),
        said(
            ToolCallForm.NONE,
            ThoughtStart.POSSIBLE,
            "  Paris. <think>no</think>",
            "",
            "  Paris. <think>no</think>"),
        said(ToolCallForm.NONE, ThoughtStart.POSSIBLE, "<thin", "", "<thin"),
        said(ToolCallForm.NONE, ThoughtStart.POSSIBLE, "<thing>", "", "<thing>"),
        said(
            ToolCallForm.NONE, ThoughtStart.OVER, "<think>text</think>", "", "<think>text</think>"),
        said(ToolCallForm.NONE, ThoughtStart.OVER, "", "", ""),
        said(ToolCallForm.NONE, ThoughtStart.OVER, QWEN_CALL, "", QWEN_CALL));
  }

  static Stream<Case> deepSeek() {
    String broken = V3_CALL.replace("}", "");
    return Stream.of(
        said(
            ToolCallForm.DEEPSEEK_V3,
            ThoughtStart.OVER,
            CALLS_BEGIN + V3_CALL + CALLS_END,
            "",
            "",
            WEATHER),
        said(
            ToolCallForm.DEEPSEEK_V3,
            ThoughtStart.OVER,
            "Let me look.\n" + CALLS_BEGIN + V3_CALL + "\n" + V3_SECOND + CALLS_END,
            "",
            "Let me look.",
            WEATHER,
            ADD),
        said(ToolCallForm.DEEPSEEK_V3, ThoughtStart.OVER, CALLS_BEGIN + V3_CALL, "", "", WEATHER),
        said(ToolCallForm.DEEPSEEK_V3, ThoughtStart.OVER, V3_CALL + "\n", "", "", WEATHER),
        said(
            ToolCallForm.DEEPSEEK_V3,
            ThoughtStart.OPEN,
            "Weather?\n</think>\n\n" + CALLS_BEGIN + V3_CALL + CALLS_END,
            "Weather?",
            "",
            WEATHER),
        said(
            ToolCallForm.DEEPSEEK_V3,
            ThoughtStart.OVER,
            "a " + CALLS_BEGIN + broken + CALLS_END + " b",
            "",
            "a " + CALLS_BEGIN + broken + CALLS_END + " b"),
        said(
            ToolCallForm.DEEPSEEK_V3,
            ThoughtStart.OVER,
            CALLS_BEGIN + V3_CALL + "\n" + broken + CALLS_END,
            "",
            "\n" + broken + CALLS_END,
            WEATHER),
        said(
            ToolCallForm.DEEPSEEK_V3,
            ThoughtStart.OVER,
            CALLS_BEGIN + V3_CALL.substring(0, 60),
            "",
            CALLS_BEGIN + V3_CALL.substring(0, 60)),
        said(
            ToolCallForm.DEEPSEEK_V3,
            ThoughtStart.OVER,
            CALLS_BEGIN + "text",
            "",
            CALLS_BEGIN + "text"),
        said(
            ToolCallForm.DEEPSEEK_V3,
            ThoughtStart.OVER,
            "<｜tool▁call▁begin｜>x" + V3_CALL,
            "",
            "<｜tool▁call▁begin｜>x",
            WEATHER),
        said(ToolCallForm.DEEPSEEK_V3, ThoughtStart.OVER, V31_CALL, "", V31_CALL),
        said(
            ToolCallForm.DEEPSEEK_V31,
            ThoughtStart.OVER,
            CALLS_BEGIN
                + V31_CALL
                + V31_CALL
                    .replace("get_weather", "add")
                    .replace("{\"city\": \"Zürich\"}", "{\"a\": 1}")
                + CALLS_END,
            "",
            "",
            WEATHER,
            ADD),
        said(
            ToolCallForm.DEEPSEEK_V31,
            ThoughtStart.OPEN,
            "Hm</think>Look." + CALLS_BEGIN + V31_CALL + CALLS_END,
            "Hm",
            "Look.",
            WEATHER),
        said(
            ToolCallForm.DEEPSEEK_V31,
            ThoughtStart.OVER,
            V31_CALL.replace("{", "["),
            "",
            V31_CALL.replace("{", "[")),
        said(
            ToolCallForm.DEEPSEEK_V31,
            ThoughtStart.OVER,
            V31_CALL + " and text",
            "",
            " and text",
            WEATHER));
  }

  static Stream<Case> qwen() {
    String quoted =
        "<tool_call>{\"name\": \"f\", \"arguments\": {\"s\": \"</tool_call> } \\\""
            + " \"}}</tool_call>";
    return Stream.of(
        said(ToolCallForm.QWEN, ThoughtStart.POSSIBLE, QWEN_CALL, "", "", WEATHER),
        said(
            ToolCallForm.QWEN,
            ThoughtStart.POSSIBLE,
            "<think>\nHm.\n</think>\n\nLook.\n" + QWEN_CALL + "\n" + QWEN_CALL,
            "Hm.",
            "Look.",
            WEATHER,
            WEATHER),
        said(
            ToolCallForm.QWEN,
            ThoughtStart.OVER,
            quoted,
            "",
            "",
            new ToolCall("f", "{\"s\": \"</tool_call> } \\\" \"}")),
        said(
            ToolCallForm.QWEN,
            ThoughtStart.OVER,
            "<tool_call>{\"arguments\": {}, \"name\": \"f\"}</tool_call>",
            "",
            "",
            new ToolCall("f", "{}")),
        said(
            ToolCallForm.QWEN,
            ThoughtStart.OVER,
            "<tool_call>{\"name\": \"f\"}</tool_call>",
            "",
            "",
            new ToolCall("f", "{}")),
        said(
            ToolCallForm.QWEN,
            ThoughtStart.OVER,
            "<tool_call>{\"name\": \"f\", \"arguments\": \"{\\\"a\\\": 1}\"}</tool_call>",
            "",
            "",
            new ToolCall("f", "{\"a\": 1}")),
        said(
            ToolCallForm.QWEN,
            ThoughtStart.OVER,
            "<tool_call>\n{\"name\": \"f\", \"arguments\": {}}",
            "",
            "",
            new ToolCall("f", "{}")),
        said(
            ToolCallForm.QWEN,
            ThoughtStart.OVER,
            "<tool_call>\n{\"name\": \"f\", \"argum",
            "",
            "<tool_call>\n{\"name\": \"f\", \"argum"),
        said(
            ToolCallForm.QWEN,
            ThoughtStart.OVER,
            "<tool_call>{'name': 'f'}</tool_call>",
            "",
            "<tool_call>{'name': 'f'}</tool_call>"),
        said(
            ToolCallForm.QWEN,
            ThoughtStart.OVER,
            "<tool_call>{\"name\": 5, \"arguments\": {}}</tool_call>",
            "",
            "<tool_call>{\"name\": 5, \"arguments\": {}}</tool_call>"),
        said(
            ToolCallForm.QWEN,
            ThoughtStart.OVER,
            "<tool_call>{\"name\": \"f\", \"arguments\": [1]}</tool_call>.",
            "",
            "<tool_call>{\"name\": \"f\", \"arguments\": [1]}</tool_call>."),
        said(
            ToolCallForm.QWEN,
            ThoughtStart.OVER,
            "<tool_call>{\"name\": \"f\", \"arguments\": {}} else",
            "",
            "<tool_call>{\"name\": \"f\", \"arguments\": {}} else"),
        said(
            ToolCallForm.QWEN,
            ThoughtStart.OVER,
            "a <tool_call> b " + QWEN_CALL + " c ",
            "",
            "a <tool_call> b c ",
            WEATHER),
        said(ToolCallForm.QWEN, ThoughtStart.OVER, "a < b <tool", "", "a < b <tool"));
  }

  static Stream<Case> llama() {
    return Stream.of(
        said(ToolCallForm.LLAMA, ThoughtStart.OVER, LLAMA_CALL, "", "", WEATHER),
        said(
            ToolCallForm.LLAMA,
            ThoughtStart.OVER,
            "<|python_tag|>" + LLAMA_CALL + "; " + LLAMA_CALL + "\n",
            "",
            "",
            WEATHER,
            WEATHER),
        said(
            ToolCallForm.LLAMA,
            ThoughtStart.OVER,
            "\n{\"type\": \"function\", \"name\": \"add\", \"arguments\": {\"a\": 1}}",
            "",
            "",
            ADD),
        said(
            ToolCallForm.LLAMA,
            ThoughtStart.OVER,
            "Look. <|python_tag|>" + LLAMA_CALL,
            "",
            "Look.",
            WEATHER),
        said(ToolCallForm.LLAMA, ThoughtStart.OVER, "Say " + LLAMA_CALL, "", "Say " + LLAMA_CALL),
        said(
            ToolCallForm.LLAMA,
            ThoughtStart.OVER,
            "{\"city\": \"Zürich\"}",
            "",
            "{\"city\": \"Zürich\"}"),
        said(
            ToolCallForm.LLAMA,
            ThoughtStart.OVER,
            "{\"name\": \"Zürich\"}",
            "",
            "{\"name\": \"Zürich\"}"),
        said(
            ToolCallForm.LLAMA,
            ThoughtStart.OVER,
            "{\"name\": \"f\", \"parameters\": {\"a\"",
            "",
            "{\"name\": \"f\", \"parameters\": {\"a\""),
        said(
            ToolCallForm.LLAMA,
            ThoughtStart.OVER,
            "<|python_tag|>brave.call(query=\"x\")",
            "",
            "<|python_tag|>brave.call(query=\"x\")"),
        said(ToolCallForm.LLAMA, ThoughtStart.OVER, "{x}", "", "{x}"),
        said(ToolCallForm.LLAMA, ThoughtStart.OVER, LLAMA_CALL + " done", "", " done", WEATHER));
  }

  /// All of them.
  static Stream<Case> all() {
    return Stream.of(thoughts(), deepSeek(), qwen(), llama()).flatMap(cases -> cases);
  }
}
