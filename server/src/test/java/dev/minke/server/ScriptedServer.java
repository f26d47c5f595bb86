package dev.minke.server;

import dev.minke.Minke;
import dev.minke.OpenOptions;
import dev.minke.server.host.ServerSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A server with the scripted model under the name `scripted`, and a client of it.
final class ScriptedServer implements AutoCloseable {
  private final Minke model;
  private final MinkeServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  ScriptedServer(Path directory, ServerSettings settings) throws IOException {
    this(directory, settings, OpenOptions.DEFAULT);
  }

  ScriptedServer(Path directory, ServerSettings settings, OpenOptions options) throws IOException {
    model = Minke.open(ScriptedModel.write(directory), options.withCacheMemory(64L << 20));
    server = MinkeServer.start(settings.withPort(0), new OneModel("scripted", model));
  }

  Minke model() {
    return model;
  }

  int port() {
    return server.port();
  }

  HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
    return client.send(
        request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(request(path).GET().build(), BodyHandlers.ofString());
  }

  HttpResponse<String> head(String path) throws IOException, InterruptedException {
    return client.send(request(path).HEAD().build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
        .timeout(Duration.ofMinutes(1));
  }

  /// Reads some lines of an endless answer and hangs up.
  void hangUpAfter(int lines, String path, String body) throws IOException, InterruptedException {
    HttpRequest request = request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build();
    // A client of its own: closing the body of a shared one leaves the connection to its pool.
    try (HttpClient own = HttpClient.newHttpClient();
        var read = own.send(request, BodyHandlers.ofLines()).body()) {
      long _ = read.limit(lines).count();
      own.shutdownNow();
    }
  }

  /// Waits until the engine has nothing to do.
  ///
  /// @return false if it has after half a minute
  boolean isIdleSoon() throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (System.nanoTime() < end) {
      if (model.counts().active() == 0 && model.counts().waiting() == 0) {
        return true;
      }
      Thread.sleep(20);
    }
    return false;
  }

  static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }

  /// Data of the events of a stream, each of which has its type as a name, too.
  static List<JsonNode> events(String body) {
    List<JsonNode> events = new ArrayList<>();
    for (String event : body.split("\n\n")) {
      List<String> lines = event.lines().toList();
      if (lines.size() == 1 && lines.getFirst().startsWith(":")) {
        continue;
      }
      JsonNode data = json(lines.get(1).substring("data: ".length()));
      if (!lines.getFirst().equals("event: " + data.path("type").asString())) {
        throw new AssertionError("expected the type as the event's name, found " + event);
      }
      events.add(data);
    }
    return events;
  }

  /// Objects of a stream of lines.
  static List<JsonNode> lines(String body) {
    return body.lines().map(ScriptedServer::json).toList();
  }

  @Override
  public void close() {
    client.close();
    server.close();
    model.close();
  }
}
