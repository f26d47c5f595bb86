package dev.minke.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonBytesTest {
  private static JsonBytes json(String text) {
    return new JsonBytes(Path.of("a.json"), text.getBytes(StandardCharsets.UTF_8));
  }

  /// Everything as trees have it, but numbers, which are whole here.
  private static JsonNode tree(JsonBytes json) {
    JsonMapper mapper = JsonMapper.shared();
    switch (json.peek()) {
      case '{' -> {
        var object = mapper.createObjectNode();
        json.enter('{');
        while (json.more('}')) {
          object.set(json.key(), tree(json));
        }
        return object;
      }
      case '[' -> {
        var array = mapper.createArrayNode();
        json.enter('[');
        while (json.more(']')) {
          array.add(tree(json));
        }
        return array;
      }
      case '"' -> {
        return mapper.getNodeFactory().stringNode(json.text());
      }
      default -> {
        return mapper.getNodeFactory().numberNode(json.natural());
      }
    }
  }

  @Test
  void readsWhatAnotherParserReads() {
    for (String text :
        List.of(
            "{}",
            " [ ] ",
            "[1, 20 ,0,999999999999999999]",
            "{\"a\":{\"b\":[[],{}]},\"\":\"\"}",
            "[\"ä🐋\u2028\", \"\\u00e4\\ud83d\\udc0b\\n\\\"\\\\\\/\\b\\f\\r\\t\", \"é\\u0041é\"]",
            "{\"model.layers.0\": {\"dtype\": \"BF16\", \"shape\": [2, 3]}}\n  ")) {
      JsonBytes json = json(text);
      JsonNode expected =
          JsonMapper.builder()
              .enable(tools.jackson.databind.DeserializationFeature.USE_LONG_FOR_INTS)
              .build()
              .readTree(text);
      assertThat(tree(json)).as(text).isEqualTo(expected);
      json.end();
      JsonBytes skipped = json(text);
      skipped.skip();
      skipped.end();
    }
  }

  @Test
  void textsAreReadEscapedOrNot() {
    List<String> texts = new ArrayList<>();
    for (int letter = 0; letter < 0x3000; letter++) {
      texts.add("a" + (char) letter + "b");
    }
    for (JsonMapper mapper :
        List.of(
            JsonMapper.shared(),
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build())) {
      JsonBytes json = json(mapper.writeValueAsString(Map.of("key", texts)));
      json.enter('{');
      assertThat(json.more('}')).isTrue();
      assertThat(json.key()).isEqualTo("key");
      List<String> found = new ArrayList<>();
      json.enter('[');
      while (json.more(']')) {
        found.add(json.text());
      }
      assertThat(found).isEqualTo(texts);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[1",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":1,}",
        "{a:1}",
        "[\"a]",
        "[\"\\",
        "[\"\\x\"]",
        "[\"\\u12g4\"]",
        "[\"a\nb\"]",
        "[-1]",
        "[01]",
        "[1.0]",
        "[1e3]",
        "[9999999999999999999]",
        "[1]]",
        "[1] x",
        "[true]"
      })
  void whatIsNoSuchJsonIsRefused(String text) {
    JsonBytes json = json(text);
    assertThatThrownBy(
            () -> {
              tree(json);
              json.end();
            })
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("a.json: JSON at byte ");
  }

  @Test
  void otherBytesThanUtf8AreRefused() {
    for (byte[] bytes :
        new byte[][] {{'"', (byte) 0xC3, '"'}, {'"', (byte) 0xFF, '"'}, {'"', (byte) 0x80, '"'}}) {
      JsonBytes json = new JsonBytes(Path.of("a.json"), bytes);
      assertThatThrownBy(json::text).hasMessageContaining("UTF-8");
    }
  }

  @Test
  void endlessNestingIsRefused() {
    for (String bracket : List.of("[", "{\"a\":")) {
      assertThatThrownBy(() -> json(bracket.repeat(1_000_000)).skip())
          .hasMessageContaining("at most 100 deep");
    }
  }
}
