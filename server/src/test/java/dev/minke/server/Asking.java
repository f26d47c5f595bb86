package dev.minke.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A client of a server in the same process.
final class Asking implements AutoCloseable {
  private final HttpClient client = HttpClient.newHttpClient();
  private final int port;

  Asking(MinkeServer server) {
    port = server.port();
  }

  HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
    return send(to(path).POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(to(path));
  }

  static JsonNode json(HttpResponse<String> response) {
    return JsonMapper.shared().readTree(response.body());
  }

  /// The chunks of a stream, `[DONE]` checked and left out.
  static List<JsonNode> chunks(HttpResponse<String> response) {
    List<String> data = response.body().lines().filter(line -> line.startsWith("data: ")).toList();
    if (data.isEmpty() || !data.getLast().equals("data: [DONE]")) {
      throw new AssertionError("no stream that ends: " + response.body());
    }
    return data.subList(0, data.size() - 1).stream()
        .map(line -> JsonMapper.shared().readTree(line.substring(6)))
        .toList();
  }

  @Override
  public void close() {
    client.close();
  }
}
