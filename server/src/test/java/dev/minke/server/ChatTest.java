package dev.minke.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.Chat;
import dev.minke.Minke;
import dev.minke.Options;
import dev.minke.Reply;
import dev.minke.server.host.ModelHost;
import dev.minke.server.host.ServerSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ChatTest {
  @TempDir private static Path temporary;

  private static Minke model;
  private static ModelHost host;
  private static MinkeServer server;
  private static HttpClient client;

  @BeforeAll
  static void start() throws IOException {
    Path files = TinyModel.copy(temporary.resolve("model"));
    model = Minke.open(files);
    host = new ModelHost(Map.of("tiny", () -> Minke.open(files)), 1, Duration.ZERO);
    server = MinkeServer.start(ServerSettings.DEFAULT.withPort(0), host);
    client = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      client.close();
      server.close();
      host.close();
      model.close();
    }
  }

  private static HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }

  private static final String HELLO =
      """
      {"model": "tiny", "messages": [{"role": "user", "content": "Hello"}], "temperature": 0,
       "max_tokens": 12%s}
      """;

  private static Reply expected() {
    return model.answer(Chat.of("Hello").withOptions(Options.GREEDY.withMaxTokens(12)));
  }

  @Test
  void aWholeAnswer() throws Exception {
    HttpResponse<String> response = post("/v1/chat/completions", HELLO.formatted(""));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    JsonNode body = json(response.body());
    JsonNode choice = body.path("choices").get(0);
    assertThat(choice.path("message").path("content").asString()).isEqualTo(expected().text());
    assertThat(choice.path("finish_reason").asString()).isEqualTo("length");
    assertThat(body.path("usage").path("completion_tokens").intValue()).isEqualTo(12);
    assertThat(body.path("object").asString()).isEqualTo("chat.completion");
  }

  @Test
  void aStreamSaysTheSame() throws Exception {
    HttpResponse<String> response =
        post(
            "/chat/completions",
            HELLO.formatted(", \"stream\": true, \"stream_options\": {\"include_usage\": true}"));
    List<String> lines = response.body().lines().filter(line -> !line.isEmpty()).toList();
    assertThat(lines).allMatch(line -> line.startsWith("data: "));
    assertThat(lines.getLast()).isEqualTo("data: [DONE]");
    StringBuilder text = new StringBuilder();
    for (String line : lines.subList(0, lines.size() - 2)) {
      JsonNode delta = json(line.substring(6)).path("choices").get(0).path("delta");
      text.append(delta.path("content").asString(""));
    }
    assertThat(text.toString()).isEqualTo(expected().text());
    JsonNode usage = json(lines.get(lines.size() - 2).substring(6)).path("usage");
    assertThat(usage.path("completion_tokens").intValue()).isEqualTo(12);
  }

  @Test
  void anAnswerHasTheFormThatWasAskedFor() throws Exception {
    String schema =
        """
        , "seed": 3, "max_completion_tokens": 200, "response_format": {"type": "json_schema", "json_schema": {
          "name": "answer", "strict": true, "schema": {"type": "object", "required": ["yes"],
          "additionalProperties": false, "properties": {"yes": {"type": "boolean"}}}}}
        """;
    JsonNode choice =
        json(post("/v1/chat/completions", HELLO.formatted(schema)).body()).path("choices").get(0);
    JsonNode answer = json(choice.path("message").path("content").asString());
    assertThat(answer.path("yes").isBoolean()).isTrue();
    assertThat(choice.path("finish_reason").asString()).isEqualTo("stop");
    String refused =
        ", \"response_format\": {\"type\": \"json_schema\", \"json_schema\": {\"schema\":"
            + " {\"type\": \"string\", \"contentEncoding\": \"base64\"}}}";
    HttpResponse<String> response = post("/v1/chat/completions", HELLO.formatted(refused));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("contentEncoding");
  }

  @Test
  void embeddings() throws Exception {
    JsonNode body =
        json(
            post("/v1/embeddings", "{\"model\": \"tiny\", \"input\": [\"The whale\", \"x\"]}")
                .body());
    float[] expected = model.embed("The whale");
    JsonNode first = body.path("data").get(0).path("embedding");
    assertThat(first.size()).isEqualTo(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(first.get(i).floatValue()).isEqualTo(expected[i]);
    }
    JsonNode packed =
        json(
            post("/embeddings", "{\"input\": \"The whale\", \"encoding_format\": \"base64\"}")
                .body());
    byte[] bytes =
        Base64.getDecoder().decode(packed.path("data").get(0).path("embedding").asString());
    float[] numbers = new float[expected.length];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
    assertThat(numbers).isEqualTo(expected);
    assertThat(post("/v1/embeddings", "{\"input\": \"\"}").statusCode()).isEqualTo(400);
  }

  @Test
  void whatNobodyKnowsIsRefusedByName() throws Exception {
    HttpResponse<String> response =
        post("/v1/chat/completions", HELLO.formatted(", \"temprature\": 1"));
    assertThat(response.statusCode()).isEqualTo(400);
    JsonNode error = json(response.body()).path("error");
    assertThat(error.path("param").asString()).isEqualTo("temprature");
    assertThat(error.path("message").asString()).contains("does not know this field");
  }

  @Test
  void anAddressThatIsTakenIsRefusedInWords() {
    ServerSettings taken = ServerSettings.DEFAULT.withPort(server.port());
    assertThatThrownBy(() -> MinkeServer.start(taken, host))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("port %d: expected one".formatted(server.port()));
  }

  @Test
  void thePageLoadsNothingFromElsewhere() throws Exception {
    HttpResponse<String> page =
        client.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/")).build(),
            BodyHandlers.ofString());
    assertThat(page.body()).contains("<title>Minke</title>").doesNotContain("//");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .startsWith("default-src 'none'");
  }

  @Test
  void garbageIsRefused() throws Exception {
    assertThat(post("/v1/chat/completions", "{").statusCode()).isEqualTo(400);
    assertThat(post("/v1/chat/completions", "[]").statusCode()).isEqualTo(400);
    assertThat(post("/v1/chat/completions", "{}").body()).contains("messages");
    assertThat(post("/v1/nothing", "{}").statusCode()).isEqualTo(404);
  }
}
