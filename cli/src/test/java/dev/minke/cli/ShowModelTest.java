package dev.minke.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Model files, shown from their headers.
class ShowModelTest {
  @TempDir private Path directory;

  private static JsonNode json(Object... arguments) {
    return JsonMapper.shared().readTree(Run.of(arguments).succeeded());
  }

  private static List<String> keys(JsonNode object) {
    List<String> keys = new ArrayList<>();
    object.properties().forEach(entry -> keys.add(entry.getKey()));
    return keys;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "golden/deepseek-v3-tiny",
        "golden/deepseek-v3-tiny-fp8",
        "golden/deepseek-v2-lite-tiny",
        "golden/llama-tied-tiny",
        "golden/qwen2-tiny",
        "golden/qwen3-moe-tiny",
        "golden/gguf/llama-untied-tiny.q4_0.gguf",
        "golden/gguf/deepseek-v3-tiny.old.bf16.gguf",
        "golden/gguf/qwen3-tiny.bf16.gguf",
        "data/llama-bf16-random",
        "data/stories260K/hf"
      })
  void aModelIsShownInAboutTwentyFiveLines(String name) {
    Path model = Golden.shared(name);
    String text = Run.of("show", model).succeeded();
    assertThat(text.lines()).hasSizeBetween(15, 32).allMatch(line -> line.length() < 125);
    assertThat(text)
        .contains("parameters in", "stored as", "cache of a token", "memory", "context");
    JsonNode json = json("show", model, "--json");
    long bytes = 0;
    for (JsonNode tensor : json.path("tensors")) {
      bytes += tensor.path("bytes").longValue();
    }
    assertThat(bytes).isEqualTo(json.path("storedBytes").longValue());
    assertThat(json.path("supported").booleanValue()).isTrue();
    assertThat(Run.of("show", model, "--tensors").succeeded().lines())
        .hasSize(json.path("tensors").size());
    assertThat(Run.of("show", model, "--metadata").succeeded().lines())
        .hasSize(keys(json.path("metadata")).size());
  }

  @Test
  void memoryGrowsWithTheLengthByTheCache() {
    Path model = Golden.model();
    JsonNode one = json("show", model, "--json", "--length", 1);
    JsonNode more = json("show", model, "--json", "--length", 101);
    assertThat(more.path("inferenceBytes").longValue() - one.path("inferenceBytes").longValue())
        .isEqualTo(100 * one.path("cacheBytesPerToken").longValue());
    assertThat(one.path("inferenceBytes").longValue())
        .isEqualTo(
            one.path("storedBytes").longValue() + one.path("cacheBytesPerToken").longValue());
    assertThat(json("show", model, "--json").path("length").intValue())
        .as("no longer than the model allows")
        .isEqualTo(256);
  }

  @Test
  void theTemplateIsPrintedAsItIsWritten() throws IOException {
    JsonNode config =
        JsonMapper.shared()
            .readTree(Files.readString(Golden.model().resolve("tokenizer_config.json")));
    String template = config.path("chat_template").stringValue();
    assertThat(Run.of("show", Golden.model(), "--template").succeeded())
        .isEqualTo(template + System.lineSeparator());
    assertThat(json("show", Golden.model(), "--json").path("chatTemplate").stringValue())
        .isEqualTo(template);
    assertThat(Run.of("show", Golden.shared("data/stories260K/hf"), "--template").failed(1))
        .contains("expected a chat template");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "deepseek-v3 DeepSeek, tools",
        "deepseek-r1 DeepSeek, tools, thinking",
        "qwen2.5 ChatML, tools",
        "qwen3 ChatML, tools, thinking",
        "llama3 Llama 3",
        "llama3.2 Llama 3, tools"
      })
  void familiesOfTemplatesAreTold(String expected) throws IOException {
    String[] words = expected.split(" ", 2);
    Path model = Golden.copy(directory.resolve("model"));
    Files.copy(
        Golden.shared("golden/chat/templates/%s.jinja".formatted(words[0])),
        model.resolve("chat_template.jinja"));
    assertThat(Run.of("show", model).succeeded())
        .containsPattern("chat template +" + words[1] + "\\R");
  }

  /// A directory or a GGUF file, a run, a folder around one GGUF model.
  @Test
  void aModelIsFoundWhereItIsMeant() throws IOException {
    Path run = directory.resolve("run");
    Golden.copy(run.resolve("model"));
    assertThat(Run.of("show", run).succeeded())
        .isEqualTo(Run.of("show", run.resolve("model")).succeeded())
        .isEqualTo(Run.of("show", run.resolve("model/model.safetensors")).succeeded());
    Path folder = Files.createDirectory(directory.resolve("folder"));
    for (int part = 1; part <= 3; part++) {
      String name = "split-%05d-of-00003.gguf".formatted(part);
      Files.copy(Golden.shared("golden/files/gguf/" + name), folder.resolve(name));
    }
    Run found = Run.of("show", folder);
    assertThat(found.out()).contains("GGUF, 3 files, ");
    assertThat(Run.of("show", folder.resolve("split-00003-of-00003.gguf"))).isEqualTo(found);
    Files.copy(folder.resolve("split-00001-of-00003.gguf"), folder.resolve("other.gguf"));
    assertThat(Run.of("show", folder).failed(1)).contains("found 2", "other.gguf");
    Path nameless = folder.resolve("sha256-00");
    Files.copy(Golden.shared("golden/gguf/qwen3-tiny.bf16.gguf"), nameless);
    assertThat(Run.of("show", nameless).succeeded()).startsWith("qwen3: 2 layers of width 72");
  }

  @Test
  void whatIsNotSupportedIsDescribedAndRefused() throws IOException {
    Path model = Golden.copy(directory.resolve("model"));
    Path config = model.resolve("config.json");
    String text = Files.readString(config);
    Files.writeString(config, text.replace("\"deepseek_v3\"", "\"deepseek_v32\""));
    Run run = Run.of("show", model);
    assertThat(run.failed(1)).contains("model_type", "'deepseek_v32'");
    assertThat(run.out()).contains("deepseek_v32: sizes not understood", "BF16", "tokenizer");
    Run asJson = Run.of("show", model, "--json");
    assertThat(JsonMapper.shared().readTree(asJson.out()).path("refusal").stringValue())
        .isEqualTo(asJson.failed(1).strip().replaceFirst("^minke: ", ""));
    assertThat(Run.of("show", model, "--tensors").succeeded()).contains("model.norm.weight");
    assertThat(Run.of("show", Golden.shared("golden/files/gguf/all-types.gguf")).failed(1))
        .contains("'minke-test'");
  }

  @Test
  void aVocabularyAloneIsDescribedAndRefused() throws IOException {
    Path file = directory.resolve("vocab.gguf");
    try (InputStream in =
        new GZIPInputStream(
            Files.newInputStream(Golden.shared("data/vocab-gguf/ggml-vocab-gpt-2.gguf.gz")))) {
      Files.copy(in, file);
    }
    Run run = Run.of("show", file);
    assertThat(run.failed(1)).contains("a tokenizer alone");
    assertThat(run.out()).contains("gpt2", "50,257 tokens", "1,024 tokens");
    assertThat(Run.of("show", file, "--metadata").succeeded())
        .contains("tokenizer.ggml.tokens = 50257 elements: !, \", #")
        .contains("gpt2.attention.head_count = 12");
  }

  @Test
  void whatIsNoModelIsRefusedInOneLine() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("folder"));
    assertThat(Run.of("show", folder).failed(1))
        .contains("expected a directory with config.json", "found a directory without");
    for (String name : List.of("empty", "text", "text.gguf", "text.json", "weights.safetensors")) {
      Path file =
          Files.writeString(
              directory.resolve(name), name.equals("empty") ? "" : "Once upon a time");
      assertThat(Run.of("show", file).failed(1)).contains(name, "expected");
    }
    Path binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xFF, 0, 1, 2});
    assertThat(Run.of("show", binary).failed(1)).contains("binary");
    Path model = Golden.copy(directory.resolve("model"));
    for (String name : List.of("generation_config.json", "tokenizer_config.json", "config.json")) {
      Files.writeString(model.resolve(name), "{\"a\": ");
      assertThat(Run.of("show", model).failed(1)).contains(name, "expected JSON");
    }
  }

  /// What strangers wrote does not steer a terminal.
  @Test
  void controlCharactersAreNotPrinted() throws IOException {
    Path model = Golden.copy(directory.resolve("model"));
    Files.writeString(model.resolve("LICENSE"), "MIT \u001b[2J\u009b31m\u202elicence");
    for (String form : List.of("--batch=1", "--metadata", "--tensors")) {
      assertThat(Run.of("show", model, form).succeeded())
          .doesNotContainPattern("[\\p{Cc}\\p{Cf}&&[^\\r\\n]]");
    }
  }
}
