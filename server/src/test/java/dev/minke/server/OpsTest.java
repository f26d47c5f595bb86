package dev.minke.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.Minke;
import dev.minke.OpenOptions;
import dev.minke.server.host.Models;
import dev.minke.server.host.ServerSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class OpsTest {
  @TempDir private static Path temporary;

  private static Minke model;
  private static MinkeServer server;
  private static Asking client;

  @BeforeAll
  static void start() throws IOException {
    model =
        Minke.open(TinyModel.copy(temporary.resolve("model")), OpenOptions.DEFAULT.withDrafts(2));
    server = MinkeServer.start(ServerSettings.DEFAULT.withPort(0), new OneModel("tiny", model));
    client = new Asking(server);
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      client.close();
      server.close();
      model.close();
    }
  }

  private static double metric(String line) throws Exception {
    HttpResponse<String> response = client.get("/metrics");
    assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("text/plain");
    return response
        .body()
        .lines()
        .filter(one -> one.startsWith(line + " "))
        .mapToDouble(one -> Double.parseDouble(one.substring(line.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + line + " in " + response.body()));
  }

  // ---- tokens

  @Test
  void tokensAndBack() throws Exception {
    String text = "Hello, wörld 你好";
    String body = JsonMapper.shared().createObjectNode().put("content", text).toString();
    JsonNode tokens = Asking.json(client.post("/tokenize", body)).path("tokens");
    assertThat(tokens.values().stream().mapToInt(JsonNode::intValue).toArray())
        .isEqualTo(model.tokenizer().encode(text));
    JsonNode back =
        Asking.json(client.post("/detokenize", "{\"tokens\": " + tokens + "}")).path("content");
    assertThat(back.asString()).isEqualTo(text);
  }

  @Test
  void piecesAreTextsOrBytes() throws Exception {
    String text = "a你";
    JsonNode tokens =
        Asking.json(
                client.post("/tokenize", "{\"content\": \"" + text + "\", \"with_pieces\": true}"))
            .path("tokens");
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    boolean part = false;
    for (JsonNode token : tokens.values()) {
      JsonNode piece = token.path("piece");
      if (piece.isArray()) {
        part = true;
        piece.values().forEach(one -> bytes.write(one.intValue()));
      } else {
        bytes.writeBytes(piece.asString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
    }
    assertThat(bytes.toString(java.nio.charset.StandardCharsets.UTF_8)).isEqualTo(text);
    assertThat(part).as("this vocabulary has no token for 你").isTrue();
  }

  @Test
  void specialTokensAsAsked() throws Exception {
    int begin = model.tokenizer().beginOfText().orElseThrow();
    String special = model.tokenizer().decode(begin);
    String content = "{\"content\": \"" + special + "\"";
    assertThat(client.post("/tokenize", content + "}").body())
        .isEqualTo("{\"tokens\":[" + begin + "]}");
    String asText = client.post("/tokenize", content + ", \"parse_special\": false}").body();
    assertThat(asText)
        .isEqualTo(
            "{\"tokens\":"
                + Arrays.toString(model.tokenizer().encode(special)).replace(" ", "")
                + "}");
    boolean adds = model.tokenizer().addsBeginOfText();
    assertThat(client.post("/tokenize", "{\"content\": \"\", \"add_special\": true}").body())
        .isEqualTo(adds ? "{\"tokens\":[" + begin + "]}" : "{\"tokens\":[]}");
  }

  @Test
  void idsThatAreNoneAreRefused() throws Exception {
    for (String wrong : List.of("[-1]", "[387]", "[\"a\"]", "[1e99]", "7", "{}")) {
      HttpResponse<String> response = client.post("/detokenize", "{\"tokens\": " + wrong + "}");
      assertThat(response.statusCode()).as(wrong).isEqualTo(400);
      assertThat(Asking.json(response).path("error").path("param").asString()).isEqualTo("tokens");
    }
    assertThat(client.post("/tokenize", "{}").statusCode()).isEqualTo(400);
    assertThat(client.post("/detokenize", "{}").statusCode()).isEqualTo(400);
  }

  @Test
  void theTemplateIsApplied() throws Exception {
    HttpResponse<String> response =
        client.post(
            "/apply-template", "{\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}");
    assertThat(response.body()).isEqualTo("{\"prompt\":\"<user>Hello<assistant>\"}");
  }

  // ---- facts

  @Test
  void propsSayWhatTheModelIs() throws Exception {
    JsonNode props = Asking.json(client.get("/props"));
    assertThat(props.path("default_generation_settings").path("n_ctx").intValue())
        .isEqualTo(model.context());
    assertThat(props.path("chat_template").asString()).contains("messages");
    assertThat(props.path("bos_token").asString()).isEqualTo("<｜begin▁of▁sentence｜>");
    assertThat(props.path("model_path").asString()).as("not where it lies").isEqualTo("model");
    assertThat(client.get("/props?model=other").statusCode()).isEqualTo(404);
  }

  @Test
  void slotsAreShownWhereTheSettingsSay() throws Exception {
    assertThat(client.get("/slots").statusCode()).isEqualTo(501);
    ServerSettings settings = ServerSettings.DEFAULT.withPort(0).withSlots(true);
    try (MinkeServer other = MinkeServer.start(settings, new OneModel("tiny", model));
        Asking asking = new Asking(other)) {
      assertThat(asking.get("/slots").body()).isEqualTo("[]");
    }
  }

  @Test
  void slotsTellNothingOfWhatIsAsked() throws Exception {
    ServerSettings settings = ServerSettings.DEFAULT.withPort(0).withSlots(true);
    try (MinkeServer other = MinkeServer.start(settings, new OneModel("tiny", model));
        RawClient asking = new RawClient(other);
        Asking looking = new Asking(other)) {
      asking.post(
          "/v1/completions",
          """
          {"prompt": "secret words", "max_tokens": 200, "ignore_eos": true, "n": 16,
           "user": "somebody", "stream": true}
          """);
      asking.readTo("data: ");
      HttpResponse<String> response = looking.get("/slots");
      JsonNode slots = Asking.json(response);
      assertThat(slots.size()).isBetween(1, 16);
      // The one whose answer has begun need not be the first.
      JsonNode slot =
          slots
              .valueStream()
              .filter(one -> one.path("is_processing").booleanValue())
              .findFirst()
              .orElseThrow();
      assertThat(slot.path("model").asString()).isEqualTo("tiny");
      assertThat(slot.path("n_ctx").intValue()).isEqualTo(model.context());
      int prompt = model.idsOf("secret words").length;
      assertThat(slot.path("n_prompt_tokens").intValue()).isEqualTo(prompt);
      assertThat(slot.path("n_prompt_tokens_processed").intValue()).isEqualTo(prompt);
      assertThat(response.body()).doesNotContain("secret").doesNotContain("somebody");
      asking.readTo("[DONE]");
      assertThat(looking.get("/slots").body()).isEqualTo("[]");
    }
  }

  // ---- probes

  @Test
  void aModelThatIsBeingLoadedIsNotReady() throws Exception {
    Models loading =
        new Models() {
          @Override
          public List<String> names() {
            return List.of("tiny");
          }

          @Override
          public Lease lease(String name) {
            throw new AssertionError("nothing asked for a model");
          }

          @Override
          public List<Lease> open() {
            return List.of();
          }

          @Override
          public boolean isLoading() {
            return true;
          }
        };
    try (MinkeServer other = MinkeServer.start(ServerSettings.DEFAULT.withPort(0), loading);
        Asking asking = new Asking(other)) {
      for (String path : List.of("/health", "/ready")) {
        HttpResponse<String> response = asking.get(path);
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(Asking.json(response).path("error").path("type").asString())
            .isEqualTo("unavailable_error");
        assertThat(response.headers().firstValue("retry-after")).isPresent();
      }
      assertThat(asking.get("/metrics").statusCode()).isEqualTo(200);
    }
    assertThat(client.get("/health").body()).isEqualTo("{\"status\":\"ok\"}");
    assertThat(client.get("/ready").body()).isEqualTo("{\"status\":\"ok\"}");
  }

  @Test
  void onlyProbesNeedNoKey() throws Exception {
    ServerSettings settings =
        ServerSettings.DEFAULT.withPort(0).withSlots(true).withApiKeys(Set.of("secret"));
    try (MinkeServer other = MinkeServer.start(settings, new OneModel("tiny", model));
        Asking asking = new Asking(other)) {
      for (String path : List.of("/health", "/ready", "/openapi.json")) {
        assertThat(asking.get(path).statusCode()).as(path).isEqualTo(200);
      }
      for (String path : List.of("/metrics", "/props", "/slots", "/v1/models")) {
        assertThat(asking.get(path).statusCode()).as(path).isEqualTo(401);
        assertThat(
                asking.send(asking.to(path).header("Authorization", "Bearer secret")).statusCode())
            .as(path)
            .isEqualTo(200);
      }
      for (String path :
          List.of(
              "/tokenize",
              "/detokenize",
              "/apply-template",
              "/v1/completions",
              "/v1/chat/completions")) {
        assertThat(asking.post(path, "{}").statusCode()).as(path).isEqualTo(401);
      }
    }
  }

  // ---- metrics

  @Test
  void metricsCountWhatIsDone() throws Exception {
    String ofModel = "{model=\"tiny\"}";
    double before = metric("llamacpp:tokens_predicted_total" + ofModel);
    double prompt = metric("llamacpp:prompt_tokens_total" + ofModel);
    String requests = "minke_requests_total{path=\"/v1/completions\",status=\"%s\"}";
    assertThat(
            client
                .post(
                    "/v1/completions",
                    "{\"prompt\": [5, 6, 7, 8], \"max_tokens\": 9, \"ignore_eos\": true}")
                .statusCode())
        .isEqualTo(200);
    assertThat(client.post("/v1/completions", "{}").statusCode()).isEqualTo(400);
    HttpResponse<String> none = client.get("/none/of/mine");
    assertThat(none.statusCode()).as(none.body()).isEqualTo(404);
    assertThat(metric("llamacpp:tokens_predicted_total" + ofModel) - before).isEqualTo(9);
    assertThat(metric("llamacpp:prompt_tokens_total" + ofModel) - prompt).isEqualTo(4);
    assertThat(metric("llamacpp:requests_processing" + ofModel)).isZero();
    assertThat(metric("llamacpp:requests_deferred" + ofModel)).isZero();
    assertThat(metric("llamacpp:prompt_seconds_total" + ofModel)).isPositive();
    assertThat(metric("llamacpp:tokens_predicted_seconds_total" + ofModel)).isPositive();
    assertThat(metric("minke_drafted_tokens_total" + ofModel)).isPositive();
    assertThat(metric("minke_drafted_tokens_total" + ofModel))
        .isGreaterThanOrEqualTo(metric("minke_accepted_tokens_total" + ofModel));
    assertThat(metric("minke_cache_pages" + ofModel)).isPositive();
    assertThat(metric("minke_step_seconds_total" + ofModel))
        .isGreaterThanOrEqualTo(metric("minke_model_seconds_total" + ofModel));
    assertThat(metric(requests.formatted("200"))).isEqualTo(1);
    assertThat(metric(requests.formatted("400"))).isEqualTo(1);
    assertThat(metric("minke_requests_total{path=\"\",status=\"404\"}")).isEqualTo(1);
    assertThat(metric("minke_request_seconds_count{path=\"/v1/completions\"}")).isEqualTo(2);
  }

  @Test
  void whatIsNoRequestCountsOnce() throws Exception {
    String routed = "minke_requests_total{path=\"/detokenize\",status=\"400\"}";
    String early = "minke_requests_total{path=\"\",status=\"400\"}";
    try (MinkeServer other =
            MinkeServer.start(ServerSettings.DEFAULT.withPort(0), new OneModel("tiny", model));
        Asking asking = new Asking(other)) {
      try (RawClient chunks = new RawClient(other);
          RawClient noHost = new RawClient(other)) {
        chunks.send(
            "POST /detokenize HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");
        assertThat(chunks.readTo("}}")).startsWith("HTTP/1.1 400");
        noHost.send("GET /health HTTP/1.1\r\n\r\n");
        assertThat(noHost.readTo("}}")).startsWith("HTTP/1.1 400");
      }
      assertThat(asking.get("/metrics").body())
          .contains(routed + " 1.0\n")
          .contains(early + " 1.0\n");
    }
  }
}
