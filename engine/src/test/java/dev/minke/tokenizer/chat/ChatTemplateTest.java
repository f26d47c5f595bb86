package dev.minke.tokenizer.chat;

import static dev.minke.Shared.shared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.tokenizer.TokenizerException;
import dev.minke.tokenizer.jinja.TemplateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Where templates are found, how answers to their prompts begin, and which style they show.
class ChatTemplateTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-05T12:00:00Z"), ZoneOffset.UTC);
  private static final List<ChatMessage> QUESTION = List.of(ChatMessage.of("user", "Why <think>"));
  private static final JsonNode TOOL = JsonMapper.shared().readTree("{\"name\": \"add\"}");

  @TempDir Path directory;

  static Stream<Arguments> styles() {
    return Stream.of(
        Arguments.of("deepseek-v3", false, ToolCallForm.DEEPSEEK_V3),
        Arguments.of("deepseek-r1", true, ToolCallForm.DEEPSEEK_V3),
        Arguments.of("deepseek-r1-llamacpp", true, ToolCallForm.DEEPSEEK_V3),
        Arguments.of("deepseek-v3.1-llamacpp", true, ToolCallForm.DEEPSEEK_V31),
        Arguments.of("qwen2.5", false, ToolCallForm.QWEN),
        Arguments.of("qwen3", true, ToolCallForm.QWEN),
        Arguments.of("qwq", true, ToolCallForm.QWEN),
        Arguments.of("llama3", false, ToolCallForm.NONE),
        Arguments.of("llama3.1", false, ToolCallForm.NONE),
        Arguments.of("llama3.2", false, ToolCallForm.LLAMA));
  }

  @ParameterizedTest
  @MethodSource("styles")
  void styleIsToldFromTheTemplate(String name, boolean thoughts, ToolCallForm calls)
      throws IOException {
    assertThat(AnswerStyle.of(source(name))).isEqualTo(new AnswerStyle(thoughts, calls));
  }

  static Stream<Arguments> starts() {
    return Stream.of(
        Arguments.of("deepseek-r1", true, ThoughtStart.OPEN),
        Arguments.of("deepseek-r1-llamacpp", false, ThoughtStart.OVER),
        Arguments.of("deepseek-v3.1-llamacpp", true, ThoughtStart.OPEN),
        Arguments.of("deepseek-v3.1-llamacpp", false, ThoughtStart.OVER),
        Arguments.of("qwen3", true, ThoughtStart.POSSIBLE),
        Arguments.of("qwen3", false, ThoughtStart.OVER),
        Arguments.of("qwq", true, ThoughtStart.OPEN));
  }

  @ParameterizedTest
  @MethodSource("starts")
  void whetherAThoughtIsOpenIsToldFromThePrompt(String name, boolean thinks, ThoughtStart start)
      throws IOException {
    ChatRequest request = ChatRequest.of(QUESTION).withThinking(thinks);
    assertThat(template(name).render(request).thought()).isEqualTo(start);
  }

  @Test
  void continuingGoesOnWithTheThoughtOrBehindIt() throws IOException {
    assertThat(continued("deepseek-r1", "Paris").thought()).isEqualTo(ThoughtStart.OVER);
    assertThat(continued("deepseek-r1", "<think>\nI am").thought()).isEqualTo(ThoughtStart.OPEN);
    assertThat(continued("deepseek-r1", "<think>a</think>b").thought())
        .isEqualTo(ThoughtStart.OVER);
    assertThat(continued("deepseek-v3.1-llamacpp", "Paris").thought()).isEqualTo(ThoughtStart.OVER);
    assertThat(continued("deepseek-r1", "Paris").text()).endsWith("<｜Assistant｜>Paris");
  }

  @Test
  void partsOfAMessageAreContinuedToo() {
    ChatMessage parts =
        new ChatMessage(
            (ObjectNode)
                JsonMapper.shared()
                    .readTree(
                        "{\"role\":\"assistant\",\"content\":[{\"text\":\"a\"},{\"type\":\"image\"}]}"));
    ChatTemplate template =
        compiled(
            "{% for m in messages %}{% for p in m.content %}[{{ p.text }}]{% endfor %}{% endfor"
                + " %}");
    ChatRequest request =
        ChatRequest.of(List.of(parts)).withEnding(ChatRequest.Ending.CONTINUATION);
    assertThat(template.render(request).text()).isEqualTo("[a");
  }

  @Test
  void whatCannotBeContinuedIsRefused() {
    ChatRequest request =
        ChatRequest.of(List.of(ChatMessage.of("assistant", "a")))
            .withEnding(ChatRequest.Ending.CONTINUATION);
    assertThatThrownBy(() -> compiled("nothing").render(request))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("leaves out the message");
    ObjectNode empty = JsonMapper.shared().createObjectNode().put("role", "assistant");
    assertThatThrownBy(() ->
            compiled("x")
                .render(
                    ChatRequest.of(List.of(new ChatMessage(empty)))
                        .withEnding(ChatRequest.Ending.CONTINUATION)))
        .hasMessage(
            "continuation: content of the last message is absent, expected a text to continue");
    assertThatThrownBy(() -> new ChatMessage(JsonMapper.shared().createObjectNode()))
        .hasMessageContaining("role is");
  }

  @Test
  void withoutToolsNothingIsACall() throws IOException {
    String call = "<tool_call>{\"name\": \"add\", \"arguments\": {}}</tool_call>";
    ChatRequest request = ChatRequest.of(QUESTION);
    AnswerParser without = template("qwen3").render(request).parser();
    AnswerParser with = template("qwen3").render(request.withTools(List.of(TOOL))).parser();
    assertThat(without.accept(call)).containsExactly(new AnswerEvent.Content(call));
    assertThat(with.accept(call)).contains(new AnswerEvent.CallBegun(0, "add"));
  }

  static Stream<Arguments> calls() {
    String deepSeek =
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>add\n"
            + "```json\n"
            + "{\"a\": 1}\n"
            + "```<｜tool▁call▁end｜>";
    String newer =
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>add<｜tool▁sep｜>{\"a\": 1}<｜tool▁call▁end｜>";
    String qwen = "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n</tool_call>";
    return Stream.of(
        Arguments.of("deepseek-v3", deepSeek),
        Arguments.of("deepseek-r1", deepSeek),
        Arguments.of("deepseek-r1-llamacpp", deepSeek),
        Arguments.of("deepseek-v3.1-llamacpp", newer),
        Arguments.of("qwen2.5", qwen),
        Arguments.of("qwen3", qwen),
        Arguments.of("qwq", qwen),
        Arguments.of("llama3.2", "{\"name\": \"add\", \"parameters\": {\"a\": 1}}"));
  }

  /// A template writes a call as its model does, so what the parser took apart comes back.
  @ParameterizedTest
  @MethodSource("calls")
  void anAnswerBecomesAMessageThatItsTemplateWrites(String name, String said) throws IOException {
    ChatTemplate template = template(name);
    ChatRequest request = ChatRequest.of(QUESTION).withTools(List.of(TOOL));
    AnswerStyle style = template.render(request).style();
    Answer answer = AnswerParser.parse(style, ThoughtStart.OVER, said);
    assertThat(answer.toolCalls()).containsExactly(new ToolCall("add", "{\"a\": 1}"));
    ChatMessage message = template.fitted(ChatMessage.of(answer));
    List<ChatMessage> messages =
        List.of(QUESTION.getFirst(), message, ChatMessage.toolResult("call_0", "2"));
    String text = template.render(ChatRequest.of(messages).withTools(List.of(TOOL))).text();
    assertThat(text).contains(said);
    assertThat(template.fitted(message)).isEqualTo(message);
  }

  @Test
  void aMessageIsNotChangedFromOutside() {
    ObjectNode json = JsonMapper.shared().createObjectNode().put("role", "user").putNull("content");
    ChatMessage message = new ChatMessage(json);
    json.put("role", "x");
    message.json().put("role", "y");
    assertThat(message.role()).isEqualTo("user");
    assertThat(message.content()).isEmpty();
    assertThat(message.json().has("content")).isTrue();
  }

  @Test
  void tokensAndDateReachTheTemplate() throws IOException {
    write(
        "tokenizer_config.json",
        """
        {"bos_token": {"content": "<s>"}, "eos_token": "</s>", "pad_token": null,
         "chat_template": "{{ bos_token }}{{ eos_token }}{{ pad_token is defined }} {{ strftime_now('%d %b %Y') }}"}
        """);
    assertThat(rendered(ChatRequest.of(QUESTION))).isEqualTo("<s></s>False 05 Mar 2026");
    assertThat(
            rendered(
                ChatRequest.of(QUESTION)
                    .withVariable("eos_token", JsonMapper.shared().readTree("\"E\""))))
        .startsWith("<s>EFalse");
  }

  @Test
  void namedTemplatesAreChosenByTools() throws IOException {
    write(
        "tokenizer_config.json",
        """
        {"chat_template": [{"name": "tool_use", "template": "tools {{ tools|length }}"},
                           {"name": "default", "template": "none {{ tools is none }}"}]}
        """);
    assertThat(rendered(ChatRequest.of(QUESTION))).isEqualTo("none True");
    assertThat(rendered(ChatRequest.of(QUESTION).withTools(List.of(TOOL)))).isEqualTo("tools 1");
  }

  @Test
  void aFileOfItsOwnWinsOverTheConfigAndTheConfigOverJson() throws IOException {
    write("chat_template.json", "{\"chat_template\": \"json\"}");
    assertThat(rendered(ChatRequest.of(QUESTION))).isEqualTo("json");
    write("tokenizer_config.json", "{\"chat_template\": \"config\"}");
    assertThat(rendered(ChatRequest.of(QUESTION))).isEqualTo("config");
    write("chat_template.jinja", "jinja\n");
    assertThat(rendered(ChatRequest.of(QUESTION))).isEqualTo("jinja");
    Files.createDirectories(directory.resolve("chat_templates"));
    write("chat_templates/tool_use.jinja", "with tools");
    assertThat(rendered(ChatRequest.of(QUESTION).withTools(List.of(TOOL)))).isEqualTo("with tools");
  }

  @Test
  void aBaseModelHasNoTemplateAndADamagedFileIsNamed() throws IOException {
    assertThat(ChatTemplate.read(directory, CLOCK)).isEmpty();
    write("tokenizer_config.json", "{\"chat_template\": {}}");
    assertThatThrownBy(() -> ChatTemplate.read(directory, CLOCK))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("tokenizer_config.json: chat_template is OBJECT");
    write("tokenizer_config.json", "{");
    assertThatThrownBy(() -> ChatTemplate.read(directory, CLOCK))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("damaged");
    write(
        "tokenizer_config.json", "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"\"}]}");
    assertThatThrownBy(() -> ChatTemplate.read(directory, CLOCK))
        .hasMessageContaining("has the chat templates [rag], expected one named \"default\"");
    write("tokenizer_config.json", "{\"chat_template\": \"{% import 'x' %}\"}");
    assertThatThrownBy(() -> ChatTemplate.read(directory, CLOCK))
        .hasMessageEndingWith("tokenizer_config.json, line 1: tag 'import' is not supported");
  }

  private Prompt continued(String name, String begun) throws IOException {
    return template(name)
        .render(
            ChatRequest.of(List.of(QUESTION.getFirst(), ChatMessage.of("assistant", begun)))
                .withEnding(ChatRequest.Ending.CONTINUATION));
  }

  private String rendered(ChatRequest request) throws IOException {
    return ChatTemplate.read(directory, CLOCK).orElseThrow().render(request).text();
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(directory.resolve(file), text);
  }

  private static ChatTemplate compiled(String source) {
    return ChatTemplate.compile("t", source, Map.of(), CLOCK);
  }

  private static ChatTemplate template(String name) throws IOException {
    return compiled(source(name));
  }

  private static String source(String name) throws IOException {
    return Files.readString(shared("golden/chat/templates/" + name + ".jinja"));
  }
}
