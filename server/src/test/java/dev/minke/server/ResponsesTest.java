package dev.minke.server;

import static dev.minke.server.ScriptedServer.events;
import static dev.minke.server.ScriptedServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.server.host.ServerSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ResponsesTest {
  private static final String TOOLS =
      """
      , "tools": [{"type": "function", "name": "weather", "description": "tells it", "strict": false,
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}]
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
    return "{\"model\": \"scripted\", \"input\": \"Why?\"%s}".formatted(more);
  }

  private static JsonNode answer(String body) throws Exception {
    HttpResponse<String> response = server.post("/v1/responses", body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return json(response.body());
  }

  private static List<JsonNode> stream(String more) throws Exception {
    HttpResponse<String> response = server.post("/v1/responses", ask(more + ", \"stream\": true"));
    assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream");
    return events(response.body());
  }

  private static String text(JsonNode response) {
    return response.path("output").get(0).path("content").get(0).path("text").asString();
  }

  // ---- whole answers

  @Test
  void aResponse() throws Exception {
    JsonNode response = answer(ask(", \"instructions\": \"Be brief.\", \"max_output_tokens\": 9"));
    assertThat(response.path("id").asString()).startsWith("resp_");
    assertThat(response.path("object").asString()).isEqualTo("response");
    assertThat(response.path("status").asString()).isEqualTo("completed");
    assertThat(response.path("store").booleanValue()).isFalse();
    assertThat(response.path("instructions").asString()).isEqualTo("Be brief.");
    assertThat(response.path("max_output_tokens").intValue()).isEqualTo(9);
    assertThat(response.path("error").isNull()).isTrue();
    assertThat(response.path("output").size()).isEqualTo(1);
    JsonNode item = response.path("output").get(0);
    assertThat(item.path("type").asString()).isEqualTo("message");
    assertThat(item.path("role").asString()).isEqualTo("assistant");
    assertThat(item.path("status").asString()).isEqualTo("completed");
    assertThat(item.path("content").get(0))
        .isEqualTo(
            json(
                """
                {"type": "output_text", "text": "The sky is blue.", "annotations": [],
                 "logprobs": []}
                """));
    JsonNode usage = response.path("usage");
    assertThat(usage.path("output_tokens").intValue()).isEqualTo(ScriptedModel.ANSWER_TOKENS);
    assertThat(usage.path("input_tokens").intValue())
        .isEqualTo("<system>Be brief.<user>Why?".length() + 2);
    assertThat(usage.path("total_tokens").intValue())
        .isEqualTo(usage.path("input_tokens").intValue() + ScriptedModel.ANSWER_TOKENS);
  }

  @Test
  void anAnswerThatIsCutIsIncomplete() throws Exception {
    JsonNode response = answer(ask(", \"max_output_tokens\": 2"));
    assertThat(response.path("status").asString()).isEqualTo("incomplete");
    assertThat(response.path("incomplete_details"))
        .isEqualTo(json("{\"reason\": \"max_output_tokens\"}"));
    assertThat(text(response)).isEqualTo("The sky is blue");
  }

  @Test
  void aThoughtIsAnItem() throws Exception {
    JsonNode response =
        answer(ask(", \"reasoning\": {\"effort\": \"high\", \"summary\": \"auto\"}"));
    assertThat(response.path("output").size()).isEqualTo(2);
    JsonNode thought = response.path("output").get(0);
    assertThat(thought.path("type").asString()).isEqualTo("reasoning");
    assertThat(thought.path("summary")).isEqualTo(json("[]"));
    assertThat(thought.path("content"))
        .isEqualTo(json("[{\"type\": \"reasoning_text\", \"text\": \"Light scatters.\"}]"));
    assertThat(response.path("usage").path("output_tokens_details").path("reasoning_tokens"))
        // The mark behind it is one of its tokens.
        .isEqualTo(json("3"));
    assertThat(response.path("reasoning").path("effort").asString()).isEqualTo("high");
  }

  @Test
  void callsAreItems() throws Exception {
    JsonNode output = answer(ask(TOOLS)).path("output");
    assertThat(output.size()).isEqualTo(3);
    assertThat(output.get(0).path("content").get(0).path("text").asString())
        .isEqualTo(ScriptedModel.LOOK);
    JsonNode call = output.get(2);
    assertThat(call.path("type").asString()).isEqualTo("function_call");
    assertThat(call.path("name").asString()).isEqualTo("weather");
    assertThat(call.path("arguments").asString()).isEqualTo(ScriptedModel.SECOND_ARGUMENTS);
    assertThat(call.path("call_id").asString())
        .isNotEmpty()
        .isNotEqualTo(output.get(1).path("call_id").asString());
    assertThat(answer(ask(TOOLS + ", \"parallel_tool_calls\": false")).path("output").size())
        .isEqualTo(2);
    assertThat(text(answer(ask(TOOLS + ", \"tool_choice\": \"none\""))))
        .isEqualTo(ScriptedModel.ANSWER);
  }

  @Test
  void itemsOfOneAnswerAreOneMessage() throws Exception {
    JsonNode response =
        answer(
            """
            {"model": "scripted", "store": false, "include": ["reasoning.encrypted_content"],
             "input": [
              {"role": "developer", "content": "Be brief."},
              {"type": "message", "role": "user",
               "content": [{"type": "input_text", "text": "Weather?"}]},
              {"type": "reasoning", "id": "rs_1", "summary": [],
               "content": [{"type": "reasoning_text", "text": "Hm."}]},
              {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
               "content": [{"type": "output_text", "text": "I look.", "annotations": []}]},
              {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "weather",
               "arguments": "{}", "status": "completed"},
              {"type": "function_call_output", "call_id": "call_1", "output": "warm"}]}
            """);
    assertThat(text(response)).isEqualTo(ScriptedModel.WARM);
    String prompt =
        "<system>Be brief.<user>Weather?<assistant>(Hm.)I look.[<tool_call> weather]<tool>warm";
    assertThat(response.path("usage").path("input_tokens").intValue())
        .isEqualTo(prompt.length() + 1);
  }

  // ---- streams

  @Test
  void aStreamOfThoughtAndText() throws Exception {
    List<JsonNode> events = stream(", \"reasoning\": {\"effort\": \"low\"}");
    for (int i = 0; i < events.size(); i++) {
      assertThat(events.get(i).path("sequence_number").intValue()).isEqualTo(i);
    }
    assertThat(events.stream().map(event -> event.path("type").asString().substring(9)).toList())
        .containsExactly(
            "created",
            "in_progress",
            "output_item.added",
            "content_part.added",
            "reasoning_text.delta",
            "reasoning_text.delta",
            "reasoning_text.done",
            "content_part.done",
            "output_item.done",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.delta",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "completed");
    assertThat(events.getFirst().path("response").path("status").asString())
        .isEqualTo("in_progress");
    JsonNode added = events.get(9).path("item");
    JsonNode delta = events.get(12);
    assertThat(delta.path("item_id")).isEqualTo(added.path("id"));
    assertThat(delta.path("output_index").intValue()).isEqualTo(1);
    assertThat(delta.path("content_index").intValue()).isZero();
    assertThat(delta.path("delta").asString()).isEqualTo(" is blue");
    assertThat(events.get(14).path("text").asString()).isEqualTo(ScriptedModel.ANSWER);
    JsonNode response = events.getLast().path("response");
    assertThat(response.path("output").get(0)).isEqualTo(events.get(8).path("item"));
    assertThat(response.path("output").get(1)).isEqualTo(events.get(16).path("item"));
    JsonNode whole = answer(ask(", \"reasoning\": {\"effort\": \"low\"}"));
    assertThat(withoutNames(response)).isEqualTo(withoutNames(whole));
  }

  /// A response without what differs from one to the next.
  private static ObjectNode withoutNames(JsonNode response) {
    ObjectNode copy = (ObjectNode) response.deepCopy();
    copy.remove(List.of("id", "created_at"));
    ((ObjectNode) copy.path("usage")).remove("input_tokens_details");
    copy.path("output").forEach(item -> ((ObjectNode) item).remove(List.of("id", "call_id")));
    return copy;
  }

  @Test
  void aStreamOfCalls() throws Exception {
    List<JsonNode> events = stream(TOOLS);
    List<JsonNode> calls =
        events.stream()
            .filter(event -> event.path("type").asString().contains("function_call_arguments"))
            .toList();
    assertThat(calls).hasSize(4);
    assertThat(calls.get(0).path("delta").asString()).isEqualTo(ScriptedModel.FIRST_ARGUMENTS);
    assertThat(calls.get(3).path("arguments").asString()).isEqualTo(ScriptedModel.SECOND_ARGUMENTS);
    assertThat(calls.get(3).path("output_index").intValue()).isEqualTo(2);
    assertThat(withoutNames(events.getLast().path("response")))
        .isEqualTo(withoutNames(answer(ask(TOOLS))));
  }

  @Test
  void whoHangsUpIsNotAnsweredOn() throws Exception {
    server.hangUpAfter(
        20,
        "/v1/responses",
        ask(", \"stream\": true, \"max_output_tokens\": 60000").replace("Why?", "Sing!"));
    assertThat(server.isIdleSoon()).isTrue();
    assertThat(server.model().counts().generatedTokens()).isLessThan(60_000);
  }

  // ---- refusals

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "temprature | 1",
        "store | true",
        "previous_response_id | \"resp_1\"",
        "conversation | \"conv_1\"",
        "background | true",
        "truncation | \"some\"",
        "include | [\"message.output_text.logprobs\"]",
        "tool_choice | \"required\"",
        "tool_choice | \"any\"",
        "tool_choice.type | {\"type\": \"file_search\"}",
        "text.format.type | {\"format\": {\"type\": \"xml\"}}",
        "text.format.schema | {\"format\": {\"type\": \"json_schema\"}}",
        "reasoning.effort | {\"effort\": \"much\"}",
        "tools[0].strict | [{\"type\": \"function\", \"name\": \"f\", \"strict\": 1}]",
        "tools[0].parameters | [{\"type\": \"function\", \"name\": \"f\", \"strict\": true,"
            + " \"parameters\": {}}]",
        "tools[0].type | [{\"type\": \"web_search\"}]",
      })
  void isRefusedByName(String field, String value) throws Exception {
    String name = field.replaceAll("[\\[.].*", "");
    HttpResponse<String> response =
        server.post("/v1/responses", ask(", \"%s\": %s".formatted(name, value)));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    JsonNode error = json(response.body()).path("error");
    assertThat(error.path("param").asString()).isEqualTo(field);
    assertThat(error.path("message").asString()).startsWith(field + ":");
  }

  @Test
  void inputIsRequired() throws Exception {
    assertThat(server.post("/v1/responses", "{\"model\": \"scripted\"}").body())
        .contains("input: expected");
    HttpResponse<String> image =
        server.post(
            "/v1/responses",
            """
            {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]}
            """);
    assertThat(json(image.body()).path("error").path("param").asString())
        .isEqualTo("input[0].content[0].type");
  }
}
