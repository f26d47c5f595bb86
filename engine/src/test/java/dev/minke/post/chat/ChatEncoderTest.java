package dev.minke.post.chat;

import static dev.minke.Shared.shared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.data.JsonItems;
import dev.minke.tokenizer.ReleasedTokenizers;
import dev.minke.tokenizer.Tokenizer;
import dev.minke.tokenizer.chat.ChatMessage;
import dev.minke.tokenizer.chat.ChatTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What is learned of conversations, with released tokenizers and the templates of released models.
class ChatEncoderTest {
  @TempDir static Path directory;

  private static final Map<String, Tokenizer> TOKENIZERS = new LinkedHashMap<>();

  @BeforeAll
  static void readTokenizers() throws IOException {
    for (String name : List.of("deepseek-v3", "qwen3")) {
      TOKENIZERS.put(name, ReleasedTokenizers.read(name, directory));
    }
  }

  private static ChatEncoder encoder(String template, String tokenizer) throws IOException {
    String source = Files.readString(shared("golden/chat/templates/" + template + ".jinja"));
    Map<String, String> tokens =
        Map.of("bos_token", "<｜begin▁of▁sentence｜>", "eos_token", "<｜end▁of▁sentence｜>");
    return new ChatEncoder(
        ChatTemplate.compile(template, source, tokens, Clock.systemUTC()),
        TOKENIZERS.get(tokenizer));
  }

  private static Conversation conversation(String... turns) {
    List<ChatMessage> messages = new ArrayList<>();
    for (int i = 0; i < turns.length; i++) {
      messages.add(ChatMessage.of(i % 2 == 0 ? "user" : "assistant", turns[i]));
    }
    return new Conversation(messages, List.of());
  }

  /// What is learned of an example, gaps as `…`.
  private static String learned(ChatEncoder encoder, Example example) {
    StringBuilder text = new StringBuilder();
    for (int from = 0; from < example.ids().length; from++) {
      int to = from;
      while (to < example.ids().length && example.targets()[to]) {
        to++;
      }
      if (to > from) {
        int[] ids = Arrays.copyOfRange(example.ids(), from, to);
        text.append(text.isEmpty() ? "" : "…").append(encoder.tokenizer().decode(ids));
        from = to;
      }
    }
    return text.toString();
  }

  @Test
  void ofEveryTurnWhatTheAssistantSaidWithTheTokenThatEndsIt() throws IOException {
    ChatEncoder encoder = encoder("qwen2.5", "qwen3");
    List<Example> examples =
        encoder.examples(conversation("What is two and two?", "Four.", "And three?", "Seven."));
    assertThat(examples).hasSize(1);
    assertThat(learned(encoder, examples.getFirst())).isEqualTo("Four.<|im_end|>…Seven.<|im_end|>");
    assertThat(examples.getFirst().learned()).isEqualTo(6);
  }

  @Test
  void whatFollowsTheLastAnswerIsNotThere() throws IOException {
    ChatEncoder encoder = encoder("deepseek-v3", "deepseek-v3");
    Example example = encoder.examples(conversation("Hello", "Hi!", "Who are you?")).getFirst();
    assertThat(encoder.tokenizer().decode(example.ids())).doesNotContain("Who are you");
    assertThat(learned(encoder, example)).isEqualTo("Hi!<｜end▁of▁sentence｜>");
  }

  /// Qwen3 writes the thought of the last answer alone, so an earlier one is learned with its
  /// thought in an example of its own.
  @Test
  void anAnswerThatIsWrittenDifferentlyLaterIsAnExampleOfItsOwn() throws IOException {
    requireThoughts("qwen3", "qwen3", "<|im_end|>");
  }

  /// R1 writes none at all: what it would generate is learned nevertheless.
  @Test
  void thoughtsThatATemplateNeverWritesAreLearned() throws IOException {
    requireThoughts("deepseek-r1", "deepseek-v3", "<｜end▁of▁sentence｜>");
  }

