package dev.minke.server.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minke.Minke;
import dev.minke.server.ApiDocument;
import dev.minke.server.MinkeServer;
import dev.minke.server.OneModel;
import dev.minke.server.ScriptedModel;
import dev.minke.server.answer.Activity;
import dev.minke.server.anthropic.AnthropicService;
import dev.minke.server.host.Access;
import dev.minke.server.host.Models;
import dev.minke.server.host.ServerSettings;
import dev.minke.server.ollama.OllamaService;
import dev.minke.server.ops.Facts;
import dev.minke.server.ops.Metrics;
import dev.minke.server.ops.OpsService;
import dev.minke.server.ops.Probes;
import dev.minke.server.ops.Tokens;
import dev.minke.server.ops.Traffic;
import dev.minke.server.wire.Fields;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The document beside the code: the same paths, the same fields.
class OpenApiTest {
  @TempDir private static Path temporary;

  private static Minke model;
  private static MinkeServer server;
  private static JsonNode document;

  @BeforeAll
  static void start() throws IOException {
    model = Minke.open(ScriptedModel.write(temporary.resolve("model")));
    ServerSettings settings = ServerSettings.DEFAULT.withPort(0).withSlots(true);
    server = MinkeServer.start(settings, new OneModel("tiny", model));
    document = ApiDocument.read();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
      model.close();
    }
  }

  // ---- paths

  private static Set<String> described() {
    Set<String> described = new TreeSet<>();
    document
        .path("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .propertyNames()
                .forEach(method -> described.add(method + " " + withoutVersion(path.getKey()))));
    return described;
  }

  private static String withoutVersion(String path) {
    return path.startsWith("/v1/") ? path.substring(3) : path;
  }

  private static Set<String> routed(HttpService... services) {
    Set<String> routed = new TreeSet<>();
    HttpRules rules =
        (HttpRules)
            Proxy.newProxyInstance(
                HttpRules.class.getClassLoader(),
                new Class<?>[] {HttpRules.class},
                (proxy, method, arguments) -> {
                  assertThat(arguments[0]).as("rules have a path").isInstanceOf(String.class);
                  routed.add(method.getName().toLowerCase(Locale.ROOT) + " " + arguments[0]);
                  return proxy;
                });
    for (HttpService service : services) {
      service.routing(rules);
    }
    return routed;
  }

  @Test
  void everyPathIsDescribedAndEveryDescribedPathIsThere() {
    Models models = new OneModel("tiny", model);
    ServerSettings settings = ServerSettings.DEFAULT;
    Activity activity = new Activity();
    Access access = new Access(Set.of());
    Metrics metrics = new Metrics(models, access, activity);
    OpsService ops =
        new OpsService(
            new Probes(models, new Traffic(metrics)),
            metrics,
            new Facts(models, access, settings, activity),
            new Tokens(models, access, settings));
    OpenAiService openAi = new OpenAiService(models, access, settings, activity, Clock.systemUTC());
    ResponsesService responses =
        new ResponsesService(models, access, settings, activity, Clock.systemUTC());
    Set<String> routed = routed(openAi, responses, ops);
    routed.addAll(routed(new AnthropicService(models, access, settings, activity)));
    OllamaService ollama = new OllamaService(models, access, settings, activity, Clock.systemUTC());
    routed(ollama).forEach(rule -> routed.add(rule.replace(" ", " /api")));
    // There only to say that they are not.
    routed.removeIf(rule -> rule.matches(".*/api/(pull|push|create|copy|delete)"));
    assertThat(described()).isEqualTo(routed);
  }

  @Test
  void everyDescribedPathAnswers() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
        for (String method : path.getValue().propertyNames()) {
          HttpResponse<String> response =
              client.send(
                  HttpRequest.newBuilder(
                          URI.create("http://127.0.0.1:" + server.port() + path.getKey()))
                      .method(
                          method.toUpperCase(Locale.ROOT),
                          method.equals("post")
                              ? HttpRequest.BodyPublishers.ofString("{}")
                              : HttpRequest.BodyPublishers.noBody())
                      .build(),
                  BodyHandlers.ofString());
          assertThat(response.statusCode())
              .as("%s %s: %s", method, path.getKey(), response.body())
              .isEqualTo(method.equals("post") ? 400 : 200);
        }
      }
    }
  }

  @Test
  void referencesLeadSomewhere() {
    follow(document);
    assertThat(document.path("openapi").asString()).isEqualTo("3.1.0");
  }

  private static void follow(JsonNode node) {
    JsonNode reference = node.path("$ref");
    if (reference.isString()) {
      assertThat(document.at(reference.asString().substring(1)).isMissingNode())
          .as(reference.asString())
          .isFalse();
    }
    node.values().forEach(OpenApiTest::follow);
  }

  // ---- fields

  @Test
  void fieldsOfAConversation() {
    Set<String> asked = new TreeSet<>();
    for (String choice :
        List.of(
            """
            {"type": "function", "function": {"name": "f"}}\
            """,
            """
            {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools":
              [{"type": "function", "function": {"name": "f"}}]}}\
            """)) {
      asked.addAll(conversation(choice));
    }
    Set<String> expected = ApiDocument.properties("ChatRequest");
    // Asked for beside another type.
    expected.remove("response_format.schema");
    assertThat(asked).isEqualTo(expected);
  }

  private static Set<String> conversation(String choice) {
    Fields fields =
        ApiDocument.fields(
            """
            {"messages": [
               {"role": "system", "content": [{"type": "text", "text": "a"}]},
               {"role": "assistant", "tool_calls": [{"function": {"name": "f"}}]}],
             "tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": %s,
             "thinking": {"type": "disabled"},
             "response_format": {"type": "json_schema", "json_schema": {"schema": {}}},
             "stream_options": {}}
            """
                .formatted(choice));
    String _ = fields.text("model").orElse("");
    ChatCall.read(fields, model, "", Duration.ofMinutes(1));
    return ApiDocument.asked(fields);
  }

  @Test
  void fieldsOfAResponse() {
    Set<String> asked = new TreeSet<>();
    for (String choice :
        List.of(
            """
            {"type": "function", "name": "f"}\
            """,
            """
            {"type": "allowed_tools", "mode": "auto", "tools":
              [{"type": "function", "name": "f"}]}\
            """)) {
      asked.addAll(response(choice));
    }
    assertThat(asked).isEqualTo(ApiDocument.properties("ResponsesRequest"));
  }

  private static Set<String> response(String choice) {
    Fields fields =
        ApiDocument.fields(
            """
            {"input": [
               {"role": "user", "content": [{"type": "input_text", "text": "a"}]},
               {"type": "reasoning", "summary": [{"type": "summary_text", "text": "a"}],
                "content": [{"type": "reasoning_text", "text": "a"}]},
               {"role": "assistant", "content": "a"},
               {"type": "function_call", "call_id": "c", "name": "f"},
               {"type": "function_call_output", "call_id": "c",
                "output": [{"type": "input_text", "text": "a"}]}],
             "tools": [{"type": "function", "name": "f"}],
             "tool_choice": %s, "reasoning": {}, "stream_options": {},
             "text": {"format": {"type": "json_schema", "schema": {}}}}
            """
                .formatted(choice));
    String _ = fields.text("model").orElse("");
    ResponsesCall.read(fields, model, "", Duration.ofMinutes(1));
    return ApiDocument.asked(fields);
  }

  @Test
  void fieldsOfACompletion() {
    Fields fields =
        ApiDocument.fields(
            """
            {"prompt": "a", "stream_options": {},
             "response_format": {"type": "json_schema", "json_schema": {"schema": {}}}}
            """);
    String _ = fields.text("model").orElse("");
    CompletionCall.read(fields, model, "", Duration.ofMinutes(1));
    Set<String> expected = ApiDocument.properties("CompletionRequest");
    expected.remove("response_format.schema");
    assertThat(ApiDocument.asked(fields)).isEqualTo(expected);
  }

  @Test
  void fieldsOfDocumentsToRank() {
    Set<String> asked = new TreeSet<>();
    for (String document : List.of("\"a\"", "{\"text\": \"a\"}")) {
      Fields fields =
          ApiDocument.fields("{\"query\": \"a\", \"documents\": [%s]}".formatted(document));
      String _ = fields.text("model").orElse("");
      Reranking.Call.read(fields, "");
      asked.addAll(ApiDocument.asked(fields));
    }
    assertThat(asked).isEqualTo(ApiDocument.properties("RerankRequest"));
  }

  @Test
  void fieldsOfTokensAreKnown() throws Exception {
    String content = "\"content\": \"a\", \"tokens\": [5], \"model\": \"tiny\", \"%s\": false";
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (String path : Set.of("Tokenize", "Detokenize")) {
        Set<String> known = ApiDocument.properties(path + "Request");
        for (String name : Set.of("add_special", "parse_special", "with_pieces", "other")) {
          ObjectNode all =
              (ObjectNode) JsonMapper.shared().readTree("{" + content.formatted(name) + "}");
          all.remove(path.equals("Tokenize") ? "tokens" : "content");
          HttpResponse<String> response =
              client.send(
                  HttpRequest.newBuilder(
                          URI.create(
                              "http://127.0.0.1:%d/%s"
                                  .formatted(server.port(), path.toLowerCase(Locale.ROOT))))
                      .POST(HttpRequest.BodyPublishers.ofString(all.toString()))
                      .build(),
                  BodyHandlers.ofString());
          assertThat(response.statusCode())
              .as("%s %s", path, name)
              .isEqualTo(known.contains(name) ? 200 : 400);
        }
      }
    }
  }
}
