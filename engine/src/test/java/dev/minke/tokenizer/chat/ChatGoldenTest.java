package dev.minke.tokenizer.chat;

import static dev.minke.Shared.shared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.tokenizer.ReleasedTokenizers;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.jinja.TemplateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Rendered conversations and their ids against those of Hugging Face's transformers.
class ChatGoldenTest {
  @TempDir static Path directory;

  private static final Map<String, Tokenizer> TOKENIZERS = new LinkedHashMap<>();

  @BeforeAll
  static void readReleasedTokenizers() throws IOException {
    for (String name : List.of("deepseek-v3", "qwen3")) {
      TOKENIZERS.put(name, ReleasedTokenizers.read(name, directory));
    }
  }

  static Stream<Path> templates() throws IOException {
    try (Stream<Path> files = Files.list(shared("golden/chat"))) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("templates")
  void everyConversationOfTheGolden(Path file) throws IOException {
    JsonNode golden = JsonMapper.shared().readTree(Files.readAllBytes(file));
    String name = golden.path("template").asString();
    ChatTemplate template = compiled(name, Files.readString(shared("golden/chat/" + name)));
    Tokenizer tokenizer = TOKENIZERS.get(golden.path("ids_by_tokenizer").asString(""));
    assertThat(golden.path("cases").size()).isEqualTo(30);
    for (JsonNode conversation : golden.path("cases")) {
      check(template, tokenizer, name, conversation);
    }
  }

  @Test
  void templatesInTheFilesOfATokenizerAreThoseOfTheGolden() throws IOException {
    for (Map.Entry<String, String> pair :
        Map.of("deepseek-v3", "deepseek-v3.json", "qwen3", "qwen3.json").entrySet()) {
      ChatTemplate template =
          ChatTemplate.read(shared("data/tokenizer-" + pair.getKey()), Clock.systemUTC())
              .orElseThrow();
      JsonNode golden =
          JsonMapper.shared()
              .readTree(Files.readAllBytes(shared("golden/chat/" + pair.getValue())));
      for (JsonNode conversation : golden.path("cases")) {
        check(template, TOKENIZERS.get(pair.getKey()), pair.getKey(), conversation);
      }
    }
  }

  private static ChatTemplate compiled(String name, String source) {
    return ChatTemplate.compile(name, source, Map.of(), Clock.systemUTC());
  }

  private static void check(
      ChatTemplate template, Tokenizer tokenizer, String name, JsonNode conversation) {
    String title = name + ": " + conversation.path("name").asString();
    ChatRequest request = request(conversation);
    if (conversation.has("error")) {
      String reason = conversation.path("error").asString();
      assertThatThrownBy(() -> template.render(request))
          .as(title)
          .isInstanceOf(TemplateException.class)
          .hasMessageContaining(reason.substring(reason.indexOf(": ") + 2));
      return;
    }
    Prompt prompt = template.render(request);
    assertThat(prompt.text()).as(title).isEqualTo(conversation.path("rendered").asString());
    if (tokenizer != null) {
      assertThat(prompt.ids(tokenizer))
          .as(title)
          .containsExactly(
              conversation.path("ids").valueStream().mapToInt(JsonNode::asInt).toArray());
    }
  }

  private static ChatRequest request(JsonNode conversation) {
    List<ChatMessage> messages = new ArrayList<>();
    for (JsonNode message : conversation.path("messages")) {
      messages.add(new ChatMessage((ObjectNode) message));
    }
    Map<String, JsonNode> variables = new LinkedHashMap<>();
    conversation
        .path("template_variables")
        .properties()
        .forEach(entry -> variables.put(entry.getKey(), entry.getValue()));
    boolean continues = conversation.path("continue_final_message").asBoolean();
    boolean answers = conversation.path("add_generation_prompt").asBoolean();
    return new ChatRequest(
        messages,
        conversation.path("tools").valueStream().toList(),
        continues
            ? ChatRequest.Ending.CONTINUATION
            : answers ? ChatRequest.Ending.ANSWER : ChatRequest.Ending.TRANSCRIPT,
        variables);
  }
}
