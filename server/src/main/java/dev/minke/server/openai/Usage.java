package dev.minke.server.openai;

import dev.minke.inference.text.TextEnding;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What a request took, as OpenAI and DeepSeek tell it.
final class Usage {
  private Usage() {}

  /// @param prompts one answer of each prompt: the first, which reads it
  /// @param answers all of them
  static ObjectNode json(List<TextEnding.Usage> prompts, List<TextEnding.Usage> answers) {
    int prompt = prompts.stream().mapToInt(TextEnding.Usage::promptTokens).sum();
    int cached = prompts.stream().mapToInt(TextEnding.Usage::cachedTokens).sum();
    int answer = answers.stream().mapToInt(TextEnding.Usage::answerTokens).sum();
    int reasoning = answers.stream().mapToInt(TextEnding.Usage::reasoningTokens).sum();
    ObjectNode json =
        JsonMapper.shared()
            .createObjectNode()
            .put("prompt_tokens", prompt)
            .put("completion_tokens", answer)
            .put("total_tokens", prompt + answer)
            .put("prompt_cache_hit_tokens", cached)
            .put("prompt_cache_miss_tokens", prompt - cached);
    json.putObject("prompt_tokens_details").put("cached_tokens", cached);
    json.putObject("completion_tokens_details").put("reasoning_tokens", reasoning);
    return json;
  }
}
