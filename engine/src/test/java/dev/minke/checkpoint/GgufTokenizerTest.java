package dev.minke.checkpoint;

import static dev.minke.Shared.shared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.TokenizerException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Tokenizers out of GGUF files against ids of Hugging Face and of llama.cpp.
class GgufTokenizerTest {
  @TempDir private Path directory = Path.of("");

  static Stream<Path> goldens() throws IOException {
    try (Stream<Path> files = Files.list(shared("golden/gguf"))) {
      return files.filter(file -> file.toString().endsWith(".gguf")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void isTheTokenizerOfTheModelsDirectory(Path file) throws IOException {
    String model = file.getFileName().toString().replaceFirst("\\..*", "");
    Path home = shared("golden").resolve(model);
    Tokenizer original = Tokenizer.read(home.resolve("tokenizer.json"));
    JsonNode expected =
        JsonMapper.shared().readTree(home.resolve("expected/tokenizer.json").toFile());
    String text = expected.path("text").asString();
    try (Gguf gguf = Gguf.open(file)) {
      Tokenizer tokenizer = GgufTokenizer.read(gguf);
      assertThat(tokenizer.encode(text)).isEqualTo(ids(expected.path("ids")));
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
      String chat = original.decode(0) + "a" + original.decode(1) + "b" + original.decode(2);
      assertThat(tokenizer.encodeWithSpecials(chat)).isEqualTo(original.encodeWithSpecials(chat));
      assertThat(tokenizer.vocab()).isEqualTo(original.vocab());
      assertThat(tokenizer.beginOfText()).hasValue(0);
      assertThat(tokenizer.endOfText()).hasValue(1);
      assertThat(tokenizer.endsOfAnswer()).contains(1).doesNotContain(0);
      assertThat(tokenizer.addsBeginOfText()).isTrue();
    }
  }

  private Tokenizer vocabulary(String name) throws IOException {
    Path file = directory.resolve(name + ".gguf");
    try (InputStream in =
        new GZIPInputStream(
            Files.newInputStream(shared("data/vocab-gguf/ggml-vocab-" + name + ".gguf.gz")))) {
      Files.copy(in, file);
    }
    try (Gguf gguf = Gguf.open(file)) {
      return GgufTokenizer.read(gguf);
    }
  }

  private static List<JsonNode> lines(String gzipped) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(shared(gzipped))),
                StandardCharsets.UTF_8))) {
      return lines.lines().map(line -> JsonMapper.shared().readTree(line)).toList();
    }
  }

  private static int[] ids(JsonNode ids) {
    return ids.valueStream().mapToInt(JsonNode::asInt).toArray();
  }

  @ParameterizedTest
  @CsvSource({
    "deepseek-llm, 100000, 100001, 102400",
    "deepseek-coder, 32013, 32014, 32256",
    "gpt-2, 50256, 50256, 50257"
  })
  void idsOfLlamaCpp(String name, int begin, int end, int vocab) throws IOException {
    Tokenizer tokenizer = vocabulary(name);
    int texts = 0;
    for (JsonNode expected : lines("data/tokenizer-vectors/llamacpp_even.jsonl.gz")) {
      if (expected.path("vocab").asString().equals(name)) {
        String text = expected.path("text").asString();
        assertThat(tokenizer.encodeWithSpecials(text))
            .as(text)
            .isEqualTo(ids(expected.path("ids")));
        texts++;
      }
    }
    assertThat(texts).isEqualTo(23);
    assertThat(tokenizer.beginOfText()).hasValue(begin);
    assertThat(tokenizer.endOfText()).hasValue(end);
    assertThat(tokenizer.vocab()).isEqualTo(vocab);
    assertThat(tokenizer.addsBeginOfText()).isEqualTo(!name.equals("gpt-2"));
  }

  @Test
  void idsOfHuggingFaceForGpt2() throws IOException {
    Tokenizer tokenizer = vocabulary("gpt-2");
    for (JsonNode expected : lines("data/tokenizer-vectors/hf_dev.jsonl.gz")) {
      String text = expected.path("text").asString();
      assertThat(tokenizer.encodeWithSpecials(text)).as(text).isEqualTo(ids(expected.path("gpt2")));
    }
  }

  /// A byte-level tokenizer of the 256 bytes and seven more.
  private Gguf small(Map<String, GgufValue> changes) {
    List<String> tokens = new ArrayList<>();
    for (int value = 0; value < 256; value++) {
      boolean visible = (value > 32 && value < 127) || (value > 160 && value != 173);
      int shifted = value <= 32 ? value : value < 161 ? value - 94 : 67;
      tokens.add(Character.toString(visible ? value : 256 + shifted));
    }
    tokens.addAll(
        List.of("ab", "<|eot_id|>", "[PAD1]", "<think>", "<begin>", "<end>", "<message>"));
    int[] types = new int[tokens.size()];
    java.util.Arrays.fill(types, 1);
    types[257] = 3;
    types[258] = 5;
    types[259] = 4;
    GgufWriter writer =
        new GgufWriter()
            .put("tokenizer.ggml.model", "gpt2")
            .put("tokenizer.ggml.pre", "llama-bpe")
            .put("tokenizer.ggml.tokens", new GgufValue.Texts(tokens))
            .put("tokenizer.ggml.token_type", GgufValue.Numbers.of(types))
            .put("tokenizer.ggml.merges", new GgufValue.Texts(List.of("a b")))
            .put("tokenizer.ggml.bos_token_id", 260)
            .put("tokenizer.ggml.eos_token_id", 261)
            .put("tokenizer.ggml.eom_token_id", 262);
    changes.forEach(writer::put);
    Path file = directory.resolve("small.gguf");
    writer.write(file);
    return Gguf.open(file);
  }

  @Test
  void everyTokenThatEndsAnAnswerIsKnown() {
    try (Gguf gguf = small(Map.of())) {
      Tokenizer tokenizer = GgufTokenizer.read(gguf);
      assertThat(tokenizer.endsOfAnswer()).containsExactly(257, 261, 262);
      assertThat(tokenizer.addsBeginOfText()).isTrue();
      assertThat(tokenizer.vocab()).isEqualTo(263);
      assertThat(tokenizer.bytes(258)).isEmpty();
      assertThat(tokenizer.encode("ab<think>")).startsWith(256).doesNotContain(259);
      assertThat(tokenizer.encodeWithSpecials("ab<think>")).containsExactly(256, 259);
      assertThat(tokenizer.isSpecial(259)).isFalse();
      assertThat(tokenizer.isSpecial(257)).isTrue();
    }
    try (Gguf gguf = small(Map.of("tokenizer.ggml.add_bos_token", new GgufValue.Flag(false)))) {
      assertThat(GgufTokenizer.read(gguf).addsBeginOfText()).isFalse();
    }
  }

  private static Map.Entry<Map<String, GgufValue>, String> change(
      String key, GgufValue value, String named) {
    return Map.entry(Map.of("tokenizer.ggml." + key, value), named);
  }

  static Stream<Map.Entry<Map<String, GgufValue>, String>> refused() {
    return Stream.of(
        change("pre", new GgufValue.Text("tekken"), "tekken"),
        change("model", new GgufValue.Text("bert"), "bert"),
        change("merges", new GgufValue.Texts(List.of("a c")), "merge 0 is \"a c\""),
        change("merges", new GgufValue.Texts(List.of("ab")), "merge 0 is \"ab\""),
        change("eos_token_id", new GgufValue.Whole(GgufType.U32, 263), "eos_token_id is 263"),
        change("eos_token_id", new GgufValue.Whole(GgufType.I32, -1), "eos_token_id"),
        change("token_type", GgufValue.Numbers.of(1, 1), "token_type"),
        change("token_type", GgufValue.Numbers.of(new int[263]), "type of token 0 is 0"),
        change("tokens", GgufValue.Numbers.of(new int[263]), "an array of texts"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatIsNotUnderstoodIsRefusedByName(Map.Entry<Map<String, GgufValue>, String> change) {
    try (Gguf gguf = small(change.getKey())) {
      assertThatThrownBy(() -> GgufTokenizer.read(gguf))
          .isInstanceOfAny(CheckpointException.class, TokenizerException.class)
          .hasMessageContainingAll("small.gguf", change.getValue(), "expected")
          .hasMessageNotContaining("\n");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x80})
  void aFileWithAChangedByteHasATokenizerOrIsRefused(int change) throws IOException {
    byte[] whole = Files.readAllBytes(shared("golden/gguf/llama-untied-tiny.q4_0.gguf"));
    Path file = directory.resolve("changed.gguf");
    for (int at = 900; at < 7000; at += 3) {
      whole[at] ^= (byte) change;
      Files.write(file, whole);
      whole[at] ^= (byte) change;
      try (Gguf gguf = Gguf.open(file)) {
        assertThat(GgufTokenizer.read(gguf).encode("to be")).isNotEmpty();
      } catch (CheckpointException | TokenizerException e) {
        assertThat(e).hasMessageNotContaining("\n");
      }
    }
  }
}
