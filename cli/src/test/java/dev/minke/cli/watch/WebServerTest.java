package dev.minke.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minke.cli.runs.Run;
import dev.minke.cli.runs.RunFolder;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebServerTest {
  @TempDir private Path directory;

  private final HttpClient client = HttpClient.newHttpClient();
  private RunFolder folder;
  private WebServer server;

  @BeforeEach
  void start() throws IOException {
    folder = new RunFolder(directory.resolve("r")).steps(20).card(100);
    server = new WebServer(page(), 0);
  }

  private WebPage page() {
    return new WebPage(new Run.Observed(directory.resolve("r"), InstantSource.system()));
  }

  @AfterEach
  void stop() {
    server.close();
    client.close();
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.address() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void thePageLoadsNothingFromElsewhere() throws Exception {
    HttpResponse<String> page = get("");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body())
        .contains("<script src=\"/watch.js\">")
        .doesNotContain("http://", "https://", "@import", "url(");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "script-src 'self'", "connect-src 'self'");
    HttpResponse<String> script = get("watch.js");
    assertThat(script.headers().firstValue("Content-Type").orElseThrow()).contains("javascript");
    assertThat(script.body().replace("http://www.w3.org/2000/svg", ""))
        .doesNotContain("//w", "http");
  }

  @Test
  void theViewFollowsTheRunAndIsNotSentTwice() throws Exception {
    HttpResponse<String> first = get("view");
    assertThat(first.body()).contains("step 20 of 100", "loss, nats a token", "gradient norm");
    String tag = first.headers().firstValue("ETag").orElseThrow();
    assertThat(get("view", "If-None-Match", tag).statusCode()).isEqualTo(304);
    folder.step(21, 0.3);
    HttpResponse<String> next = get("view", "If-None-Match", tag);
    assertThat(next.statusCode()).isEqualTo(200);
    assertThat(next.body()).contains("step 21 of 100");
  }

  @Test
  void aZoomShowsTheseStepsAlone() throws Exception {
    assertThat(get("view?from=5&to=9").body())
        .contains("data-range=\"5.0 9.0\"", "data-x=\"5 6 7 8 9\"")
        .doesNotContain("data-x=\"1 ");
    assertThat(get("view?last=10").body()).contains("data-range=\"18.0 20.0\"");
    assertThat(get("view?from=900&to=999").body()).contains("nothing yet");
  }

  @ParameterizedTest
  @CsvSource({
    "nothing, 404",
    "view?from=x, 400",
    "view?from=9&to=5, 400",
    "view?a=1, 400",
    "view?from=99999999999999, 400",
    "../watch.js, 404"
  })
  void whatIsNotThereIsRefused(String path, int status) throws Exception {
    assertThat(get(path).statusCode()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, 200",
    "127.0.0.1:99, 200",
    "[::1]:8671, 200",
    "evil.example, 403",
    "localhost.evil.example, 403",
    "evil.example:localhost, 403"
  })
  void onlyTheNamesOfThisMachineAreServed(String host, int status) throws Exception {
    URI address = URI.create(server.address());
    try (Socket socket = new Socket("127.0.0.1", address.getPort())) {
      socket
          .getOutputStream()
          .write(
              "GET /view HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                  .formatted(host)
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 " + status);
      assertThat(answer.contains("<svg")).isEqualTo(status == 200);
    }
  }

  @Test
  void nothingCanBeSentToIt() throws Exception {
    HttpRequest post =
        HttpRequest.newBuilder(URI.create(server.address() + "view"))
            .POST(HttpRequest.BodyPublishers.ofString("x"))
            .build();
    assertThat(client.send(post, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(405);
  }

  @Test
  void aTakenPortIsSaid() {
    int port = URI.create(server.address()).getPort();
    assertThatThrownBy(() -> new WebServer(page(), port))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "--port %d: expected a free port, found it taken; choose another".formatted(port));
  }
}
