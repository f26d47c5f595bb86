package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Commands on model files of every container, held to the numbers of transformers.
class AnswersTest {
  /// In all of them; what the goldens have behind it, nobody is shown.
  private static final String END_OF_TEXT = ",1,";

  private static JsonNode expected(String model) {
    Path file = Golden.golden(model).resolve("expected/expected.json");
    return JsonMapper.shared().readTree(file.toFile());
  }

  private static JsonNode json(Object... arguments) {
    return JsonMapper.shared().readTree(Run.of(arguments).succeeded());
  }

  private static String joined(JsonNode ids) {
    return ids.values().stream().map(JsonNode::asString).collect(Collectors.joining(","));
  }

  @ParameterizedTest
  @CsvSource({
    "gguf/llama-untied-tiny.f32.gguf, llama-untied-tiny",
    "gguf/deepseek-v3-tiny.old.bf16.gguf, deepseek-v3-tiny",
    "gguf/deepseek-v3-tiny.new.bf16.gguf, deepseek-v3-tiny",
    "gguf/deepseek-v2-lite-tiny.new.bf16.gguf, deepseek-v2-lite-tiny",
    "gguf/qwen2-tiny.f16.gguf, qwen2-tiny",
    "gguf/qwen3-tiny.bf16.gguf, qwen3-tiny",
    "qwen3-moe-tiny, qwen3-moe-tiny",
    "llama-tied-tiny, llama-tied-tiny"
  })
  void greedyContinuationsAreTheGoldens(String file, String model) {
    for (JsonNode one : expected(model).path("greedy")) {
      String continuation = joined(one.path("continuation"));
      JsonNode found =
          json(
              "generate",
              Golden.golden(file),
              "--ids",
              joined(one.path("prompt")),
              "-n",
              one.path("continuation").size(),
              "--json");
      int end = ("," + continuation + ",").indexOf(END_OF_TEXT);
      assertThat(joined(found.path("ids")))
          .isEqualTo(end < 0 ? continuation : continuation.substring(0, Math.max(0, end - 1)));
      assertThat(found.path("stop").stringValue()).isEqualTo(end < 0 ? "length" : "end_of_text");
    }
  }

  /// The directory says that texts have no begin-of-text (0), the GGUF file that they have.
  @ParameterizedTest
  @CsvSource({"qwen2-tiny, ''", "gguf/qwen2-tiny.f16.gguf, '0,'"})
  void aTextIsContinuedLikeTheIdsThatTheModelExpects(String file, String begin) {
    Path model = Golden.golden(file);
    JsonNode sample =
        JsonMapper.shared().readTree(Golden.golden("qwen2-tiny/expected/tokenizer.json").toFile());
    String text = sample.path("text").stringValue();
    String ids = begin + joined(sample.path("ids"));
    JsonNode byText = json("generate", model, "--prompt", text, "-n", 5, "--json");
    JsonNode byIds = json("generate", model, "--ids", ids, "-n", 5, "--json");
    assertThat(byIds.path("ids")).isEqualTo(byText.path("ids"));
    assertThat(byIds.path("text")).isEqualTo(byText.path("text"));
  }

  @Test
  void oneOfTextAndIdsIsContinued() {
    Path model = Golden.model();
    assertThat(Run.of("generate", model).failed(2)).contains("--prompt", "--ids");
    assertThat(Run.of("generate", model, "--prompt", "a", "--ids", "1").failed(2))
        .contains("--prompt", "--ids");
    assertThat(Run.of("generate", model, "--ids", "-1").failed(1)).contains("-1");
  }
}
