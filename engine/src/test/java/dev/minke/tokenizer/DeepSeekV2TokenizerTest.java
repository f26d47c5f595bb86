package dev.minke.tokenizer;

import static dev.minke.Shared.shared;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The tokenizers of DeepSeek LLM, whose pre-tokenizer V2 has, and of DeepSeek Coder, against ids
/// of llama.cpp.
class DeepSeekV2TokenizerTest {
  /// Letters that have a case, as DeepSeek's file lists them.
  private static final String CASED =
      "A-Za-z\u00B5\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293\u0295-\u02AF"
          + "\u0370-\u0373\u0376\u0377\u037B-\u037D\u037F\u0386\u0388-\u038A\u038C\u038E-\u03A1"
          + "\u03A3-\u03F5\u03F7-\u0481\u048A-\u052F\u0531-\u0556\u10A0-\u10C5\u13A0-\u13F5"
          + "\u13F8-\u13FD\u1C90-\u1CBA\u1CBD-\u1CBF\u1D00-\u1D2B\u1D6B-\u1D77\u1D79-\u1D9A"
          + "\u1E00-\u1F15\u1F18-\u1F1D\u1F20-\u1F45\u1F48-\u1F4D\u1F50-\u1F57\u1F59\u1F5B\u1F5D"
          + "\u1F5F-\u1F7D\u1F80-\u1FB4\u1FB6-\u1FBC\u1FBE\u1FC2-\u1FC4\u1FC6-\u1FCC\u1FD0-\u1FD3"
          + "\u1FD6-\u1FDB\u1FE0-\u1FEC\u1FF2-\u1FF4\u1FF6-\u1FFC\u2102\u2107\u210A-\u2113\u2115"
          + "\u2119-\u211D\u2124\u2126\u2128\u212A-\u212D\u212F-\u2134\u2139\u213C-\u213F"
          + "\u2145-\u2149\u214E\u2183\u2184\u2C00-\u2C7B\u2C7E-\u2CE4\u2CEB-\u2CEE\u2CF2\u2CF3"
          + "\uA640-\uA66D\uA680-\uA69B\uA722-\uA76F\uA771-\uA787\uA78B-\uA78E\uAB70-\uABBF"
          + "\uFB00-\uFB06\uFB13-\uFB17\uFF21-\uFF3A\uFF41-\uFF5A"
          + "\uD801\uDC00-\uD801\uDC4F\uD801\uDCB0-\uD801\uDCD3\uD801\uDCD8-\uD801\uDCFB"
          + "\uD803\uDC80-\uD803\uDCB2\uD803\uDCC0-\uD803\uDCF2\uD806\uDCA0-\uD806\uDCDF"
          + "\uD83A\uDD00-\uD83A\uDD43";

  private static final JsonNode[] LLM = {
    split("[\r\n]"),
    split("\\s?[" + CASED + "]+"),
    split("\\s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002]+"),
    split("\\s+$"),
    split("[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+"),
    digits()
  };

  private static final JsonNode[] CODER = {
    split("[\r\n]"),
    split("\\s?\\p{L}+"),
    split("\\s?\\p{P}+"),
    split("[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+"),
    digits()
  };

  @TempDir Path directory;

  @Test
  void idsOfDeepSeekLlm() throws IOException {
    idsOfLlamaCpp("deepseek-llm", LLM);
  }

  @Test
  void idsOfDeepSeekCoder() throws IOException {
    idsOfLlamaCpp("deepseek-coder", CODER);
  }

  @Test
  void noStepNeedsBacktracking() {
    for (JsonNode[] steps : new JsonNode[][] {LLM, CODER}) {
      for (JsonNode step : steps) {
        String regex = step.path("pattern").path("Regex").asString("\\p{N}");
        assertThat(Finder.of(Split.isolated(regex)).get()).isInstanceOf(Finder.InOnePass.class);
      }
    }
  }

  private static JsonNode split(String regex) {
    ObjectNode step = JsonMapper.shared().createObjectNode().put("type", "Split");
    step.putObject("pattern").put("Regex", regex);
    return step.put("behavior", "Isolated").put("invert", false);
  }

  private static JsonNode digits() {
    return JsonMapper.shared()
        .createObjectNode()
        .put("type", "Digits")
        .put("individual_digits", true);
  }

  private void idsOfLlamaCpp(String name, JsonNode[] steps) throws IOException {
    Path file = directory.resolve("tokenizer.json");
    Path vocabulary = shared("data/vocab-gguf/ggml-vocab-" + name + ".gguf.gz");
    Files.writeString(file, new GgufVocabulary(vocabulary).tokenizerJson(steps).toString());
    Tokenizer tokenizer = Tokenizer.read(file);
    int texts = 0;
    Path vectors = shared("data/tokenizer-vectors/llamacpp_even.jsonl.gz");
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(vectors)), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode expected = JsonMapper.shared().readTree(line);
        if (expected.path("vocab").asString().equals(name)) {
          int[] ids = expected.path("ids").valueStream().mapToInt(JsonNode::asInt).toArray();
          assertThat(tokenizer.encodeWithSpecials(expected.path("text").asString()))
              .as(line)
              .isEqualTo(ids);
          texts++;
        }
      }
    }
    assertThat(texts).isEqualTo(23);
  }
}
