package dev.minke.tokenizer.chat;

/// The texts that models put around thoughts and tool calls.
public final class Markers {
  public static final String THOUGHT_BEGIN = "<think>";
  public static final String THOUGHT_END = "</think>";

  public static final String CALLS_BEGIN = "<｜tool▁calls▁begin｜>";
  public static final String CALLS_END = "<｜tool▁calls▁end｜>";
  public static final String CALL_BEGIN = "<｜tool▁call▁begin｜>";
  public static final String CALL_END = "<｜tool▁call▁end｜>";
  public static final String CALL_SEPARATOR = "<｜tool▁sep｜>";

  public static final String QWEN_CALL_BEGIN = "<tool_call>";
  public static final String QWEN_CALL_END = "</tool_call>";

  public static final String PYTHON_TAG = "<|python_tag|>";

  private Markers() {}
}
