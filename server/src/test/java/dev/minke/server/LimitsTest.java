package dev.minke.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.Minke;
import dev.minke.server.host.ServerSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients that stand still or go away, connections, origins, and the end of the server.
class LimitsTest {
  private static final Duration SHORT = Duration.ofMillis(400);

  /// So much longer than anything here takes that only a cut ends it.
  private static final Duration LONG = Duration.ofSeconds(15);

  /// A stream of a megabyte or two: more than sockets buffer.
  private static final String LONG_STREAM =
      """
      {"messages": [{"role": "user", "content": "Hello"}], "temperature": 0, "max_tokens": 200,
       "ignore_eos": true, "n": 4, "logprobs": true, "top_logprobs": 20, "stream": true}
      """;

  private static final int LONG_STREAM_TOKENS = 4 * 200;

  @TempDir private static Path temporary;

  private static Minke model;

  private MinkeServer server;
  private Asking client;

  @BeforeAll
  static void open() throws IOException {
    model = Minke.open(TinyModel.copy(temporary.resolve("model")));
  }

  @AfterAll
  static void closeModel() {
    if (model != null) {
      model.close();
    }
  }

  private static ServerSettings settings() {
    return ServerSettings.DEFAULT
        .withPort(0)
        .withLimits(new ServerSettings.Limits(16 << 10, SHORT, SHORT, LONG));
  }

  @BeforeEach
  void start() {
    start(settings());
  }

  private void start(ServerSettings settings) {
    server = MinkeServer.start(settings, new OneModel("tiny", model));
    client = new Asking(server);
  }

  private void restart(ServerSettings settings) {
    stop();
    start(settings);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private double metric(String line) throws Exception {
    return client
        .get("/metrics")
        .body()
        .lines()
        .filter(one -> one.startsWith(line + " "))
        .mapToDouble(one -> Double.parseDouble(one.substring(line.length() + 1)))
        .findFirst()
        .orElse(0);
  }

  private void waitFor(String line, double value) throws Exception {
    long end = System.nanoTime() + LONG.toNanos();
    while (metric(line) != value) {
      assertThat(System.nanoTime())
          .as("%s in %s", line, client.get("/metrics").body())
          .isLessThan(end);
      Thread.sleep(20);
    }
  }

  // ---- clients that stand still

  @Test
  void headersThatDoNotCome() throws Exception {
    try (RawClient slow = new RawClient(server)) {
      slow.send("GET /health HTTP/1.1\r\nHost: he");
      assertThat(slow.readToEnd()).isBetween(SHORT.dividedBy(2), LONG);
    }
  }

  @Test
  void headersThatTrickle() throws Exception {
    try (RawClient slow = new RawClient(server)) {
      slow.send("GET /health HTTP/1.1\r\nHost: ");
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  slow.send("a");
                  Thread.sleep(20);
                }
              })
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void aBodyThatDoesNotCome() throws Exception {
    try (RawClient slow = new RawClient(server)) {
      slow.send("POST /tokenize HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\n{");
      assertThat(slow.readToEnd()).isBetween(SHORT.dividedBy(2), LONG);
    }
    waitFor("minke_requests_total{path=\"/tokenize\",status=\"closed\"}", 1);
  }

