package dev.minke.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.minke.Completion;
import dev.minke.Minke;
import dev.minke.Options;
import dev.minke.Reply;
import dev.minke.server.host.ServerSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class CompletionsTest {
  @TempDir private static Path temporary;

  private static Minke model;
  private static MinkeServer server;
  private static Asking client;

  @BeforeAll
  static void start() throws IOException {
    model = Minke.open(TinyModel.copy(temporary.resolve("model")));
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

  private static HttpResponse<String> complete(String fields) throws Exception {
    return client.post("/v1/completions", "{\"temperature\": 0, " + fields + "}");
  }

  private static List<String> texts(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    List<String> texts = new ArrayList<>();
    for (JsonNode choice : Asking.json(response).path("choices").values()) {
      assertThat(choice.path("index").intValue()).isEqualTo(texts.size());
      texts.add(choice.path("text").asString());
    }
    return texts;
  }

  private static Reply expected(String text, int tokens) {
    return model.complete(new Completion(model.idsOf(text), Options.GREEDY.withMaxTokens(tokens)));
  }

  private static String json(int[] ids) {
    return Arrays.toString(ids);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/v1/completions", "/completions", "/beta/completions", "/beta/v1/completions"})
  void aTextIsContinued(String path) throws Exception {
    HttpResponse<String> response =
        client.post(path, "{\"prompt\": \"Hello\", \"temperature\": 0, \"max_tokens\": 12}");
    assertThat(texts(response)).containsExactly(expected("Hello", 12).text());
    JsonNode body = Asking.json(response);
    assertThat(body.path("object").asString()).isEqualTo("text_completion");
    assertThat(body.path("choices").get(0).path("finish_reason").asString()).isEqualTo("length");
    JsonNode usage = body.path("usage");
    int prompt = model.idsOf("Hello").length;
    assertThat(usage.path("prompt_tokens").intValue()).isEqualTo(prompt);
    assertThat(usage.path("completion_tokens").intValue()).isEqualTo(12);
    assertThat(usage.path("total_tokens").intValue()).isEqualTo(prompt + 12);
  }

  @Test
  void promptsMayBeTextsIdsOrSeveralOfEach() throws Exception {
    String a = expected("Hello", 6).text();
    String b = expected("The cat", 6).text();
    String idsA = json(model.idsOf("Hello"));
    String idsB = json(model.idsOf("The cat"));
    assertThat(texts(complete("\"prompt\": [\"Hello\", \"The cat\"], \"max_tokens\": 6")))
        .containsExactly(a, b);
    assertThat(texts(complete("\"prompt\": " + idsA + ", \"max_tokens\": 6"))).containsExactly(a);
    HttpResponse<String> both =
        complete("\"prompt\": [" + idsB + "," + idsA + "], \"max_tokens\": 6, \"n\": 2");
    assertThat(texts(both)).containsExactly(b, b, a, a);
    JsonNode usage = Asking.json(both).path("usage");
    assertThat(usage.path("prompt_tokens").intValue())
        .as("each prompt counts once")
        .isEqualTo(model.idsOf("Hello").length + model.idsOf("The cat").length);
    assertThat(usage.path("completion_tokens").intValue()).isEqualTo(24);
  }

  @Test
  void specialTokensInAPromptStandForThemselves() throws Exception {
    int begin = model.tokenizer().beginOfText().orElseThrow();
    String text = model.tokenizer().decode(begin) + "Hello";
    int[] ids =
        IntStream.concat(IntStream.of(begin), IntStream.of(model.tokenizer().encode("Hello")))
            .toArray();
    Reply reply = model.complete(new Completion(ids, Options.GREEDY.withMaxTokens(6)));
    assertThat(texts(complete("\"prompt\": \"" + text + "\", \"max_tokens\": 6")))
        .containsExactly(reply.text());
  }

  @Test
  void severalAnswersDifferByTheirSeeds() throws Exception {
    String fields = "\"prompt\": \"Hello\", \"max_tokens\": 12, \"temperature\": 1, ";
    List<String> three =
        texts(client.post("/v1/completions", "{" + fields + "\"n\": 3, \"seed\": 5}"));
    List<String> second = texts(client.post("/v1/completions", "{" + fields + "\"seed\": 6}"));
    assertThat(new HashSet<>(three)).hasSizeGreaterThan(1);
    assertThat(second).containsExactly(three.get(1));
  }

  @Test
  void echoSaysThePromptFirst() throws Exception {
    String text = expected("Hello", 6).text();
    assertThat(texts(complete("\"prompt\": \"Hello\", \"max_tokens\": 6, \"echo\": true")))
        .containsExactly("Hello" + text);
    StringBuilder streamed = new StringBuilder();
    for (JsonNode chunk :
        Asking.chunks(
            complete(
                "\"prompt\": \"Hello\", \"max_tokens\": 6, \"echo\": true, \"stream\": true"))) {
      streamed.append(chunk.path("choices").get(0).path("text").asString());
    }
    assertThat(streamed.toString()).isEqualTo("Hello" + text);
  }

  @Test
  void aStreamSaysTheSame() throws Exception {
    HttpResponse<String> response =
        complete(
            """
            "prompt": ["Hello", "The cat"], "max_tokens": 12, "stream": true,
            "stream_options": {"include_usage": true}
            """);
    StringBuilder[] texts = {new StringBuilder(), new StringBuilder()};
    String[] reasons = new String[2];
    List<JsonNode> chunks = Asking.chunks(response);
    for (JsonNode chunk : chunks.subList(0, chunks.size() - 1)) {
      JsonNode choice = chunk.path("choices").get(0);
      int index = choice.path("index").intValue();
      texts[index].append(choice.path("text").asString());
      if (!choice.path("finish_reason").isNull()) {
        reasons[index] = choice.path("finish_reason").asString();
      }
    }
    assertThat(texts[0].toString()).isEqualTo(expected("Hello", 12).text());
    assertThat(texts[1].toString()).isEqualTo(expected("The cat", 12).text());
    assertThat(reasons).containsExactly("length", "length");
    assertThat(chunks.getLast().path("usage").path("completion_tokens").intValue()).isEqualTo(24);
  }

  @Test
  void aStopStringEndsTheText() throws Exception {
    String text = expected("Hello", 12).text();
    String stop = text.substring(text.length() / 2, text.length() / 2 + 1);
    String before = text.substring(0, text.indexOf(stop));
    String quoted = tools.jackson.databind.json.JsonMapper.shared().writeValueAsString(stop);
    HttpResponse<String> response =
        complete("\"prompt\": \"Hello\", \"max_tokens\": 12, \"stop\": " + quoted);
    assertThat(texts(response)).containsExactly(before);
    assertThat(Asking.json(response).path("choices").get(0).path("finish_reason").asString())
        .isEqualTo("stop");
  }

  @Test
  void logProbsHaveListsOfOneLength() throws Exception {
    HttpResponse<String> response =
        complete("\"prompt\": \"Hello\", \"max_tokens\": 8, \"logprobs\": 3");
    JsonNode choice = Asking.json(response).path("choices").get(0);
    JsonNode logProbs = choice.path("logprobs");
    Reply reply =
        model.complete(
            new Completion(model.idsOf("Hello"), Options.GREEDY.withMaxTokens(8).withLogProbs(3)));
    assertThat(logProbs.path("tokens").size()).isEqualTo(8);
    for (int i = 0; i < 8; i++) {
      double chosen = reply.tokens().get(i).logProbs().chosen();
      assertThat(logProbs.path("token_logprobs").get(i).doubleValue())
          .isCloseTo(chosen, within(1e-4));
      double most =
          logProbs.path("top_logprobs").get(i).properties().stream()
              .mapToDouble(entry -> entry.getValue().doubleValue())
              .max()
              .orElseThrow();
      assertThat(chosen).as("greedy takes the likeliest").isCloseTo(most, within(1e-4));
      assertThat(logProbs.path("top_logprobs").get(i).size()).isBetween(1, 4);
    }
    offsetsPointIntoTheText(choice.path("text").asString(), logProbs);
  }

  /// A token that is text of its own stands at its offset.
  private static void offsetsPointIntoTheText(String text, JsonNode logProbs) {
    int checked = 0;
    for (int i = 0; i < logProbs.path("tokens").size(); i++) {
      String token = logProbs.path("tokens").get(i).asString();
      int offset = logProbs.path("text_offset").get(i).intValue();
      boolean inside = i > 0 && logProbs.path("tokens").get(i - 1).asString().startsWith("bytes:");
      if (!token.startsWith("bytes:") && !inside) {
        assertThat(text.substring(offset)).startsWith(token);
        checked++;
      }
    }
    assertThat(checked).isPositive();
  }

  @Test
  void streamedLogProbsAreTheSame() throws Exception {
    String fields = "\"prompt\": \"Hello\", \"max_tokens\": 8, \"logprobs\": 0";
    JsonNode whole = Asking.json(complete(fields)).path("choices").get(0).path("logprobs");
    List<String> tokens = new ArrayList<>();
    List<Integer> offsets = new ArrayList<>();
    for (JsonNode chunk : Asking.chunks(complete(fields + ", \"stream\": true"))) {
      JsonNode logProbs = chunk.path("choices").get(0).path("logprobs");
      logProbs.path("tokens").values().forEach(token -> tokens.add(token.asString()));
      logProbs.path("text_offset").values().forEach(offset -> offsets.add(offset.intValue()));
    }
    assertThat(tokens)
        .hasSize(8)
        .isEqualTo(whole.path("tokens").values().stream().map(JsonNode::asString).toList());
    assertThat(offsets)
        .isEqualTo(whole.path("text_offset").values().stream().map(JsonNode::intValue).toList());
  }

  @Test
  void sixteenTokensWhereNothingIsSaid() throws Exception {
    HttpResponse<String> response = complete("\"prompt\": \"Hello\", \"ignore_eos\": true");
    assertThat(Asking.json(response).path("usage").path("completion_tokens").intValue())
        .isEqualTo(16);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"max_tokens\": 3 | prompt",
        "\"prompt\": 7 | prompt",
        "\"prompt\": [[\"a\"]] | prompt",
        "\"prompt\": [1, -1] | prompt",
        "\"prompt\": [1, 99999] | prompt",
        "\"prompt\": [1, 1.5] | prompt",
        "\"prompt\": [\"a\", 7] | prompt",
        "\"prompt\": [\"a\", {}] | prompt",
        "\"prompt\": [] | prompt",
        "\"prompt\": \"a\", \"suffix\": \"b\" | suffix",
        "\"prompt\": \"a\", \"best_of\": 2 | best_of",
        "\"prompt\": \"a\", \"n\": 3, \"best_of\": 2 | best_of",
        "\"prompt\": \"a\", \"logprobs\": 6 | logprobs",
        "\"prompt\": \"a\", \"logprobs\": true | logprobs",
        "\"prompt\": \"a\", \"logprobs\": 1, \"echo\": true | logprobs",
        "\"prompt\": \"a\", \"n\": 0 | n",
        "\"prompt\": \"a\", \"messages\": [] | messages",
        "\"prompt\": \"a\", \"stop\": \"\" | stop",
      })
  void whatCannotBeIsRefusedByName(String fields, String name) throws Exception {
    HttpResponse<String> response = complete(fields);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(Asking.json(response).path("error").path("param").asString()).isEqualTo(name);
  }

  @Test
  void bestOfAsManyAsToldIsNoChoice() throws Exception {
    assertThat(texts(complete("\"prompt\": \"a\", \"n\": 2, \"best_of\": 2, \"max_tokens\": 1")))
        .hasSize(2);
  }

  @Test
  void tooLongAPromptSaysHowLongItMayBe() throws Exception {
    int[] ids = IntStream.range(0, model.context()).map(_ -> 5).toArray();
    HttpResponse<String> response = complete("\"prompt\": " + json(ids));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains(Integer.toString(model.context()));
  }

  @Test
  void usersSeeNoPrefixesOfOthers() throws Exception {
    int[] ids = IntStream.range(0, 200).map(i -> 5 + i % 300).toArray();
    String prompt = "\"prompt\": " + json(ids) + ", \"max_tokens\": 1, \"user\": ";
    Set<Integer> cached = new HashSet<>();
    for (String user : List.of("\"a\"", "\"b\"")) {
      JsonNode usage = Asking.json(complete(prompt + user)).path("usage");
      cached.add(usage.path("prompt_cache_hit_tokens").intValue());
    }
    assertThat(cached).containsExactly(0);
    JsonNode again = Asking.json(complete(prompt + "\"a\"")).path("usage");
    assertThat(again.path("prompt_cache_hit_tokens").intValue()).isPositive();
  }

  @Test
  void signsOfLifeComeWhileNothingIsSaid() throws Exception {
    ServerSettings settings =
        ServerSettings.DEFAULT.withPort(0).withKeepAlive(Duration.ofNanos(100_000));
    int most = 10;
    // Prompts that take many times as long as the server keeps silent, none the start of another.
    String request =
        "{\"prompt\": %s, \"temperature\": 0, \"max_tokens\": " + most + ", \"stream\": %s}";
    int[] first = IntStream.range(0, model.context() - most).map(i -> 5 + i % 200).toArray();
    int[] second = IntStream.range(0, model.context() - most).map(i -> 6 + i % 200).toArray();
    try (MinkeServer other = MinkeServer.start(settings, new OneModel("tiny", model));
        Asking asking = new Asking(other)) {
      HttpResponse<String> whole =
          asking.post("/v1/completions", request.formatted(json(first), false));
      assertThat(whole.body()).startsWith("\n");
      assertThat(texts(whole))
          .containsExactly(
              model.complete(new Completion(first, Options.GREEDY.withMaxTokens(most))).text());
      HttpResponse<String> stream =
          asking.post("/v1/completions", request.formatted(json(second), true));
      assertThat(stream.body()).contains(": keep-alive\n\n");
      assertThat(Asking.chunks(stream)).isNotEmpty();
    }
  }
}
