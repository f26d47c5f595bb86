package dev.minke.bench.serve;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Some clients of a server, each of which asks its next question when it was answered. Answers are
/// streamed, greedy, and as long as they may be, whatever ends the model would like.
///
/// @param questions what they ask
/// @param most tokens of an answer
record Clients(Questions questions, int most) {
  private static final String EVENT = "data: ";

  /// Has them ask.
  ///
  /// @param clients how many ask at a time
  /// @param first number of the first question
  /// @param count questions in all
  /// @param shared whether the questions begin alike
  Load ask(URI server, int clients, int first, int count, boolean shared)
      throws IOException, InterruptedException {
    AtomicInteger next = new AtomicInteger();
    List<Future<List<Load.Answer>>> work = new ArrayList<>();
    List<Load.Answer> answers = new ArrayList<>();
    long begin = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int client = 0; client < clients; client++) {
        work.add(
            threads.submit(() -> {
              List<Load.Answer> own = new ArrayList<>();
              for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                own.add(ask(server, questions.at(first + i, shared), most));
              }
              return own;
            }));
      }
      for (Future<List<Load.Answer>> one : work) {
        answers.addAll(one.get());
      }
    } catch (ExecutionException e) {
      throw new IOException("a client failed: " + e.getMessage(), e);
    }
    return Load.of(answers, (System.nanoTime() - begin) * 1e-9);
  }

  /// One question, whose answer has exactly as many tokens as it may have.
  ///
  /// A connection of its own: llama-server closes those it was asked to keep when it likes.
  static Load.Answer ask(URI server, String question, int tokens)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(server.resolve("/v1/chat/completions"))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body(question, tokens)))
              .build();
      long asked = System.nanoTime();
      var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      if (response.statusCode() != 200) {
        throw new IOException(
            "status %d: %s"
                .formatted(
                    response.statusCode(),
                    new String(response.body().readAllBytes(), StandardCharsets.UTF_8)));
      }
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
        return read(lines, asked, tokens);
      }
    }
  }

  private static Load.Answer read(BufferedReader lines, long asked, int tokens) throws IOException {
    List<Long> pieces = new ArrayList<>();
    JsonNode usage = JsonMapper.shared().createObjectNode();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.startsWith(EVENT + "{")) {
        continue;
      }
      JsonNode event = JsonMapper.shared().readTree(line.substring(EVENT.length()));
      JsonNode delta = event.path("choices").path(0).path("delta");
      if (!delta.path("content").asString("").isEmpty()
          || !delta.path("reasoning_content").asString("").isEmpty()) {
        pieces.add(System.nanoTime());
      }
      if (event.path("usage").isObject()) {
        usage = event.path("usage");
      }
    }
    long output = usage.path("completion_tokens").asLong(0);
    if (output != tokens || pieces.isEmpty()) {
      throw new IOException(
          "expected an answer of %d tokens, found %d in %d pieces"
              .formatted(tokens, output, pieces.size()));
    }
    return new Load.Answer(
        asked,
        pieces,
        usage.path("prompt_tokens").asLong(0),
        output,
        usage.path("prompt_tokens_details").path("cached_tokens").asLong(0));
  }

  private static String body(String question, int tokens) {
    ObjectNode body = JsonMapper.shared().createObjectNode();
    body.put("model", ServerProcess.MODEL)
        .put("stream", true)
        .put("temperature", 0)
        .put("ignore_eos", true)
        .put("max_tokens", tokens);
    body.putObject("stream_options").put("include_usage", true);
    body.putArray("messages").addObject().put("role", "user").put("content", question);
    return body.toString();
  }
}
