package dev.minke.server;

import static dev.minke.server.ScriptedServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Signs of life while an answer is long in coming, and answers whose time is over, in each
/// protocol.
class PatienceTest {
  private static final String MESSAGES =
      """
      {"model": "scripted", "max_tokens": 60000, "messages": [{"role": "user", "content": "%s"}],
       "stream": %s}
      """;
  private static final String CHAT =
      """
      {"model": "scripted", "messages": [{"role": "user", "content": "%s"}], "stream": %s}
      """;
  private static final String RESPONSES =
      """
      {"model": "scripted", "input": "%s", "stream": %s}
      """;

  @TempDir private Path temporary;

  private static String body(ScriptedServer server, String path, String request, Object... words)
      throws Exception {
    return server.post(path, request.formatted(words)).body();
  }

  @Test
  void signsOfLifeHarmNobody() throws Exception {
    // Shorter than any token takes.
    ServerSettings settings = ServerSettings.DEFAULT.withKeepAlive(Duration.ofNanos(100_000));
    try (ScriptedServer server = new ScriptedServer(temporary, settings)) {
      String message = body(server, "/v1/messages", MESSAGES, "Why?", false);
      String chat = body(server, "/api/chat", CHAT, "Why?", false);
      String response = body(server, "/v1/responses", RESPONSES, "Why?", false);
      for (String whole : List.of(message, chat, response)) {
        assertThat(whole).startsWith("\n");
        assertThat(json(whole).toString()).contains(ScriptedModel.ANSWER);
      }
      List<JsonNode> events =
          ScriptedServer.events(body(server, "/v1/messages", MESSAGES, "Why?", true));
      assertThat(events.stream().filter(event -> event.path("type").asString().equals("ping")))
          .hasSizeGreaterThan(1);
      List<JsonNode> lines = ScriptedServer.lines(body(server, "/api/chat", CHAT, "Why?", true));
      assertThat(
              lines.stream()
                  .filter(line -> line.path("message").path("content").asString().isEmpty()))
          .hasSizeGreaterThan(1)
          .allSatisfy(line -> assertThat(line.has("error")).isFalse());
      String stream = body(server, "/v1/responses", RESPONSES, "Why?", true);
      assertThat(stream).contains("\n\n: keep-alive\n\n");
      assertThat(ScriptedServer.events(stream).getLast().path("type").asString())
          .isEqualTo("response.completed");
    }
  }

  @Test
  void whoseTimeIsOver() throws Exception {
    ServerSettings.Limits limits = ServerSettings.Limits.DEFAULT;
    ServerSettings settings =
        ServerSettings.DEFAULT.withLimits(
            new ServerSettings.Limits(
                limits.headerBytes(), limits.arrival(), limits.taking(), Duration.ofMillis(200)));
    try (ScriptedServer server = new ScriptedServer(temporary, settings)) {
      JsonNode message = json(body(server, "/v1/messages", MESSAGES, "Sing!", false));
      assertThat(message.path("stop_reason").asString()).isEqualTo("pause_turn");
      JsonNode chat = json(body(server, "/api/chat", CHAT, "Sing!", false));
      assertThat(chat.path("done_reason").asString()).isEqualTo("deadline");
      JsonNode response = json(body(server, "/v1/responses", RESPONSES, "Sing!", false));
      assertThat(response.path("status").asString()).isEqualTo("incomplete");
      assertThat(response.path("incomplete_details").path("reason").asString())
          .isEqualTo("deadline");
      List<JsonNode> events =
          ScriptedServer.events(body(server, "/v1/responses", RESPONSES, "Sing!", true));
      assertThat(events.getLast().path("type").asString()).isEqualTo("response.incomplete");
    }
  }
}
