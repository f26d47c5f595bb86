package dev.minke.server;

import static dev.minke.server.ScriptedServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.server.host.ServerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
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

  /// An answer with signs of life; one may come too soon for any.
  private static String withSigns(
      ScriptedServer server, String path, String request, boolean streams, Predicate<String> has)
      throws Exception {
    for (int attempt = 0; attempt < 500; attempt++) {
      String found = body(server, path, request, "Why?", streams);
      if (has.test(found)) {
        return found;
      }
    }
    throw new AssertionError(path + ": no sign of life in any answer");
  }

  @Test
  void signsOfLifeHarmNobody() throws Exception {
    // Shorter than most tokens take.
    ServerSettings settings = ServerSettings.DEFAULT.withKeepAlive(Duration.ofNanos(1000));
    try (ScriptedServer server = new ScriptedServer(temporary, settings)) {
      Predicate<String> emptyLine = text -> text.startsWith("\n");
      for (String whole :
          List.of(
              withSigns(server, "/v1/messages", MESSAGES, false, emptyLine),
              withSigns(server, "/api/chat", CHAT, false, emptyLine),
              withSigns(server, "/v1/responses", RESPONSES, false, emptyLine))) {
        assertThat(json(whole).toString()).contains(ScriptedModel.ANSWER);
      }
      String messages =
          withSigns(server, "/v1/messages", MESSAGES, true, text -> count(text, "\"ping\"") > 1);
      assertThat(ScriptedServer.events(messages).getLast().path("type").asString())
          .isEqualTo("message_stop");
      Predicate<String> emptyContent = text -> count(text, "\"content\":\"\"") > 1;
      String chat = withSigns(server, "/api/chat", CHAT, true, emptyContent);
      assertThat(ScriptedServer.lines(chat))
          .allSatisfy(line -> assertThat(line.has("error")).isFalse());
      Predicate<String> comment = text -> text.contains("\n\n: keep-alive\n\n");
      String response = withSigns(server, "/v1/responses", RESPONSES, true, comment);
      assertThat(ScriptedServer.events(response).getLast().path("type").asString())
          .isEqualTo("response.completed");
    }
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
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
