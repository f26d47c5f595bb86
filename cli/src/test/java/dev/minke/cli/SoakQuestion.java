package dev.minke.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A request for a completion, with a seed: its answer is the same whenever it is asked.
///
/// @param number of which everything else follows
record SoakQuestion(int number) {
  private static final String EVENT = "data: ";
  private static final int USERS = 7;

  /// Questions begin alike in groups, so that the cache has something to share.
  private static final int GROUPS = 9;

  String body(boolean streamed) {
    SplittableRandom random = new SplittableRandom(number);
    StringBuilder prompt = new StringBuilder();
    append(prompt, new SplittableRandom(number % GROUPS), 2 * (number % GROUPS));
    append(prompt, random, 2 + random.nextInt(10));
    ObjectNode body = JsonMapper.shared().createObjectNode();
    body.put("prompt", prompt.toString())
        .put("stream", streamed)
        .put("seed", number)
        .put("temperature", number % 3 == 0 ? 0 : 0.9)
        .put("top_p", 0.95)
        .put("max_tokens", 4 + random.nextInt(60))
        .put("ignore_eos", true)
        .put("user", "user" + number % USERS);
    return body.toString();
  }

  private static void append(StringBuilder text, SplittableRandom random, int words) {
    for (int i = 0; i < words; i++) {
      int letters = 1 + random.nextInt(6);
      for (int letter = 0; letter < letters; letter++) {
        text.append((char) ('a' + random.nextInt(26)));
      }
      text.append(' ');
    }
  }

  /// What became of it.
  ///
  /// @param status of HTTP
  /// @param text of the answer; empty if there is none
  /// @param retryAfter whether a refusal said when to come back
  record Outcome(int status, String text, boolean retryAfter) {}

  Outcome ask(HttpClient client, URI server, boolean streamed)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(server.resolve("/v1/completions"))
            .POST(HttpRequest.BodyPublishers.ofString(body(streamed)))
            .build();
    HttpResponse<InputStream> response =
        client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    Optional<String> retryAfter = response.headers().firstValue("Retry-After");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      String text =
          response.statusCode() != 200 ? "" : streamed ? streamedText(lines) : text(lines);
      return new Outcome(response.statusCode(), text, retryAfter.isPresent());
    }
  }

  private static String text(BufferedReader lines) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      all.append(line);
    }
    return JsonMapper.shared().readTree(all.toString()).at("/choices/0/text").asString();
  }

  private static String streamedText(BufferedReader lines) throws IOException {
    StringBuilder all = new StringBuilder();
    boolean isDone = false;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      isDone |= line.equals(EVENT + "[DONE]");
      if (line.startsWith(EVENT + "{")) {
        JsonNode event = JsonMapper.shared().readTree(line.substring(EVENT.length()));
        all.append(event.at("/choices/0/text").asString(""));
      }
    }
    if (!isDone) {
      throw new IOException("a stream without an end: " + all);
    }
    return all.toString();
  }
}
