package dev.minke.cli.show;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Which family a chat template is of, told by the marks that it writes.
final class TemplateKind {
  /// The first that a template has decides.
  private static final List<Map.Entry<String, String>> FAMILIES =
      List.of(
          Map.entry("<｜User｜>", "DeepSeek"),
          Map.entry("<|im_start|>", "ChatML"),
          Map.entry("<|start_header_id|>", "Llama 3"),
          Map.entry("<<SYS>>", "Llama 2"),
          Map.entry("[INST]", "Mistral"),
          Map.entry("<start_of_turn>", "Gemma"),
          Map.entry("<|user|>", "Zephyr"));

  private TemplateKind() {}

  /// In words: `DeepSeek, tools, thinking`.
  static String of(String template) {
    List<String> words = new ArrayList<>();
    words.add(
        FAMILIES.stream()
            .filter(family -> template.contains(family.getKey()))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse("one of its own"));
    if (template.contains("tools") || template.contains("tool_calls")) {
      words.add("tools");
    }
    if (template.contains("think>")) {
      words.add("thinking");
    }
    return String.join(", ", words);
  }
}
