package dev.minke.server;

import static dev.minke.server.Asking.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.OpenOptions;
import dev.minke.server.host.ServerSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What is too long is refused, or its middle is dropped, as the request says. Whether the
/// beginning stays is seen from how many tokens are read: half of what may go makes room for the
/// answer.
class FullContextTest {
  private static final int CONTEXT = 300;
  private static final String LONG = "so ".repeat(200) + "Why?";

  /// A token a letter; what is said begins as the text does that is compared with it, not at all.
  private static final int SYSTEM = "<system>Be brief.<user>".length();

  @TempDir private static Path temporary;

  private static ScriptedServer server;

  @BeforeAll
  static void start() throws IOException {
    server =
        new ScriptedServer(
            temporary, ServerSettings.DEFAULT, OpenOptions.DEFAULT.withContext(CONTEXT));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpResponse<String> respond(String more) throws Exception {
    return server.post(
        "/v1/responses",
        "{\"model\": \"scripted\", \"instructions\": \"Be brief.\", \"input\": \"%s\"%s}"
            .formatted(LONG, more));
  }

  private static HttpResponse<String> chat(String more) throws Exception {
    return server.post(
        "/api/chat",
        """
        {"model": "scripted", "stream": false, "messages": [
          {"role": "system", "content": "Be brief."}, {"role": "user", "content": "%s"}]%s}
        """
            .formatted(LONG, more));
  }

  private static int read(int kept) {
    return CONTEXT - (CONTEXT - kept) / 2;
  }

  @Test
  void responsesDropTheMiddleWhereAsked() throws Exception {
    JsonNode response = json(respond(", \"truncation\": \"auto\""));
    assertThat(response.path("status").asString()).isEqualTo("completed");
    assertThat(response.path("truncation").asString()).isEqualTo("auto");
    assertThat(response.path("output").get(0).path("content").get(0).path("text").asString())
        .isEqualTo(ScriptedModel.ANSWER);
    assertThat(response.path("usage").path("input_tokens").intValue()).isEqualTo(read(SYSTEM));
  }

  @Test
  void responsesRefuseOtherwise() throws Exception {
    for (String more : new String[] {"", ", \"truncation\": \"disabled\""}) {
      HttpResponse<String> refused = respond(more);
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.body()).contains("299");
    }
    JsonNode response =
        json(server.post("/v1/responses", "{\"model\": \"scripted\", \"input\": \"Why?\"}"));
    assertThat(response.path("truncation").asString()).isEqualTo("disabled");
  }

  @Test
  void chatsOfOllamaDropTheMiddleUnlessToldOtherwise() throws Exception {
    for (String more : new String[] {"", ", \"truncate\": true, \"shift\": true"}) {
      JsonNode answer = json(chat(more));
      assertThat(answer.path("message").path("content").asString()).isEqualTo(ScriptedModel.ANSWER);
      assertThat(answer.path("prompt_eval_count").intValue()).isEqualTo(read(SYSTEM));
    }
    JsonNode more = json(chat(", \"options\": {\"num_keep\": 101}"));
    assertThat(more.path("prompt_eval_count").intValue()).isEqualTo(read(101));
    HttpResponse<String> refused = chat(", \"truncate\": false");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("299");
  }

  @Test
  void anAnswerGoesOnWhenTheContextIsFull() throws Exception {
    String sing =
        """
        {"model": "scripted", "stream": false, "messages": [{"role": "user", "content": "Sing!"}],
         "options": {"num_predict": 500}%s}
        """;
    JsonNode on = json(server.post("/api/chat", sing.formatted("")));
    assertThat(on.path("eval_count").intValue()).isEqualTo(500);
    assertThat(on.path("message").path("content").asString().strip())
        .isEqualTo("la ".repeat(500).strip());
    JsonNode ended = json(server.post("/api/chat", sing.formatted(", \"truncate\": false")));
    assertThat(ended.path("eval_count").intValue()).isLessThan(CONTEXT);
    assertThat(ended.path("done_reason").asString()).isEqualTo("length");
  }
}