  private static void requireThoughts(String template, String tokenizer, String end)
      throws IOException {
    ChatEncoder encoder = encoder(template, tokenizer);
    String first = "<think>\nfirst\n</think>\n\nB.";
    String then = "<think>\nthen\n</think>\n\nD.";
    List<Example> examples = encoder.examples(conversation("A?", first, "C?", then));
    assertThat(examples).hasSize(2);
    assertThat(text(encoder, examples.get(0))).contains(first + end);
    assertThat(learned(encoder, examples.get(0))).contains("first").contains("B." + end);
    assertThat(text(encoder, examples.get(1))).contains(then + end).doesNotContain("first");
    assertThat(learned(encoder, examples.get(1))).contains("then").doesNotContain("B.");
  }

  private static String text(ChatEncoder encoder, Example example) {
    return encoder.tokenizer().decode(example.ids());
  }

  /// Real files of four shapes, through templates that know tools and such that do not.
  @ParameterizedTest
  @CsvSource({
    "alpaca_en_demo.json.gz, qwen2.5, qwen3, 999",
    "alpaca_zh_demo.json.gz, deepseek-v3, deepseek-v3, 1000",
    "identity.json.gz, qwen3, qwen3, 91",
    "glaive_toolcall_en_demo.json.gz, qwen2.5, qwen3, 300",
    "glaive_toolcall_zh_demo.json.gz, qwen3, qwen3, 300",
    "reason_tool_use_demo_50.jsonl.gz, qwen3, qwen3, 50"
  })
  void realFiles(String file, String template, String tokenizer, int expected) throws IOException {
    ChatEncoder encoder = encoder(template, tokenizer);
    List<String> refused = new ArrayList<>();
    int[] count = new int[1];
    JsonItems.read(
        shared("data/sft/" + file),
        new JsonItems.Sink() {
          @Override
          public void item(String place, JsonNode object) {
            Conversation conversation = Conversation.of(object);
            count[0]++;
            List<Example> examples = encoder.examples(conversation);
            String last = conversation.messages().getLast().content().orElse("").strip();
            Example example = examples.getLast();
            assertThat(example.targets()[0]).isFalse();
            assertThat(example.learned()).as(place).isPositive();
            int special = example.ids().length;
            while (!encoder.tokenizer().isSpecial(example.ids()[special - 1])) {
              special--;
            }
            assertThat(example.targets()[special - 1])
                .as("%s: the end of the answer", place)
                .isTrue();
          }

          @Override
          public void refused(String place, String what) {
            refused.add(place + ": " + what);
          }
        });
    assertThat(refused).isEmpty();
    assertThat(count[0]).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"text\": \"a\"} | found the fields [text]",
        "{\"messages\": [], \"chosen\": [], \"rejected\": []} | found a pair of answers",
        "{\"messages\": []} | expected a message of the assistant",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]} | expected a message of the"
            + " assistant",
        "{\"messages\": [3]} | a message: expected an object, found NUMBER",
        "{\"messages\": [{\"content\": \"a\"}]} | role is",
        "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image\"}]}]} | found"
            + " \"image\"",
        "{\"conversations\": [{\"from\": \"cat\", \"value\": \"a\"}]} | found from \"cat\"",
        "{\"conversations\": [{\"from\": \"gpt\", \"value\": 1}]} | value NUMBER",
        "{\"conversations\": [{\"from\": \"function_call\", \"value\": \"x\"}]} | expected JSON,"
            + " found x",
        "{\"instruction\": \"a\", \"output\": null} | output: expected a text, found NULL",
        "{\"prompt\": \"a\", \"completion\": 5} | completion: expected a text, found NUMBER"
      })
  void whatIsNoConversationIsRefusedByName(String json, String reason) {
    assertThatThrownBy(() -> Conversation.of(JsonMapper.shared().readTree(json)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void promptsAndCompletionsMayBeTextsOrMessages() {
    JsonNode texts = JsonMapper.shared().readTree("{\"prompt\": \"a\", \"completion\": \"b\"}");
    JsonNode messages =
        JsonMapper.shared()
            .readTree(
                "{\"prompt\": [{\"role\": \"user\", \"content\": \"a\"}], \"completion\":"
                    + " [{\"role\": \"assistant\", \"content\": \"b\"}]}");
    assertThat(Conversation.of(texts)).isEqualTo(Conversation.of(messages));
  }
}
