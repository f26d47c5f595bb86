package dev.minke.server;

import static dev.minke.server.ScriptedServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.minke.OpenOptions;
import dev.minke.server.host.ServerSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Texts to vectors, and documents by nearness. The scripted model's vector of a text is how often
/// each letter occurs in it, so all nearness is known.
class VectorsTest {
  @TempDir private static Path temporary;

  private static ScriptedServer server;

  @BeforeAll
  static void start() throws IOException {
    server =
        new ScriptedServer(
            temporary, ServerSettings.DEFAULT, OpenOptions.DEFAULT.withContext(1000));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static JsonNode post(String path, String body) throws Exception {
    HttpResponse<String> response = server.post(path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return json(response.body());
  }

  private static List<Double> numbers(JsonNode array) {
    List<Double> numbers = new ArrayList<>();
    array.forEach(number -> numbers.add(number.doubleValue()));
    return numbers;
  }

  private static double product(List<Double> a, List<Double> b) {
    return IntStream.range(0, a.size()).mapToDouble(i -> a.get(i) * b.get(i)).sum();
  }

  // ---- Ollama

  @Test
  void ollamaEmbedsSeveralTexts() throws Exception {
    JsonNode body =
        post("/api/embed", "{\"model\": \"scripted\", \"input\": [\"aab\", \"ab\", \"c\"]}");
    List<List<Double>> vectors = new ArrayList<>();
    body.path("embeddings").forEach(one -> vectors.add(numbers(one)));
    assertThat(vectors).hasSize(3);
    assertThat(product(vectors.get(0), vectors.get(0))).isCloseTo(1, within(1e-6));
    assertThat(product(vectors.get(0), vectors.get(1)))
        .isCloseTo(3 / Math.sqrt(5 * 2), within(1e-6));
    assertThat(product(vectors.get(0), vectors.get(2))).isCloseTo(0, within(1e-6));
    assertThat(body.path("prompt_eval_count").intValue()).isEqualTo(6);
    assertThat(body.path("total_duration").longValue()).isPositive();
    JsonNode openAi = post("/v1/embeddings", "{\"input\": \"aab\"}");
    assertThat(numbers(openAi.path("data").get(0).path("embedding"))).isEqualTo(vectors.get(0));
    JsonNode older =
        post("/api/embeddings", "{\"model\": \"scripted\", \"prompt\": \"aab\", \"options\": {}}");
    assertThat(numbers(older.path("embedding"))).isEqualTo(vectors.get(0));
  }

  @Test
  void whatIsTooLongIsCutOrRefused() throws Exception {
    int room = server.model().context() - 1;
    String body =
        "{\"model\": \"scripted\", \"input\": \"%sb\"%s}".formatted("a".repeat(room), "%s");
    JsonNode cut = post("/api/embed", body.formatted(""));
    assertThat(cut.path("prompt_eval_count").intValue()).isEqualTo(room);
    assertThat(numbers(cut.path("embeddings").get(0)).get('b')).isZero();
    HttpResponse<String> refused =
        server.post("/api/embed", body.formatted(", \"truncate\": false"));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(json(refused.body()).path("error").asString())
        .isEqualTo(
            "input: expected fewer tokens than the context has, %d, found %d"
                .formatted(room + 1, room + 1));
  }

  @Test
  void withoutATextTheModelIsOnlyOpened() throws Exception {
    assertThat(post("/api/embed", "{\"model\": \"scripted\"}").path("embeddings")).isEmpty();
    assertThat(post("/api/embeddings", "{\"model\": \"scripted\"}").path("embedding")).isEmpty();
  }

  /// More than the line of the engine has room for.
  @Test
  void manyTextsWaitForEachOther() throws Exception {
    String texts =
        IntStream.range(0, 400).mapToObj(i -> "\"" + i + "\"").collect(Collectors.joining(", "));
    assertThat(
            post("/api/embed", "{\"model\": \"scripted\", \"input\": [%s]}".formatted(texts))
                .path("embeddings"))
        .hasSize(400);
    assertThat(post("/v1/embeddings", "{\"input\": [%s]}".formatted(texts)).path("data"))
        .hasSize(400);
  }

  // ---- documents

  private static final String DOCUMENTS = "[\"c\", \"aab\", \"b\", \"ab\"]";

  @Test
  void theNearestDocumentComesFirst() throws Exception {
    JsonNode body =
        post("/v1/rerank", "{\"query\": \"ab\", \"documents\": %s}".formatted(DOCUMENTS));
    List<Integer> order = new ArrayList<>();
    List<Double> scores = new ArrayList<>();
    for (JsonNode result : body.path("results")) {
      order.add(result.path("index").intValue());
      scores.add(result.path("relevance_score").doubleValue());
      assertThat(result.has("document")).isFalse();
    }
    assertThat(order).containsExactly(3, 1, 2, 0);
    assertThat(scores.get(0)).isCloseTo(1, within(1e-6));
    assertThat(scores.get(1)).isCloseTo(3 / Math.sqrt(5 * 2), within(1e-6));
    assertThat(scores.get(2)).isCloseTo(1 / Math.sqrt(2), within(1e-6));
    assertThat(scores.get(3)).isCloseTo(0, within(1e-6));
    assertThat(body.path("model").asString()).isEqualTo("scripted");
    assertThat(body.path("usage").path("total_tokens").intValue()).isEqualTo(2 + 1 + 3 + 1 + 2);
  }

  @Test
  void someResultsWithTheirDocuments() throws Exception {
    JsonNode results =
        post(
                "/rerank",
                """
                {"model": "scripted", "query": "ab", "top_n": 2, "return_documents": true,
                 "documents": [{"text": "c"}, {"text": "ab"}, {"text": "ab"}]}
                """)
            .path("results");
    assertThat(results).hasSize(2);
    assertThat(results.get(0).path("index").intValue()).isEqualTo(1);
    assertThat(results.get(1).path("index").intValue()).isEqualTo(2);
    assertThat(results.get(1).path("document").path("text").asString()).isEqualTo("ab");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "query | {\"documents\": [\"a\"]}",
        "query | {\"query\": \"\", \"documents\": [\"a\"]}",
        "documents | {\"query\": \"a\"}",
        "documents | {\"query\": \"a\", \"documents\": []}",
        "documents[1] | {\"query\": \"a\", \"documents\": [\"a\", \"\"]}",
        "documents[0].text | {\"query\": \"a\", \"documents\": [{\"title\": \"a\"}]}",
        "top_n | {\"query\": \"a\", \"documents\": [\"a\"], \"top_n\": 0}",
        "rank_fields | {\"query\": \"a\", \"documents\": [\"a\"], \"rank_fields\": [\"b\"]}",
      })
  void isRefusedByName(String field, String body) throws Exception {
    HttpResponse<String> response = server.post("/v1/rerank", body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(json(response.body()).path("error").path("param").asString()).isEqualTo(field);
  }
}
