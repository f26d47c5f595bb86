package dev.minke.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The pre-tokenizers that GGUF files name.
class NamedPreTokenizerTest {
  private static PreTokenizer named(String name) {
    return NamedPreTokenizer.of(name).orElseThrow().preTokenizer();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "default",
        "gpt-2",
        "smollm",
        "deepseek-llm",
        "deepseek-coder",
        "deepseek-v3",
        "deepseek-r1-qwen",
        "qwen2",
        "llama-bpe"
      })
  void noStepNeedsBacktracking(String name) {
    for (Split split : named(name).cuts()) {
      assertThat(Finder.of(split).get()).as(split.pattern()).isInstanceOf(Finder.InOnePass.class);
    }
  }

  @Test
  void digitsAreGroupedAsTheFamilyDoes() {
    String text = "in 12345 days";
    assertThat(CutWords.of(named("gpt-2"), text)).containsExactly("in", " 12345", " days");
    assertThat(CutWords.of(named("smollm"), text))
        .containsExactly("in", " ", "1", "2", "3", "4", "5", " days");
    assertThat(CutWords.of(named("llama3"), text)).containsExactly("in", " ", "123", "45", " days");
    assertThat(CutWords.of(named("qwen2"), text))
        .containsExactly("in", " ", "1", "2", "3", "4", "5", " days");
    assertThat(CutWords.of(named("default"), text))
        .containsExactly("in", " ", "123", "45", " days");
  }

  /// Signs apart from words, then GPT-2's words.
  @Test
  void defaultCutsAtSigns() {
    assertThat(CutWords.of(named("default"), "it's a+b, c\n d"))
        .isEqualTo(List.of("it", "'", "s", " a", "+", "b", ",", " c", "\n", " d"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "qwen35", "kimi-k2", "tekken"})
  void othersAreUnknown(String name) {
    assertThat(NamedPreTokenizer.of(name)).isEmpty();
  }
}
