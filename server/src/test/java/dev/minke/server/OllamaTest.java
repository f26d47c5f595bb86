package dev.minke.server;

import static dev.minke.server.ScriptedServer.json;
import static dev.minke.server.ScriptedServer.lines;
import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.server.host.ServerSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class OllamaTest {
  private static final String TOOLS =
      """
      , "tools": [{"type": "function", "function": {"name": "weather", "description": "tells it",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}]
      """;

  @TempDir private static Path temporary;

  private static ScriptedServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new ScriptedServer(temporary, ServerSettings.DEFAULT);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /// A question with more fields.
  private static String ask(String more) {
    return """
    {"model": "scripted", "messages": [{"role": "user", "content": "Why?"}]%s}
    """
        .formatted(more);
  }

  private static String body(String path, String request) throws Exception {
    HttpResponse<String> response = server.post(path, request);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }

  private static JsonNode whole(String more) throws Exception {
    return json(body("/api/chat", ask(more + ", \"stream\": false")));
  }

  private static String said(List<JsonNode> lines, String field) {
    return lines.stream()
        .map(line -> line.path("message").path(field).asString(""))
        .collect(Collectors.joining());
  }

  // ---- chat

  @Test
  void aChatStreamsUnlessToldOtherwise() throws Exception {
    HttpResponse<String> response = server.post("/api/chat", ask(""));
    assertThat(response.headers().firstValue("content-type")).hasValue("application/x-ndjson");
    List<JsonNode> lines = lines(response.body());
    assertThat(said(lines, "content")).isEqualTo(ScriptedModel.ANSWER);
    for (JsonNode line : lines) {
      assertThat(line.path("model").asString()).isEqualTo("scripted");
      assertThat(Instant.parse(line.path("created_at").asString())).isBefore(Instant.now());
      assertThat(line.path("message").path("role").asString()).isEqualTo("assistant");
      assertThat(line.path("done").booleanValue()).isEqualTo(line == lines.getLast());
    }
    JsonNode last = lines.getLast();
    assertThat(last.path("done_reason").asString()).isEqualTo("stop");
    assertThat(last.path("eval_count").intValue()).isEqualTo(ScriptedModel.ANSWER_TOKENS);
    assertThat(last.path("prompt_eval_count").intValue()).isEqualTo("<user>Why?".length() + 2);
    for (String field : List.of("total", "load", "prompt_eval", "eval")) {
      assertThat(last.path(field + "_duration").isIntegralNumber()).as(field).isTrue();
    }
    assertThat(last.path("total_duration").longValue())
        .isGreaterThanOrEqualTo(
            last.path("prompt_eval_duration").longValue() + last.path("eval_duration").longValue());
  }

  @Test
  void aThoughtHasAFieldOfItsOwn() throws Exception {
    List<JsonNode> lines = lines(body("/api/chat", ask(", \"think\": true")));
    assertThat(said(lines, "thinking")).isEqualTo(ScriptedModel.THOUGHT);
    assertThat(said(lines, "content")).isEqualTo(ScriptedModel.ANSWER);
    JsonNode message = whole(", \"think\": \"high\"").path("message");
    assertThat(message.path("thinking").asString()).isEqualTo(ScriptedModel.THOUGHT);
    assertThat(whole(", \"think\": false").path("message").has("thinking")).isFalse();
  }

  @Test
  void callsHaveObjectsAsArguments() throws Exception {
    JsonNode calls = whole(TOOLS).path("message").path("tool_calls");
    assertThat(calls.size()).isEqualTo(2);
    JsonNode second = calls.get(1).path("function");
    assertThat(second.path("name").asString()).isEqualTo("weather");
    assertThat(second.path("index").intValue()).isEqualTo(1);
    assertThat(second.path("arguments")).isEqualTo(json(ScriptedModel.SECOND_ARGUMENTS));
    List<JsonNode> lines = lines(body("/api/chat", ask(TOOLS)));
    List<JsonNode> told =
        lines.stream()
            .flatMap(line -> line.path("message").path("tool_calls").valueStream())
            .map(call -> call.path("function"))
            .toList();
    assertThat(told).hasSize(2);
    assertThat(told.getFirst().path("arguments")).isEqualTo(json(ScriptedModel.FIRST_ARGUMENTS));
    assertThat(told.getLast()).isEqualTo(second);
  }

  @Test
  void aResultOfATool() throws Exception {
    JsonNode body =
        json(
            body(
                "/api/chat",
                """
                {"model": "scripted:latest", "stream": false, "messages": [
                  {"role": "user", "content": "Weather?"},
                  {"role": "assistant", "content": "", "thinking": "Hm.", "tool_calls": [
                    {"function": {"name": "weather", "arguments": {"city": "Paris"}}}]},
                  {"role": "tool", "tool_name": "weather", "content": "warm"}]}
                """));
    assertThat(body.path("message").path("content").asString()).isEqualTo(ScriptedModel.WARM);
  }

  @Test
  void optionsAreHonoured() throws Exception {
    JsonNode cut = whole(", \"options\": {\"num_predict\": 2, \"temperature\": 0}");
    assertThat(cut.path("message").path("content").asString()).isEqualTo("The sky is blue");
    assertThat(cut.path("done_reason").asString()).isEqualTo("length");
    JsonNode stopped =
        whole(", \"options\": {\"num_predict\": -1, \"stop\": [\"blue\"], \"num_ctx\": 512}");
    assertThat(stopped.path("message").path("content").asString()).isEqualTo("The sky is ");
    assertThat(stopped.path("done_reason").asString()).isEqualTo("stop");
  }

  @Test
  void anAnswerThatComesLastIsGoneOnWith() throws Exception {
    JsonNode body =
        json(
            body(
                "/api/chat",
                """
                {"model": "scripted", "stream": false, "messages": [
                  {"role": "user", "content": "Why?"},
                  {"role": "assistant", "content": "The sky"}]}
                """));
    assertThat(body.path("message").path("content").asString()).isEqualTo(" is blue.");
  }

  @Test
  void nothingSaidOnlyOpensTheModel() throws Exception {
    JsonNode chat = json(body("/api/chat", "{\"model\": \"scripted\", \"keep_alive\": \"10m\"}"));
    assertThat(chat.path("done_reason").asString()).isEqualTo("load");
    JsonNode text = json(body("/api/generate", "{\"model\": \"scripted\", \"keep_alive\": -1}"));
    assertThat(text.path("response").asString()).isEmpty();
    assertThat(text.path("done_reason").asString()).isEqualTo("load");
  }

  @Test
  void whoHangsUpIsNotAnsweredOn() throws Exception {
    server.hangUpAfter(
        20, "/api/chat", ask(", \"options\": {\"num_predict\": 60000}").replace("Why?", "Sing!"));
    assertThat(server.isIdleSoon()).isTrue();
    assertThat(server.model().counts().generatedTokens()).isLessThan(60_000);
  }

  // ---- generate

  @Test
  void aTextIsAnswered() throws Exception {
    String request = "{\"model\": \"scripted\", \"prompt\": \"Why?\", \"system\": \"Be brief.\"%s}";
    JsonNode whole =
        json(body("/api/generate", request.formatted(", \"stream\": false, \"think\": true")));
    assertThat(whole.path("response").asString()).isEqualTo(ScriptedModel.ANSWER);
    assertThat(whole.path("thinking").asString()).isEqualTo(ScriptedModel.THOUGHT);
    assertThat(whole.has("message")).isFalse();
    assertThat(whole.path("prompt_eval_count").intValue())
        .isEqualTo("<system>Be brief.<user>Why?".length() + 1);
    String streamed =
        lines(body("/api/generate", request.formatted(""))).stream()
            .map(line -> line.path("response").asString())
            .collect(Collectors.joining());
    assertThat(streamed).isEqualTo(ScriptedModel.ANSWER);
  }

  @Test
  void aRawTextIsContinuedAsItStands() throws Exception {
    JsonNode whole =
        json(
            body(
                "/api/generate",
                """
                {"model": "scripted", "prompt": "<think>Light", "raw": true, "stream": false}
                """));
    assertThat(whole.path("response").asString())
        .isEqualTo(" scatters.</think>" + ScriptedModel.ANSWER);
    assertThat(whole.path("prompt_eval_count").intValue()).isEqualTo(2);
  }

  // ---- models

  @Test
  void modelsAreToldOf() throws Exception {
    JsonNode tag = json(server.get("/api/tags").body()).path("models").get(0);
    assertThat(tag.path("name").asString()).isEqualTo("scripted");
    assertThat(tag.path("digest").asString()).hasSize(64);
    assertThat(tag.path("size").longValue()).isGreaterThan(700_000);
    assertThat(tag.path("details").path("family").asString()).isEqualTo("llama");
    assertThat(tag.path("details").path("quantization_level").asString()).isEqualTo("F32");
    JsonNode open = json(server.get("/api/ps").body()).path("models").get(0);
    assertThat(open.path("context_length").intValue()).isEqualTo(server.model().context());
    assertThat(Instant.parse(open.path("expires_at").asString())).isAfter(Instant.now());
    JsonNode shown = json(body("/api/show", "{\"model\": \"scripted\"}"));
    assertThat(shown.path("capabilities"))
        .isEqualTo(json("[\"completion\", \"tools\", \"thinking\"]"));
    assertThat(shown.path("template").asString()).contains("<song>");
    assertThat(shown.path("model_info").path("general.parameter_count").longValue())
        .isEqualTo(tag.path("size").longValue() / 4);
    assertThat(json(server.get("/api/version").body()).path("version").asString())
        .matches("\\d+\\.\\d+\\.\\d+");
  }

  @Test
  void itSaysThatItIsThere() throws Exception {
    assertThat(server.head("/").statusCode()).isEqualTo(200);
  }

  // ---- refusals

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "temprature | 1",
        "format | \"yaml\"",
        "keep_alive | 0",
        "keep_alive | \"soon\"",
        "think | \"hard\"",
        "shift | false",
        "options.num_keep | {\"num_keep\": -1}",
        "options.num_ctx | {\"num_ctx\": 100000000}",
        "options.num_gpu | {\"num_gpu\": 1}",
        "options.mirostat | {\"mirostat\": 2}",
        "options.num_predict | {\"num_predict\": 0}",
        "messages[0].images | [{\"role\": \"user\", \"content\": \"\", \"images\": [\"AAAA\"]}]",
      })
  void isRefusedByName(String field, String value) throws Exception {
    String name = field.replaceAll("[\\[.].*", "");
    String body =
        name.equals("messages")
            ? "{\"model\": \"scripted\", \"messages\": %s}".formatted(value)
            : ask(", \"%s\": %s".formatted(name, value));
    HttpResponse<String> response = server.post("/api/chat", body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(json(response.body()).path("error").asString()).startsWith(field + ":");
  }

  @ParameterizedTest
  @ValueSource(strings = {"suffix", "template", "context", "images"})
  void generateRefusesByName(String field) throws Exception {
    String value = field.equals("context") || field.equals("images") ? "[1]" : "\"x\"";
    HttpResponse<String> response =
        server.post(
            "/api/generate",
            "{\"model\": \"scripted\", \"prompt\": \"Why?\", \"%s\": %s}".formatted(field, value));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response.body()).path("error").asString()).startsWith(field + ":");
  }

  @Test
  void whatIsNotHereIsSaid() throws Exception {
    assertThat(json(server.post("/api/pull", "{}").body()).path("error").asString())
        .contains("minke pull");
    assertThat(server.post("/api/show", "{\"model\": \"other\"}").statusCode()).isEqualTo(404);
  }
}
