package dev.minke.server;

import static dev.minke.server.ScriptedModel.FIRST_ARGUMENTS;
import static dev.minke.server.ScriptedModel.LOOK;
import static dev.minke.server.ScriptedModel.SECOND_ARGUMENTS;
import static dev.minke.server.ScriptedServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.server.host.ServerSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// Answers that are held to calls of tools, to their schemas, to a schema: in each protocol the
/// same. Left to itself, the model says that it looks, and calls `weather` for Paris and Rome.
class HeldAnswersTest {
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

  /// What an answer says and calls, whatever the protocol.
  private record Said(String text, List<String> calls) {}

  private static final String CITY =
      """
      {"type": "object", "required": ["city"], "properties": {"city": {"enum": [%s]}}}\
      """;

  private enum Protocol {
    CHAT("/v1/chat/completions") {
      @Override
      String tool(String name, String schema, boolean strict) {
        return """
        {"type": "function", "function": {"name": "%s", "strict": %s, "parameters": %s}}\
        """
            .formatted(name, strict, schema);
      }

      @Override
      String named(String name) {
        return """
        {"type": "function", "function": {"name": "%s"}}\
        """
            .formatted(name);
      }

      @Override
      String format(String schema) {
        return """
        , "response_format": {"type": "json_schema", "json_schema": {"schema": %s}}\
        """
            .formatted(schema);
      }

      @Override
      Said read(JsonNode body) {
        JsonNode message = body.path("choices").get(0).path("message");
        List<String> calls = new ArrayList<>();
        for (JsonNode call : message.path("tool_calls")) {
          calls.add(
              call.path("function").path("name").asString()
                  + call.path("function").path("arguments").asString());
        }
        return new Said(message.path("content").asString(""), calls);
      }
    },
    RESPONSES("/v1/responses") {
      @Override
      String ask(String more) {
        return """
        {"model": "scripted", "input": "Why?", "temperature": 0, "max_output_tokens": 400%s}\
        """
            .formatted(more);
      }

      @Override
      String tool(String name, String schema, boolean strict) {
        return """
        {"type": "function", "name": "%s", "strict": %s, "parameters": %s}\
        """
            .formatted(name, strict, schema);
      }

      @Override
      String named(String name) {
        return """
        {"type": "function", "name": "%s"}\
        """
            .formatted(name);
      }

      @Override
      String format(String schema) {
        return """
        , "text": {"format": {"type": "json_schema", "name": "a", "strict": true, "schema": %s}}\
        """
            .formatted(schema);
      }

      @Override
      Said read(JsonNode body) {
        String text = "";
        List<String> calls = new ArrayList<>();
        for (JsonNode item : body.path("output")) {
          text += item.path("content").path(0).path("text").asString("");
          if (item.path("type").asString().equals("function_call")) {
            calls.add(item.path("name").asString() + item.path("arguments").asString());
          }
        }
        return new Said(text, calls);
      }
    },
    MESSAGES("/v1/messages") {
      @Override
      String tool(String name, String schema, boolean strict) {
        return """
        {"name": "%s", "strict": %s, "input_schema": %s}\
        """
            .formatted(name, strict, schema);
      }

      @Override
      String required() {
        return "{\"type\": \"any\"}";
      }

      @Override
      String named(String name) {
        return """
        {"type": "tool", "name": "%s", "disable_parallel_tool_use": true}\
        """
            .formatted(name);
      }

      @Override
      String single() {
        return """
        , "tool_choice": {"type": "any", "disable_parallel_tool_use": true}\
        """;
      }

      @Override
      String format(String schema) {
        return """
        , "output_config": {"format": {"type": "json_schema", "schema": %s}}\
        """
            .formatted(schema);
      }

      @Override
      Said read(JsonNode body) {
        String text = "";
        List<String> calls = new ArrayList<>();
        for (JsonNode block : body.path("content")) {
          text += block.path("text").asString("");
          if (block.path("type").asString().equals("tool_use")) {
            calls.add(block.path("name").asString() + block.path("input"));
          }
        }
        return new Said(text, calls);
      }
    };

    private final String path;

    Protocol(String path) {
      this.path = path;
    }

