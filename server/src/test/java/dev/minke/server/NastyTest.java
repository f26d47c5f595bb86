package dev.minke.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.Minke;
import dev.minke.server.host.ServerSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Requests that no client of good will sends: each gets one clear error, none a 500, and the
/// server answers the next.
class NastyTest {
  private static final int BODY_BYTES = 1 << 20;

  /// Requests that are answered.
  private static final Map<String, String> REQUESTS =
      Map.of(
          "/v1/chat/completions",
          "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"max_tokens\": 1}",
          "/v1/completions",
          "{\"prompt\": \"a\", \"max_tokens\": 1}",
          "/tokenize",
          "{\"content\": \"a\"}",
          "/detokenize",
          "{\"tokens\": [5]}",
          "/apply-template",
          "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}");

  @TempDir private static Path temporary;

  private static Minke model;
  private static MinkeServer server;

  @BeforeAll
  static void start() throws IOException {
    model = Minke.open(TinyModel.copy(temporary.resolve("model")));
    ServerSettings settings = ServerSettings.DEFAULT.withPort(0).withBodyBytes(BODY_BYTES);
    server = MinkeServer.start(settings, new OneModel("tiny", model));
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
      model.close();
    }
  }

  /// Sends bytes, reads one answer.
  private static String answer(byte[]... parts) throws IOException {
    try (RawClient client = new RawClient(server)) {
      for (byte[] part : parts) {
        client.send(part);
      }
      return whole(client);
    }
  }

  private static String whole(RawClient client) throws IOException {
    String head = client.readTo("\r\n\r\n");
    assertThat(head).as("an answer came").startsWith("HTTP/1.1 ");
    String length = "content-length: ";
    int at = head.toLowerCase(Locale.ROOT).indexOf(length);
    assertThat(at).as(head).isPositive();
    int bytes =
        Integer.parseInt(head.substring(at + length.length(), head.indexOf('\r', at)).strip());
    StringBuilder body = new StringBuilder();
    while (body.toString().getBytes(StandardCharsets.UTF_8).length < bytes) {
      body.append(client.readTo("}"));
    }
    return head + body;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String post(String path, byte[] body) throws IOException {
    return answer(
        bytes(
            "POST %s HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n"
                .formatted(path, body.length)),
        body);
  }

  private static JsonNode error(String answer) {
    JsonNode error =
        JsonMapper.shared()
            .readTree(answer.substring(answer.indexOf("\r\n\r\n") + 4))
            .path("error");
    assertThat(error.path("message").asString()).as(answer).isNotEmpty().doesNotContain("\n");
    return error;
  }

  private static void isRefused(String answer, int status) {
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    assertThat(error(answer).path("code").intValue()).isEqualTo(status);
  }

  // ---- bodies

  static Stream<Arguments> wrongBodies() {
    return Stream.of(
        Arguments.of("nothing", bytes("")),
        Arguments.of("not JSON", bytes("hello")),
        Arguments.of("cut", bytes("{\"prompt\": \"a")),
        Arguments.of("two", bytes("{\"prompt\": \"a\"} {\"prompt\": \"b\"}")),
        Arguments.of("a number", bytes("7")),
        Arguments.of("null", bytes("null")),
        Arguments.of("an array", bytes("[]")),
        Arguments.of("nested deep", bytes("[".repeat(100_000))),
        Arguments.of(
            "objects nested deep", bytes("{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000))),
        Arguments.of("a key twice", bytes("{\"prompt\": \"a\", \"prompt\": \"b\"}")),
        Arguments.of("a number of many digits", bytes("{\"seed\": " + "9".repeat(100_000) + "}")),
        Arguments.of("not a number", bytes("{\"temperature\": NaN}")),
        Arguments.of("a comment", bytes("{/* */ \"prompt\": \"a\"}")),
        Arguments.of("single quotes", bytes("{'prompt': 'a'}")),
        Arguments.of("UTF-16", "{\"prompt\": 1}".getBytes(StandardCharsets.UTF_16LE)),
        Arguments.of(
            "a byte that is no UTF-8",
            "{\"prompt\": \"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1)),
        Arguments.of(
            "an overlong form",
            new byte[] {'{', '"', (byte) 0xC0, (byte) 0xAF, '"', ':', '1', '}'}),
        Arguments.of("a control character", bytes("{\"prompt\": \"a\u0001\"}")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongBodies")
  void aBodyThatIsNoRequest(String name, byte[] body) throws IOException {
    for (String path : REQUESTS.keySet()) {
      isRefused(post(path, body), 400);
    }
  }

  /// What each field may not be, whatever the other fields are.
  static final List<String> VALUES =
      List.of(
          "1e400",
          "-1e400",
          "1e-400",
          "9".repeat(400),
          "0.5e999999999",
          "{}",
          "[[[]]]",
          "\"\\ud800\"",
          "[1e400]",
          "[\"\\udc00\"]",
          "{\"\\ud800\": 1}",
          "{\"5\": 1e400}",
          "[null]",
          "[{\"role\": \"\\ud800\"}]",
          "true",
          "\"\\u0000\"");

  /// Nothing is a 500; where something is refused the field is named.
  @ParameterizedTest
  @FieldSource("VALUES")
  void aFieldThatIsSomethingElse(String value) throws IOException {
    JsonNode document;
    try (var in = MinkeServer.class.getResourceAsStream("ops/openapi.json")) {
      document = JsonMapper.shared().readTree(in);
    }
    try (RawClient client = new RawClient(server)) {
      for (String path : REQUESTS.keySet()) {
        String schema =
            document
                .path("paths")
                .path(path)
                .at("/post/requestBody/content/application~1json/schema/$ref")
                .asString()
                .substring(1);
        for (String field : document.at(schema).path("properties").propertyNames()) {
          if (field.equals("stream") && value.equals("true")) {
            continue; // It may be.
          }
          ObjectNode request = (ObjectNode) JsonMapper.shared().readTree(REQUESTS.get(path));
          request.remove(field);
          String others = request.toString();
          client.post(
              path,
              "{\"%s\": %s%s%s"
                  .formatted(field, value, request.isEmpty() ? "" : ", ", others.substring(1)));
          String answer = whole(client);
          assertThat(answer)
              .as("%s %s: %s", path, field, value)
              .matches("(?s)HTTP/1\\.1 (200|400|404) .*");
          if (!answer.startsWith("HTTP/1.1 200")) {
            error(answer);
          }
        }
      }
    }
  }

  @Test
  void aWrongFieldIsNamed() throws IOException {
    String with = "{\"prompt\": \"a\", %s}";
    for (String field :
        List.of(
            "\"temperature\": 1e400",
            "\"temperature\": " + "9".repeat(400),
            "\"logit_bias\": {\"5\": %s}".formatted("9".repeat(400)),
            "\"temperature\": \"hot\"",
            "\"seed\": 1e400",
            "\"seed\": 99999999999999999999",
            "\"max_tokens\": 1e99",
            "\"max_tokens\": 1.5",
            "\"max_tokens\": -1",
            "\"stop\": [1]",
            "\"stream\": \"yes\"",
            "\"logit_bias\": {\"a\": 1}",
            "\"logit_bias\": [1]")) {
      String answer = post("/v1/completions", bytes(with.formatted(field)));
      isRefused(answer, 400);
      assertThat(error(answer).path("param").asString())
          .as(answer)
          .isIn(field.substring(1, field.indexOf('"', 1)), "logit_bias.5");
    }
  }

  @Test
  void aBodyThatIsTooLong() throws IOException {
    String head = "POST /v1/completions HTTP/1.1\r\nHost: here\r\n";
    String said = head + "Content-Length: %d\r\n\r\n".formatted(BODY_BYTES + 1L);
    isRefused(answer(bytes(said)), 413);
    isRefused(answer(bytes(head + "Content-Length: 9223372036854775807\r\n\r\n")), 413);
    String chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
    String chunk = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
    isRefused(answer(bytes(chunked + chunk.repeat(BODY_BYTES / 0x10000) + "1\r\n")), 413);
  }

  // ---- HTTP

  static Stream<Arguments> wrongRequests() {
    return Stream.of(
        Arguments.of("no host", "GET /health HTTP/1.1\r\n\r\n"),
        Arguments.of("a broken path", "GET /%zz HTTP/1.1\r\nHost: here\r\n\r\n"),
        Arguments.of(
            "long headers",
            "GET /health HTTP/1.1\r\nHost: here\r\nX: " + "a".repeat(64 << 10) + "\r\n\r\n"),
        Arguments.of(
            "many headers",
            "GET /health HTTP/1.1\r\nHost: here\r\n" + "X: a\r\n".repeat(10_000) + "\r\n"),
        Arguments.of(
            "a length that is no number",
            "POST /tokenize HTTP/1.1\r\nHost: here\r\nContent-Length: ten\r\n\r\n"),
        Arguments.of(
            "a negative length",
            "POST /tokenize HTTP/1.1\r\nHost: here\r\nContent-Length: -5\r\n\r\n"),
        Arguments.of(
            "two lengths",
            "POST /tokenize HTTP/1.1\r\n"
                + "Host: here\r\n"
                + "Content-Length: 2\r\n"
                + "Content-Length: 3\r\n\r\n"
                + "{}"),
        Arguments.of(
            "a length and chunks",
            "POST /tokenize HTTP/1.1\r\n"
                + "Host: here\r\n"
                + "Content-Length: 2\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
                + "2\r\n"
                + "{}\r\n"
                + "0\r\n\r\n"),
        Arguments.of(
            "a chunk that is no number",
            "POST /tokenize HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
        Arguments.of(
            "an encoding",
            "POST /tokenize HTTP/1.1\r\n"
                + "Host: here\r\n"
                + "Content-Encoding: gzip\r\n"
                + "Content-Length: 2\r\n\r\n"
                + "{}"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongRequests")
  void whatIsNoRequest(String name, String request) throws IOException {
    String answer = answer(bytes(request));
    assertThat(answer).matches("(?s)HTTP/1\\.1 (4\\d\\d|505) .*");
    error(answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"hello\r\n\r\n", "GET /health HTTP/3.0\r\nHost: here\r\n\r\n", "GET /%s "})
  void whatIsNoHttpIsClosed(String request) throws IOException {
    try (RawClient client = new RawClient(server)) {
      client.send(request.formatted("a".repeat(64 << 10)));
      assertThat(client.readToEnd()).isLessThan(Duration.ofSeconds(10));
    }
  }

  @Test
  void whatFollowsABodyOfTwoLengthsIsNoRequest() throws IOException {
    try (RawClient client = new RawClient(server)) {
      client.send(
          "POST /tokenize HTTP/1.1\r\n"
              + "Host: here\r\n"
              + "Content-Length: 2\r\n"
              + "Content-Length: 40\r\n\r\n"
              + "{}GET /health HTTP/1.1\r\n"
              + "Host: here\r\n\r\n");
      isRefused(whole(client), 400);
      assertThat(client.readTo("HTTP/1.1")).isEmpty();
    }
  }

  @Test
  void pathsOutsideAreNotThere() throws IOException {
    for (String path : List.of("/../../etc/passwd", "/v1/..%2f..%2fetc", "/openapi.json/../x")) {
      String answer = answer(bytes("GET " + path + " HTTP/1.1\r\nHost: here\r\n\r\n"));
      assertThat(answer).matches("(?s)HTTP/1\\.1 40[04] .*");
      error(answer);
    }
  }

  @Test
  void aKeyOfOddLettersIsAKeyThatIsWrong() throws IOException {
    ServerSettings settings = ServerSettings.DEFAULT.withPort(0).withApiKeys(Set.of("secret"));
    try (MinkeServer other = MinkeServer.start(settings, new OneModel("tiny", model));
        RawClient client = new RawClient(other)) {
      client.send(
          "GET /v1/models HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer \u00e9\u4f60\r\n\r\n");
      isRefused(whole(client), 401);
    }
  }
}
