package dev.minke.tokenizer;

import static dev.minke.Shared.shared;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Ids and texts against those of Hugging Face's tokenizers.
class TokenizerGoldenTest {
  @TempDir static Path directory;

  private static final Map<String, Tokenizer> RELEASED = new LinkedHashMap<>();

  @BeforeAll
  static void readReleasedTokenizers() throws IOException {
    for (String name : List.of("deepseek-v3", "qwen3", "gpt2")) {
      RELEASED.put(name, ReleasedTokenizers.read(name, directory));
    }
  }

  static Stream<Path> checkpoints() throws IOException {
    try (Stream<Path> directories = Files.list(shared("golden"))) {
      return directories
          .filter(home -> Files.exists(home.resolve("expected/tokenizer.json")))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void idsOfGoldenCheckpoints(Path home) throws IOException {
    Tokenizer tokenizer = Tokenizer.read(home.resolve("tokenizer.json"));
    JsonNode expected =
        JsonMapper.shared().readTree(Files.readAllBytes(home.resolve("expected/tokenizer.json")));
    String text = expected.path("text").asString();
    assertThat(tokenizer.encode(text)).isEqualTo(ids(expected.path("ids")));
    assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    assertThat(tokenizer.beginOfText()).hasValue(0);
    assertThat(tokenizer.endOfText()).hasValue(1);
  }

  @Test
  void idsOfReleasedTokenizersOnEveryKindOfText() throws IOException {
    int texts = 0;
    try (BufferedReader lines = lines("data/tokenizer-vectors/hf_dev.jsonl.gz")) {
      for (String line = lines.readLine(); line != null; line = lines.readLine(), texts++) {
        JsonNode expected = JsonMapper.shared().readTree(line);
        String text = expected.path("text").asString();
        for (Map.Entry<String, Tokenizer> released : RELEASED.entrySet()) {
          Tokenizer tokenizer = released.getValue();
          int[] ids = ids(expected.path(released.getKey()));
          assertThat(tokenizer.encodeWithSpecials(text))
              .as("%s: %s", released.getKey(), text)
              .isEqualTo(ids);
          if (!released.getKey().equals("qwen3")) {
            assertThat(tokenizer.decode(ids)).isEqualTo(text);
          }
        }
      }
    }
    assertThat(texts).isEqualTo(455);
  }

  @Test
  void idsOfReleasedTokenizersOnWholeFiles() throws Exception {
    JsonNode files =
        JsonMapper.shared()
            .readTree(Files.readAllBytes(shared("data/tokenizer-vectors/whole_files_dev.json")));
    for (JsonNode file : files) {
      String name = file.path("file").asString();
      String text;
      try (InputStream in = new GZIPInputStream(Files.newInputStream(shared("data/" + name)))) {
        text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
      for (Map.Entry<String, Tokenizer> released : RELEASED.entrySet()) {
        JsonNode expected = file.path(released.getKey());
        int[] ids = released.getValue().encodeWithSpecials(text);
        assertThat(ids)
            .as("%s: %s", released.getKey(), name)
            .hasSize(expected.path("tokens").asInt());
        assertThat(sha256(ids)).isEqualTo(expected.path("sha256_int32le").asString());
      }
    }
  }

  @Test
  void idsOfLlamaCppForQwen() throws IOException {
    try (BufferedReader lines = lines("data/tokenizer-vectors/llamacpp_even.jsonl.gz")) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode expected = JsonMapper.shared().readTree(line);
        String key =
            Map.of("qwen2", "qwen3", "gpt-2", "gpt2")
                .getOrDefault(expected.path("vocab").asString(), "");
        Tokenizer tokenizer = RELEASED.get(key);
        if (tokenizer != null) {
          assertThat(tokenizer.encode(expected.path("text").asString()))
              .as(line)
              .isEqualTo(ids(expected.path("ids")));
        }
      }
    }
  }

  @Test
  void writtenAndReadAgainIsTheSameTokenizer() throws IOException {
    for (Map.Entry<String, Tokenizer> released : RELEASED.entrySet()) {
      Tokenizer tokenizer = released.getValue();
      Path home = Files.createDirectories(directory.resolve("again/" + released.getKey()));
      tokenizer.write(home.resolve("tokenizer.json"));
      Tokenizer again = Tokenizer.read(home.resolve("tokenizer.json"));
      assertThat(again.identity()).as(released.getKey()).isEqualTo(tokenizer.identity());
      assertThat(again.vocab()).isEqualTo(tokenizer.vocab());
      assertThat(again.beginOfText()).isEqualTo(tokenizer.beginOfText());
      assertThat(again.endOfText()).isEqualTo(tokenizer.endOfText());
    }
    assertThat(RELEASED.values().stream().map(Tokenizer::identity)).doesNotHaveDuplicates();
  }

  @Test
  void textOfAUserStaysText() {
    for (Tokenizer tokenizer : RELEASED.values()) {
      int end = tokenizer.endOfText().orElseThrow();
      String name = tokenizer.decode(end);
      assertThat(tokenizer.encodeWithSpecials("a" + name)).contains(end);
      assertThat(tokenizer.encode("a" + name)).doesNotContain(end);
      assertThat(tokenizer.decode(tokenizer.encode("a" + name))).isEqualTo("a" + name);
    }
    Tokenizer deepSeek = RELEASED.get("deepseek-v3");
    int user = deepSeek.id("<｜User｜>").orElseThrow();
    assertThat(deepSeek.encode("<｜User｜>")).doesNotContain(user);
    assertThat(deepSeek.encodeWithSpecials("<｜User｜>")).containsExactly(user);
  }

  private static BufferedReader lines(String gzipped) throws IOException {
    return new BufferedReader(
        new InputStreamReader(
            new GZIPInputStream(Files.newInputStream(shared(gzipped))), StandardCharsets.UTF_8));
  }

  private static int[] ids(JsonNode ids) {
    return ids.valueStream().mapToInt(JsonNode::asInt).toArray();
  }

  private static String sha256(int[] ids) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(4 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(ids);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
  }
}
