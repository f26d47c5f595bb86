package dev.minke.server.ollama;

import dev.minke.Minke;
import dev.minke.inference.Generation;
import dev.minke.inference.text.TextListener;
import dev.minke.server.answer.Activity;
import dev.minke.server.answer.Delivery;
import dev.minke.server.answer.OneAnswer;
import dev.minke.server.host.Access;
import dev.minke.server.host.Models;
import dev.minke.server.host.ServerSettings;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Bodies;
import dev.minke.server.wire.ErrorStyle;
import dev.minke.server.wire.Fields;
import dev.minke.server.wire.FreshId;
import dev.minke.server.wire.LineStream;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The paths of Ollama's API.
public final class OllamaService implements HttpService {
  /// The release of Ollama whose API is spoken: clients ask whether it is new enough for them.
  private static final String VERSION = "0.12.6";

  /// What is told of a model that stays open.
  private static final Instant NEVER = Instant.parse("2318-01-01T00:00:00Z");

  private final Models models;
  private final Access access;
  private final ServerSettings settings;
  private final Activity activity;
  private final Clock clock;

  public OllamaService(
      Models models, Access access, ServerSettings settings, Activity activity, Clock clock) {
    this.models = models;
    this.access = access;
    this.settings = settings;
    this.activity = activity;
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/version", this::version)
        .get("/tags", this::tags)
        .get("/ps", this::open)
        .post("/show", this::show)
        .post("/chat", this::chat)
        .post("/generate", this::generate)
        .post("/embed", this::embed)
        .post("/embeddings", this::embedOne);
    for (String path : List.of("/pull", "/push", "/create", "/copy")) {
      rules.post(path, (_, _) -> refuseChange());
    }
    rules.delete("/delete", (_, _) -> refuseChange());
  }

  private static void refuseChange() {
    throw ApiException.badRequest(
        "models: this server has those that it was started with; fetch others with minke pull");
  }

  private void version(ServerRequest request, ServerResponse response) {
    Bodies.send(response, JsonMapper.shared().createObjectNode().put("version", VERSION));
  }

  // ---- models

  private void tags(ServerRequest request, ServerResponse response) {
    access.user(request);
    Map<String, ObjectNode> open = new HashMap<>();
    for (Models.Lease lease : models.open()) {
      try (lease) {
        open.put(lease.name(), ModelFacts.of(lease).entry());
      }
    }
    ObjectNode body = JsonMapper.shared().createObjectNode();
    ArrayNode list = body.putArray("models");
    for (String name : models.names()) {
      ObjectNode entry = open.get(name);
      if (entry == null) {
        list.addObject().put("name", name).put("model", name);
      } else {
        list.add(entry);
      }
    }
    Bodies.send(response, body);
  }

  private void open(ServerRequest request, ServerResponse response) {
    access.user(request);
    Instant until = models.idle().map(clock.instant()::plus).orElse(NEVER);
    ObjectNode body = JsonMapper.shared().createObjectNode();
    ArrayNode list = body.putArray("models");
    for (Models.Lease lease : models.open()) {
      try (lease) {
        list.add(
            ModelFacts.of(lease)
                .entry()
                .put("expires_at", until.toString())
                .put("size_vram", 0)
                .put("context_length", lease.model().context()));
      }
    }
    Bodies.send(response, body);
  }

  private void show(ServerRequest request, ServerResponse response) {
    access.user(request);
    Fields fields = Bodies.read(request, settings.bodyBytes());
    String name = name(fields);
    // The long answer has lists of tens of thousands of tokens besides.
    fields.refuse("verbose", "tells no vocabularies", "false");
    fields.refuse("system", "has models as they are", "\"\"");
    fields.refuse("template", "uses the template of the model", "\"\"");
    fields.refuse("options", "has models as they are", "{}");
    fields.end();
    try (Models.Lease lease = models.lease(name)) {
      Bodies.send(response, ModelFacts.of(lease).all());
    }
  }

  /// Ollama's own client says `model`, older ones `name`. A tag that says nothing may be left out.
  private String name(Fields fields) {
    String before = fields.text("name").orElse("");
    String asked = fields.text("model").orElse(before);
    if (asked.isEmpty()) {
      throw fields.missing("model", "a name");
    }
    String plain = asked.endsWith(":latest") ? asked.substring(0, asked.lastIndexOf(':')) : asked;
    return models.names().contains(asked) ? asked : plain;
  }

  // ---- answers

  /// Reads a request for an answer.
  private interface Reader {
    AnswerCall read(Fields fields, Minke model, String user, Duration patience);
  }

  private void chat(ServerRequest request, ServerResponse response) {
    answer(request, response, AnswerObjects.Form.CHAT, ChatReader::read);
  }

  private void generate(ServerRequest request, ServerResponse response) {
    answer(request, response, AnswerObjects.Form.GENERATE, GenerateReader::read);
  }

  private void answer(
      ServerRequest request, ServerResponse response, AnswerObjects.Form form, Reader reader) {
    String user = access.user(request);
    Fields fields = Bodies.read(request, settings.bodyBytes());
    KeepAlive.require(fields, models);
    Instant begin = clock.instant();
    try (Models.Lease lease = models.lease(name(fields))) {
      Duration opening = Duration.between(begin, clock.instant());
      AnswerCall call = reader.read(fields, lease.model(), user, settings.limits().answer());
      AnswerObjects objects = new AnswerObjects(form, FreshId.of(""), lease.name(), clock, opening);
      Function<TextListener, Generation> start = call.start();
      if (start == null) {
        Bodies.send(response, objects.opened());
        return;
      }
      Delivery delivery = new Delivery(settings.keepAlive(), ErrorStyle.OLLAMA);
      try (OneAnswer answer =
          new OneAnswer(delivery, activity, lease.name(), start, Integer.MAX_VALUE)) {
        if (call.streams()) {
          answer.stream(new AnswerLines(LineStream.of(response), objects));
        } else {
          answer.whole(response, objects::whole);
        }
      }
    }
  }

  // ---- vectors

  /// Reads a request for vectors, and answers it.
  private interface Embedder {
    ObjectNode embed(Fields fields, Minke model, String user);
  }

  private void embed(ServerRequest request, ServerResponse response) {
    vectors(request, response, Embedding::several);
  }

  private void embedOne(ServerRequest request, ServerResponse response) {
    vectors(request, response, Embedding::one);
  }

  private void vectors(ServerRequest request, ServerResponse response, Embedder embedder) {
    String user = access.user(request);
    Fields fields = Bodies.read(request, settings.bodyBytes());
    KeepAlive.require(fields, models);
    Instant begin = clock.instant();
    try (Models.Lease lease = models.lease(name(fields))) {
      Duration opening = Duration.between(begin, clock.instant());
      ObjectNode body = embedder.embed(fields, lease.model(), user);
      body.put("model", lease.name()).put("load_duration", opening.toNanos());
      Bodies.send(response, body);
    }
  }
}
