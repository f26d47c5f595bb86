package dev.minke.checkpoint.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectionTest {
  private static final HubName NAME = HubName.parse("org/name").orElseThrow();

  private static List<String> usual(String name, String... paths) {
    return Selection.usual().of(HubName.parse(name).orElseThrow(), List.of(paths));
  }

  @Test
  void aModelNeedsItsWeightsOnceAndWhatDescribesIt() {
    assertThat(
            usual(
                "org/name",
                ".gitattributes",
                "LICENSE-CODE",
                "README.md",
                "chat_template.jinja",
                "config.json",
                "configuration_deepseek.py",
                "consolidated.safetensors",
                "figures/a.png",
                "generation_config.json",
                "inference/config.json",
                "model-00001-of-000163.safetensors",
                "model-00163-of-000163.safetensors",
                "model.fp16.safetensors",
                "model.safetensors.index.json",
                "name-Q4_K_M.gguf",
                "onnx/model.safetensors",
                "pytorch_model.bin",
                "special_tokens_map.json",
                "tokenizer.json",
                "tokenizer_config.json"))
        .containsExactly(
            "LICENSE-CODE",
            "README.md",
            "chat_template.jinja",
            "config.json",
            "generation_config.json",
            "model-00001-of-000163.safetensors",
            "model-00163-of-000163.safetensors",
            "model.safetensors.index.json",
            "special_tokens_map.json",
            "tokenizer.json",
            "tokenizer_config.json");
    assertThat(usual("org/name", "a.safetensors", "b.safetensors"))
        .containsExactly("a.safetensors", "b.safetensors");
  }

  @Test
  void ofGgufFilesAllPartsOfOneAreFetched() {
    String[] paths = {
      "README.md",
      "Q8_0/m-Q8_0-00001-of-00002.gguf",
      "Q8_0/m-Q8_0-00002-of-00002.gguf",
      "m-Q4_K_M.gguf",
      "mmproj-f16.gguf"
    };
    assertThat(usual("org/name", paths)).containsExactly("README.md", "m-Q4_K_M.gguf");
    assertThat(usual("org/name:q8_0", paths))
        .containsExactly(
            "Q8_0/m-Q8_0-00001-of-00002.gguf", "Q8_0/m-Q8_0-00002-of-00002.gguf", "README.md");
    assertThatThrownBy(() -> usual("org/name", "m-Q2_K.gguf", "m-Q4_0.gguf"))
        .hasMessageContaining("found 2 in GGUF: Q2_K, Q4_0; name one");
    assertThatThrownBy(() -> usual("org/name", "m-00001-of-00002.gguf"))
        .hasMessageContaining("found no m-00002-of-00002.gguf");
    assertThatThrownBy(() -> usual("org/name", "pytorch_model.bin"))
        .hasMessageContaining("found pytorch_model.bin; --include fetches any file");
  }

  /// As Python's `fnmatch` has it, which `huggingface_hub` uses.
  @ParameterizedTest
  @CsvSource({
    "*.json, a/b.json, true",
    "a/*, a/b/c, true",
    "a/, a/b, true",
    "a?c, abc, true",
    "a?c, ac, false",
    "[ab]c, bc, true",
    "[!ab]c, bc, false",
    "[!ab]c, cc, true",
    "[]a]x, ]x, true",
    "a[b, a[b, true",
    "a.c, abc, false",
    "'a\\[b]', 'a\\b', true",
    "[^a]c, ^c, true",
    "[^a]c, bc, false",
    "[a&&b], &, true",
    "*.JSON, a.json, false"
  })
  void patternsMeanWhatTheyMeanElsewhere(String pattern, String path, boolean matches) {
    List<String> paths = List.of(path, "other");
    Selection except = new Selection(List.of("*"), List.of(pattern));
    assertThat(except.of(NAME, paths).contains(path)).isEqualTo(!matches);
    if (matches) {
      assertThat(new Selection(List.of(pattern), List.of()).of(NAME, paths)).containsExactly(path);
    } else {
      assertThatThrownBy(() -> new Selection(List.of(pattern), List.of()).of(NAME, paths))
          .hasMessageContaining("found none of 2");
    }
  }
}
