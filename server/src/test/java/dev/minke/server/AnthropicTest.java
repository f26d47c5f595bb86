package dev.minke.server;

import static dev.minke.server.ScriptedServer.events;
import static dev.minke.server.ScriptedServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.server.host.ServerSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class AnthropicTest {
  private static final String TOOLS =
      """
      , "tools": [{"name": "weather", "description": "tells it", "input_schema":
        {"type": "object", "properties": {"city": {"type": "string"}}}}]
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
    {"model": "scripted", "max_tokens": 2000, "messages": [{"role": "user", "content": "Why?"}]%s}
    """
        .formatted(more);
  }

  private static JsonNode answer(String body) throws Exception {
    HttpResponse<String> response = server.post("/v1/messages", body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return json(response.body());
  }

  private static List<JsonNode> stream(String more) throws Exception {
    HttpResponse<String> response = server.post("/v1/messages", ask(more + ", \"stream\": true"));
    assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream");
    return events(response.body());
  }

  private static List<String> types(List<JsonNode> events) {
    return events.stream().map(event -> event.path("type").asString()).toList();
  }

  // ---- whole answers

  @Test
  void aMessage() throws Exception {
    JsonNode message = answer(ask(""));
    assertThat(message.path("type").asString()).isEqualTo("message");
    assertThat(message.path("role").asString()).isEqualTo("assistant");
    assertThat(message.path("model").asString()).isEqualTo("scripted");
    assertThat(message.path("id").asString()).startsWith("msg_");
    assertThat(message.path("content"))
        .isEqualTo(json("[{\"type\": \"text\", \"text\": \"The sky is blue.\"}]"));
    assertThat(message.path("stop_reason").asString()).isEqualTo("end_turn");
    assertThat(message.path("stop_sequence").isNull()).isTrue();
    JsonNode usage = message.path("usage");
    assertThat(usage.path("output_tokens").intValue()).isEqualTo(ScriptedModel.ANSWER_TOKENS);
    int count =
        usage.path("input_tokens").intValue() + usage.path("cache_read_input_tokens").intValue();
    // <user>, Why? in bytes, <think>, </think>.
    assertThat(count).isEqualTo("<user>Why?".length() + 2);
  }

  @Test
  void aThoughtIsABlock() throws Exception {
    JsonNode message =
        answer(ask(", \"thinking\": {\"type\": \"enabled\", \"budget_tokens\": 1024}"));
    assertThat(message.path("content"))
        .isEqualTo(
            json(
                """
                [{"type": "thinking", "thinking": "Light scatters.", "signature": ""},
                 {"type": "text", "text": "The sky is blue."}]
                """));
  }

  @Test
  void aThoughtThatSpendsItsBudgetIsEnded() throws Exception {
    String request =
        ask(", \"thinking\": {\"type\": \"enabled\", \"budget_tokens\": 1024}")
            .replace("Why?", "Muse!");
    JsonNode message = answer(request);
    JsonNode content = message.path("content");
    assertThat(content.size()).isEqualTo(2);
    String thought = content.get(0).path("thinking").asString();
    assertThat(thought).matches("hm( hm)+");
    // What was drawn before the engine heard of it is part of it.
    int tokens = (thought.length() + 1) / " hm".length();
    assertThat(tokens).isBetween(1024, 1500);
    assertThat(content.get(1).path("text").asString()).isEqualTo(ScriptedModel.ANSWER);
    assertThat(message.path("stop_reason").asString()).isEqualTo("end_turn");
    assertThat(message.path("usage").path("output_tokens").intValue())
        .isEqualTo(tokens + ScriptedModel.ANSWER_TOKENS);
    List<JsonNode> events =
        events(
            server
                .post(
                    "/v1/messages",
                    request.replace("\"max_tokens\"", "\"stream\": true, \"max_tokens\""))
                .body());
    String told =
        events.stream()
            .map(event -> event.path("delta").path("text").asString(""))
            .collect(Collectors.joining());
    assertThat(told).isEqualTo(ScriptedModel.ANSWER);
    assertThat(types(events).stream().filter("content_block_start"::equals)).hasSize(2);
    assertThat(types(events).getLast()).isEqualTo("message_stop");
  }

  @Test
  void callsAreBlocks() throws Exception {
    JsonNode message = answer(ask(TOOLS));
    assertThat(message.path("stop_reason").asString()).isEqualTo("tool_use");
    JsonNode content = message.path("content");
    assertThat(content.size()).isEqualTo(3);
    assertThat(content.get(0).path("text").asString()).isEqualTo(ScriptedModel.LOOK);
    assertThat(content.get(1).path("type").asString()).isEqualTo("tool_use");
    assertThat(content.get(1).path("name").asString()).isEqualTo("weather");
    assertThat(content.get(1).path("input")).isEqualTo(json(ScriptedModel.FIRST_ARGUMENTS));
    assertThat(content.get(2).path("input")).isEqualTo(json(ScriptedModel.SECOND_ARGUMENTS));
    assertThat(content.get(1).path("id").asString())
        .startsWith("toolu_")
        .isNotEqualTo(content.get(2).path("id").asString());
  }

  @Test
  void oneCallWhereParallelOnesAreNotWanted() throws Exception {
    JsonNode message =
        answer(
            ask(
                TOOLS
                    + ", \"tool_choice\": {\"type\": \"auto\", \"disable_parallel_tool_use\":"
                    + " true}"));
    assertThat(message.path("content").size()).isEqualTo(2);
    assertThat(message.path("stop_reason").asString()).isEqualTo("tool_use");
  }

  @Test
  void noToolsWhereNoneAreChosen() throws Exception {
    JsonNode message = answer(ask(TOOLS + ", \"tool_choice\": {\"type\": \"none\"}"));
    assertThat(message.path("content").get(0).path("text").asString())
        .isEqualTo(ScriptedModel.ANSWER);
  }

  @Test
  void aWholeConversation() throws Exception {
    JsonNode message =
        answer(
            """
            {"model": "scripted", "max_tokens": 10,
             "system": [{"type": "text", "text": "Be brief.",
                         "cache_control": {"type": "ephemeral"}}],
             "messages": [
               {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
               {"role": "assistant", "content": [
                 {"type": "thinking", "thinking": "Hm.", "signature": ""},
                 {"type": "text", "text": "I look."},
                 {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}}]},
               {"role": "user", "content": [
                 {"type": "tool_result", "tool_use_id": "toolu_1",
                  "content": [{"type": "text", "text": "warm"}]}]}]}
            """);
    assertThat(message.path("content").get(0).path("text").asString())
        .isEqualTo(ScriptedModel.WARM);
    JsonNode usage = message.path("usage");
    int count =
        usage.path("input_tokens").intValue() + usage.path("cache_read_input_tokens").intValue();
    String prompt =
        "<system>Be brief.<user>Weather?<assistant>(Hm.)I look.[<tool_call> weather]<tool>warm";
    assertThat(count).isEqualTo(prompt.length() + 1);
  }

  @Test
  void anAnswerThatComesLastIsGoneOnWith() throws Exception {
    JsonNode message =
        answer(
            """
            {"model": "scripted", "max_tokens": 10, "messages": [
               {"role": "user", "content": "Why?"},
               {"role": "assistant", "content": "The sky"}]}
            """);
    assertThat(message.path("content").get(0).path("text").asString()).isEqualTo(" is blue.");
  }

  @Test
  void reasonsToStop() throws Exception {
    JsonNode stopped = answer(ask(", \"stop_sequences\": [\"never\", \"blue\"]"));
    assertThat(stopped.path("stop_reason").asString()).isEqualTo("stop_sequence");
    assertThat(stopped.path("stop_sequence").asString()).isEqualTo("blue");
    assertThat(stopped.path("content").get(0).path("text").asString()).isEqualTo("The sky is ");
    JsonNode cut = answer(ask("").replace("2000", "2"));
    assertThat(cut.path("stop_reason").asString()).isEqualTo("max_tokens");
    assertThat(cut.path("content").get(0).path("text").asString()).isEqualTo("The sky is blue");
  }

  @Test
  void tokensAreCounted() throws Exception {
    HttpResponse<String> response =
        server.post(
            "/v1/messages/count_tokens",
            "{\"model\": \"scripted\", \"messages\": [{\"role\": \"user\", \"content\":"
                + " \"Why?\"}]}");
    assertThat(json(response.body()))
        .isEqualTo(json("{\"input_tokens\": %d}".formatted("<user>Why?".length() + 2)));
  }

  // ---- streams

  @Test
  void aStreamOfThoughtAndText() throws Exception {
    List<JsonNode> events =
        stream(", \"thinking\": {\"type\": \"enabled\", \"budget_tokens\": 1024}");
    List<JsonNode> told = new ArrayList<>(events);
    JsonNode start = told.removeFirst();
    assertThat(start.path("type").asString()).isEqualTo("message_start");
    assertThat(start.path("message").path("content")).isEqualTo(json("[]"));
    assertThat(start.path("message").path("stop_reason").isNull()).isTrue();
    assertThat(start.path("message").path("usage").path("input_tokens").intValue())
        .isEqualTo("<user>Why?".length() + 1);
    assertThat(told.removeFirst()).isEqualTo(json("{\"type\": \"ping\"}"));
    JsonNode delta = told.get(told.size() - 2);
    assertThat(delta.path("type").asString()).isEqualTo("message_delta");
    assertThat(delta.path("delta"))
        .isEqualTo(json("{\"stop_reason\": \"end_turn\", \"stop_sequence\": null}"));
    assertThat(delta.path("usage").path("output_tokens").intValue()).isEqualTo(6);
    assertThat(told.getLast()).isEqualTo(json("{\"type\": \"message_stop\"}"));
    assertThat(told.subList(0, told.size() - 2))
        .containsExactlyElementsOf(
            ScriptedServer.lines(
                """
                {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
                {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Light"}}
                {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":" scatters."}}
                {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":""}}
                {"type":"content_block_stop","index":0}
                {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}
                {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"The sky"}}
                {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":" is blue"}}
                {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"."}}
                {"type":"content_block_stop","index":1}
                """));
  }

  @Test
  void aStreamOfCalls() throws Exception {
    List<JsonNode> events = stream(TOOLS);
    assertThat(types(events))
        .containsExactly(
            "message_start",
            "ping",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop");
    JsonNode begun = events.get(5).path("content_block");
    assertThat(begun.path("type").asString()).isEqualTo("tool_use");
    assertThat(begun.path("name").asString()).isEqualTo("weather");
    assertThat(begun.path("input")).isEqualTo(json("{}"));
    JsonNode delta = events.get(6).path("delta");
    assertThat(delta.path("type").asString()).isEqualTo("input_json_delta");
    assertThat(delta.path("partial_json").asString()).isEqualTo(ScriptedModel.FIRST_ARGUMENTS);
    assertThat(events.get(8).path("index").intValue()).isEqualTo(2);
    assertThat(events.get(11).path("delta").path("stop_reason").asString()).isEqualTo("tool_use");
  }

  @Test
  void whoHangsUpIsNotAnsweredOn() throws Exception {
    server.hangUpAfter(
        20,
        "/v1/messages",
        ask(", \"stream\": true").replace("Why?", "Sing!").replace("2000", "60000"));
    assertThat(server.isIdleSoon()).isTrue();
    assertThat(server.model().counts().generatedTokens()).isLessThan(60_000);
  }

  // ---- refusals

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "temprature | 1",
        "tool_choice | {\"type\": \"any\"}",
        "tool_choice.type | {\"type\": \"some\"}",
        "thinking.budget_tokens | {\"type\": \"enabled\", \"budget_tokens\": 3000}",
        "thinking.type | {\"type\": \"much\"}",
        "mcp_servers | [{}]",
        "temperature | 1.5",
        "top_k | -1",
        "output_config.effort | {\"effort\": \"low\"}",
        "output_config.format.type | {\"format\": {\"type\": \"json\"}}",
        "output_format | {\"type\": \"json_schema\", \"schema\": {}}",
        "tools[0].input_schema | [{\"name\": \"f\", \"strict\": true, \"input_schema\": {}}]",
        "tools[0].type | [{\"type\": \"bash_20250124\", \"name\": \"bash\"}]",
        "messages[0].content[0].type | [{\"role\": \"user\", \"content\": [{\"type\":"
            + " \"image\"}]}]",
      })
  void isRefusedByName(String field, String value) throws Exception {
    String name = field.replaceAll("[\\[.].*", "");
    String body =
        name.equals("messages")
            ? "{\"model\": \"scripted\", \"max_tokens\": 9, \"messages\": %s}".formatted(value)
            : ask(", \"%s\": %s".formatted(name, value));
    HttpResponse<String> response = server.post("/v1/messages", body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    JsonNode error = json(response.body());
    assertThat(error.path("type").asString()).isEqualTo("error");
    assertThat(error.path("error").path("type").asString()).isEqualTo("invalid_request_error");
    assertThat(error.path("error").path("message").asString()).startsWith(field + ":");
  }

  @Test
  void whatIsRequiredIsNamed() throws Exception {
    assertThat(server.post("/v1/messages", "{\"model\": \"scripted\", \"messages\": []}").body())
        .contains("max_tokens: expected");
    HttpResponse<String> unknown = server.post("/v1/messages", ask("").replace("scripted", "x"));
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(json(unknown.body()).path("error").path("type").asString())
        .isEqualTo("not_found_error");
  }
}