    String ask(String more) {
      return """
      {"model": "scripted", "messages": [{"role": "user", "content": "Why?"}], "temperature": 0,
       "max_tokens": 400%s}\
      """
          .formatted(more);
    }

    abstract String tool(String name, String schema, boolean strict);

    String required() {
      return "\"required\"";
    }

    abstract String named(String name);

    /// One call of any tool.
    String single() {
      return ", \"tool_choice\": \"required\", \"parallel_tool_calls\": false";
    }

    abstract String format(String schema);

    abstract Said read(JsonNode body);

    String tools(boolean strict, String... cities) {
      return ", \"tools\": [%s, %s]"
          .formatted(
              tool("weather", CITY.formatted("\"" + String.join("\", \"", cities) + "\""), strict),
              tool("clock", "{\"type\": \"object\", \"properties\": {}}", true));
    }

    /// What is said; arguments without blanks.
    Said answer(String more) throws IOException, InterruptedException {
      HttpResponse<String> response = server.post(path, ask(more));
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      Said said = read(json(response.body()));
      return new Said(
          said.text, said.calls.stream().map(call -> call.replaceAll("\\s", "")).toList());
    }

    String refusal(String more) throws IOException, InterruptedException {
      HttpResponse<String> response = server.post(path, ask(more));
      assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
      return json(response.body()).path("error").path("message").asString();
    }
  }

  private static final String PARIS = "weather" + FIRST_ARGUMENTS.replace(" ", "");
  private static final String ROME = "weather" + SECOND_ARGUMENTS.replace(" ", "");

  private static String choice(String value) {
    return ", \"tool_choice\": " + value;
  }

  @ParameterizedTest
  @EnumSource
  void whatHasToBeCalledIsCalledAndNothingElseIsSaid(Protocol protocol) throws Exception {
    String tools = protocol.tools(true, "Paris", "Rome");
    assertThat(protocol.answer(tools)).isEqualTo(new Said(LOOK, List.of(PARIS, ROME)));
    assertThat(protocol.answer(tools + choice(protocol.required())))
        .isEqualTo(new Said("", List.of(PARIS, ROME)));
  }

  @ParameterizedTest
  @EnumSource
  void oneCallIsOne(Protocol protocol) throws Exception {
    assertThat(protocol.answer(protocol.tools(false, "Paris", "Rome") + protocol.single()))
        .isEqualTo(new Said("", List.of(PARIS)));
  }

  @ParameterizedTest
  @EnumSource
  void theNamedToolIsCalledOnce(Protocol protocol) throws Exception {
    String tools = protocol.tools(false, "Paris");
    assertThat(protocol.answer(tools + choice(protocol.named("clock"))))
        .isEqualTo(new Said("", List.of("clock{}")));
    assertThat(protocol.answer(tools + choice(protocol.named("weather"))))
        .isEqualTo(new Said("", List.of(PARIS)));
  }

  @ParameterizedTest
  @EnumSource
  void strictArgumentsFollowTheirSchema(Protocol protocol) throws Exception {
    String required = choice(protocol.required());
    assertThat(protocol.answer(protocol.tools(false, "Rome") + required).calls())
        .containsExactly(PARIS, ROME);
    // Neither that it looks nor Paris may be said, so what it has in mind third comes.
    assertThat(protocol.answer(protocol.tools(true, "Rome") + required).calls())
        .containsExactly("clock{}");
    Said free = protocol.answer(protocol.tools(true, "Rome"));
    assertThat(free.text()).startsWith(LOOK);
    assertThat(free.calls()).doesNotContain(PARIS);
  }

  @ParameterizedTest
  @EnumSource
  void aSchemaIsHeldAndToolsMayBeCalledBesideIt(Protocol protocol) throws Exception {
    String schema =
        """
        {"type": "object", "required": ["yes"], "properties": {"yes": {"const": true}}}\
        """;
    Said said = protocol.answer(protocol.format(schema));
    assertThat(json(said.text())).isEqualTo(json("{\"yes\": true}"));
    assertThat(protocol.answer(protocol.format(schema) + protocol.tools(false, "Paris", "Rome")))
        .isEqualTo(new Said("", List.of(PARIS, ROME)));
  }