  @Test
  void aBodyThatTrickles() throws Exception {
    try (RawClient slow = new RawClient(server)) {
      slow.send("POST /tokenize HTTP/1.1\r\nHost: here\r\nContent-Length: 10000\r\n\r\n{");
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  slow.send(" ");
                  Thread.sleep(20);
                }
              })
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void aBodyWhoseClientIsGone() throws Exception {
    try (RawClient gone = new RawClient(server)) {
      gone.send("POST /tokenize HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\n{");
    }
    waitFor("minke_requests_total{path=\"/tokenize\",status=\"closed\"}", 1);
  }

  private static String longText() {
    return "{\"with_pieces\": true, \"content\": \"" + "ab cd ".repeat(30_000) + "\"}";
  }

  @Test
  void aClientThatStopsReadingIsCut() throws Exception {
    try (RawClient slow = new RawClient(server)) {
      slow.post("/tokenize", longText());
      waitFor("minke_requests_total{path=\"/tokenize\",status=\"closed\"}", 1);
    }
  }

  @Test
  void aClientThatReadsSlowlyIsNot() throws Exception {
    Duration taking = Duration.ofSeconds(1);
    restart(settings().withLimits(new ServerSettings.Limits(16 << 10, SHORT, taking, LONG)));
    try (RawClient slow = new RawClient(server, 64 << 10)) {
      slow.post("/tokenize", longText());
      String head = slow.readTo("\r\n\r\n");
      assertThat(head).startsWith("HTTP/1.1 200");
      Duration took = slow.read(1 << 20, taking.dividedBy(18));
      assertThat(took).isGreaterThan(taking.multipliedBy(2));
      slow.readTo("}]}");
    }
    waitFor("minke_requests_total{path=\"/tokenize\",status=\"200\"}", 1);
  }

  @Test
  void aStreamThatNobodyReadsHoldsNobodyUp() throws Exception {
    try (RawClient slow = new RawClient(server)) {
      slow.post("/v1/chat/completions", LONG_STREAM);
      slow.readTo("data: ");
      HttpResponse<String> other =
          client.post("/v1/completions", "{\"prompt\": \"a\", \"max_tokens\": 1}");
      assertThat(other.statusCode()).isEqualTo(200);
      waitFor("minke_requests_total{path=\"/v1/chat/completions\",status=\"closed\"}", 1);
      waitFor("llamacpp:requests_processing{model=\"tiny\"}", 0);
    }
  }

  @Test
  void aClientThatIsGoneEndsItsAnswers() throws Exception {
    String generated = "llamacpp:tokens_predicted_total{model=\"tiny\"}";
    double before = metric(generated);
    try (RawClient gone = new RawClient(server)) {
      gone.post("/v1/chat/completions", LONG_STREAM);
      gone.readTo("data: ");
    }
    waitFor("minke_requests_total{path=\"/v1/chat/completions\",status=\"closed\"}", 1);
    waitFor("llamacpp:requests_processing{model=\"tiny\"}", 0);
    assertThat(metric(generated) - before).isLessThan(LONG_STREAM_TOKENS);
  }

  @Test
  void anAnswerHasItsTime() throws Exception {
    restart(
        ServerSettings.DEFAULT
            .withPort(0)
            .withLimits(new ServerSettings.Limits(16 << 10, LONG, LONG, Duration.ofNanos(1))));
    HttpResponse<String> response =
        client.post("/v1/completions", "{\"prompt\": \"a\", \"max_tokens\": 200}");
    assertThat(Asking.json(response).path("choices").get(0).path("finish_reason").asString())
        .isEqualTo("insufficient_system_resource");
  }

  @Test
  void connectionsWaitForOneAnother() throws Exception {
    client.close();
    restart(settings().withConnections(2));
    try (RawClient first = new RawClient(server);
        RawClient second = new RawClient(server);
        RawClient third = new RawClient(server)) {
      String health = "GET /health HTTP/1.1\r\nHost: here\r\n\r\n";
      first.send(health);
      first.readTo("}");
      second.send(health);
      second.readTo("}");
      third.send(health);
      assertThat(third.saysNothingFor(SHORT)).isTrue();
      first.close();
      assertThat(third.readTo("}")).startsWith("HTTP/1.1 200");
    }
  }

  // ---- the end

  @Test
  void theEndWaitsForAnswersUnderWay() throws Exception {
    restart(
        ServerSettings.DEFAULT
            .withPort(0)
            .withDrain(LONG)
            .withLimits(new ServerSettings.Limits(16 << 10, LONG, LONG, LONG)));
    try (RawClient reading = new RawClient(server)) {
      reading.post("/v1/chat/completions", LONG_STREAM);
      reading.readTo("data: ");
      Thread end = Thread.ofVirtual().start(server::close);
      while (client.get("/ready").statusCode() == 200) {
        Thread.sleep(5);
      }
      assertThat(client.get("/ready").statusCode()).isEqualTo(503);
      assertThat(client.get("/health").statusCode()).isEqualTo(200);
      HttpResponse<String> late = client.post("/v1/completions", "{\"prompt\": \"a\"}");
      assertThat(late.statusCode()).isEqualTo(503);
      assertThat(late.headers().firstValue("retry-after")).isPresent();
      assertThat(Asking.json(late).path("error").path("type").asString())
          .isEqualTo("unavailable_error");
      assertThat(end.isAlive()).as("an answer is under way").isTrue();
      assertThat(reading.readTo("data: [DONE]")).endsWith("data: [DONE]");
      end.join(LONG);
      assertThat(end.isAlive()).isFalse();
    }
    assertThatThrownBy(() -> client.get("/ready")).isInstanceOf(IOException.class);
  }

  @Test
  void whatIsNotAnsweredInTimeIsCut() throws Exception {
    restart(
        ServerSettings.DEFAULT
            .withPort(0)
            .withDrain(SHORT)
            .withLimits(new ServerSettings.Limits(16 << 10, LONG, LONG, LONG)));
    try (RawClient still = new RawClient(server)) {
      still.post("/v1/chat/completions", LONG_STREAM);
      still.readTo("data: ");
      long begin = System.nanoTime();
      server.close();
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(SHORT, LONG.dividedBy(2));
      assertThat(still.readTo("data: [DONE]")).doesNotEndWith("data: [DONE]");
    }
  }

  @Test
  void theEndOfAServerWithNothingToDoIsQuick() throws Exception {
    assertThat(client.get("/health").statusCode()).isEqualTo(200);
    long begin = System.nanoTime();
    server.close();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
  }

  // ---- origins

  private HttpResponse<String> preflight(String origin) throws Exception {
    return client.send(
        client
            .to("/v1/chat/completions")
            .method("OPTIONS", java.net.http.HttpRequest.BodyPublishers.noBody())
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "authorization,content-type"));
  }

  @Test
  void noOtherPageMayAskUnlessItsOriginIsGiven() throws Exception {
    assertThat(preflight("https://a.example").headers().map().keySet())
        .noneMatch(name -> name.startsWith("access-control"));
    HttpResponse<String> plain =
        client.send(client.to("/health").header("Origin", "https://a.example"));
    assertThat(plain.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control"));
  }

  @Test
  void pagesOfGivenOriginsMay() throws Exception {
    restart(settings().withOrigins(Set.of("https://a.example")).withApiKeys(Set.of("secret")));
    HttpResponse<String> may = preflight("https://a.example");
    assertThat(may.statusCode()).as("browsers send no key here").isEqualTo(204);
    assertThat(may.headers().firstValue("access-control-allow-origin"))
        .hasValue("https://a.example");
    assertThat(may.headers().firstValue("access-control-allow-headers").orElse(""))
        .contains("authorization");
    assertThat(may.headers().firstValue("access-control-allow-methods").orElse(""))
        .contains("POST");
    assertThat(may.headers().firstValue("vary")).hasValue("Origin");
    assertThat(preflight("https://b.example").headers().firstValue("access-control-allow-origin"))
        .isEmpty();
    HttpResponse<String> refused =
        client.send(client.to("/v1/models").header("Origin", "https://a.example"));
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.headers().firstValue("access-control-allow-origin"))
        .as("pages can read errors too")
        .hasValue("https://a.example");
  }
}