  @ParameterizedTest
  @EnumSource
  void whatCannotBeCalledIsRefused(Protocol protocol) throws Exception {
    assertThat(protocol.refusal(choice(protocol.required())))
        .isEqualTo("tool_choice: expected \"tools\" beside it, found none");
    assertThat(protocol.refusal(protocol.tools(false, "Paris") + choice(protocol.named("moon"))))
        .isEqualTo("tool_choice: expected one of the tools, weather, clock, found \"moon\"");
    String odd = "{\"type\": \"object\", \"properties\": {\"a\": {\"contains\": {}}}}";
    assertThat(protocol.refusal(", \"tools\": [" + protocol.tool("f", odd, true) + "]"))
        .startsWith("tool f: schema, #/properties/a: contains");
    assertThat(protocol.answer(", \"tools\": [" + protocol.tool("f", odd, false) + "]").text())
        .startsWith(LOOK);
  }

  @Test
  void someToolsAreAllowedOfThoseThatAreOffered() throws Exception {
    String chat =
        """
        {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools":
          [{"type": "function", "function": {"name": "clock"}}]}}\
        """;
    Said said = Protocol.CHAT.answer(Protocol.CHAT.tools(false, "Paris") + choice(chat));
    assertThat(said.text()).isEmpty();
    assertThat(said.calls()).containsExactly("clock{}");
    String responses =
        """
        {"type": "allowed_tools", "mode": "auto", "tools":
          [{"type": "function", "name": "weather"}]}\
        """;
    assertThat(
            Protocol.RESPONSES.answer(
                Protocol.RESPONSES.tools(false, "Paris", "Rome") + choice(responses)))
        .isEqualTo(new Said(LOOK, List.of(PARIS, ROME)));
  }

  @Test
  void responsesRepeatWhatWasAsked() throws Exception {
    String format = "{\"type\":\"json_schema\",\"name\":\"a\",\"schema\":{\"const\":1}}";
    JsonNode response =
        json(
            server
                .post(
                    "/v1/responses",
                    Protocol.RESPONSES.ask(
                        ", \"text\": {\"format\": %s}, \"tool_choice\": \"none\""
                            .formatted(format)))
                .body());
    assertThat(response.path("text").path("format")).isEqualTo(json(format));
    assertThat(response.path("tool_choice").asString()).isEqualTo("none");
    assertThat(Protocol.RESPONSES.read(response).text()).isEqualTo("1");
  }

  // ---- Ollama

  private static JsonNode ollama(String path, String more) throws Exception {
    HttpResponse<String> response =
        server.post(
            path,
            """
            {"model": "scripted", "stream": false, "options": {"temperature": 0, "num_predict": 99},
             %s}\
            """
                .formatted(more));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return json(response.body());
  }

  @Test
  void ollamaHasFormats() throws Exception {
    String messages = "\"messages\": [{\"role\": \"user\", \"content\": \"Why?\"}]";
    String schema = ", \"format\": {\"type\": \"array\", \"maxItems\": 0}";
    String text = ollama("/api/chat", messages + schema).path("message").path("content").asString();
    assertThat(json(text)).isEqualTo(json("[]"));
    String generated =
        ollama("/api/generate", "\"prompt\": \"Why?\"" + schema).path("response").asString();
    assertThat(json(generated)).isEqualTo(json("[]"));
    assertThat(
            ollama("/api/generate", "\"prompt\": \"Why?\", \"raw\": true" + schema)
                .path("response")
                .asString())
        .startsWith("[");
    assertThat(
            ollama("/api/chat", messages + ", \"format\": \"json\"")
                .path("message")
                .path("content")
                .asString())
        .startsWith("{");
    assertThat(
            ollama("/api/chat", messages + ", \"format\": \"\"")
                .path("message")
                .path("content")
                .asString())
        .isEqualTo(ScriptedModel.ANSWER);
    HttpResponse<String> refused =
        server.post(
            "/api/chat",
            "{\"model\": \"scripted\", %s, \"format\": {\"contains\": 1}}".formatted(messages));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(json(refused.body()).path("error").asString()).startsWith("schema, #: contains");
  }
}
