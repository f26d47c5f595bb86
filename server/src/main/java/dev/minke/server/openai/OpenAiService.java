package dev.minke.server.openai;

import dev.minke.Chat;
import dev.minke.Completion;
import dev.minke.Minke;
import dev.minke.Options;
import dev.minke.inference.Generation;
import dev.minke.inference.text.TextListener;
import dev.minke.server.answer.Activity;
import dev.minke.server.answer.Delivery;
import dev.minke.server.answer.Hearing;
import dev.minke.server.host.Access;
import dev.minke.server.host.Models;
import dev.minke.server.host.ServerSettings;
import dev.minke.server.wire.Bodies;
import dev.minke.server.wire.ErrorStyle;
import dev.minke.server.wire.Fields;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Clock;
import java.util.UUID;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The paths of OpenAI's API, with and without `/v1`; also under `/beta`, where DeepSeek has the
/// continuation of a prefix.
public final class OpenAiService implements HttpService {
  private final Models models;
  private final Access access;
  private final ServerSettings settings;
  private final Activity activity;
  private final Clock clock;
  private final ApplyTemplate template;
  private final Embeddings embeddings;
  private final Reranking reranking;

  public OpenAiService(
      Models models, Access access, ServerSettings settings, Activity activity, Clock clock) {
    this.models = models;
    this.access = access;
    this.settings = settings;
    this.activity = activity;
    this.clock = clock;
    template = new ApplyTemplate(models, access, settings);
    embeddings = new Embeddings(models, access, settings);
    reranking = new Reranking(models, access, settings);
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .post("/chat/completions", this::chat)
        .post("/completions", this::complete)
        .post("/apply-template", template::answer)
        .post("/embeddings", embeddings::answer)
        .post("/rerank", reranking::answer)
        .get("/models", this::list);
  }

  private void list(ServerRequest request, ServerResponse response) {
    access.user(request);
    ObjectNode body = JsonMapper.shared().createObjectNode().put("object", "list");
    ArrayNode data = body.putArray("data");
    for (String name : models.names()) {
      data.addObject()
          .put("id", name)
          .put("object", "model")
          .put("created", now())
          .put("owned_by", "minke");
    }
    Bodies.send(response, body);
  }

  private void chat(ServerRequest request, ServerResponse response) {
    String user = access.user(request);
    Fields fields = Bodies.read(request, settings.bodyBytes());
    try (Models.Lease lease = models.lease(fields.text("model").orElse(""));
        Hearing hearing = new Hearing()) {
      Minke model = lease.model();
      ChatCall call = ChatCall.read(fields, model, user, settings.limits().answer());
      for (int i = 0; i < call.count(); i++) {
        Chat chat = call.chat().withOptions(numbered(call.chat().options(), i));
        add(hearing, lease, listener -> model.submit(chat, listener));
      }
      ChatCompletions answers =
          new ChatCompletions(id("chatcmpl-"), now(), lease.name(), model, call);
      deliver(answers, call.streaming(), hearing, response);
    }
  }

  private void complete(ServerRequest request, ServerResponse response) {
    String user = access.user(request);
    Fields fields = Bodies.read(request, settings.bodyBytes());
    try (Models.Lease lease = models.lease(fields.text("model").orElse(""));
        Hearing hearing = new Hearing()) {
      Minke model = lease.model();
      CompletionCall call = CompletionCall.read(fields, model, user, settings.limits().answer());
      for (int i = 0; i < call.answers(); i++) {
        Completion completion =
            new Completion(call.prompt(i).ids(), numbered(call.options(), i % call.count()));
        add(hearing, lease, listener -> model.submit(completion, listener));
      }
      TextCompletions answers =
          new TextCompletions(id("cmpl-"), now(), lease.name(), model.tokenizer(), call);
      deliver(answers, call.streaming(), hearing, response);
    }
  }

  private void add(Hearing hearing, Models.Lease lease, Function<TextListener, Generation> submit) {
    hearing.add(listener -> activity.begin(lease.name(), listener, submit));
  }

  /// With a seed of their own each, where several answers are asked for.
  private static Options numbered(Options options, int number) {
    Long seed = options.seed();
    return options.withSeed(seed == null ? null : seed + number);
  }

  private void deliver(
      Delivery.Answers answers, Streaming streaming, Hearing hearing, ServerResponse response) {
    Delivery delivery = new Delivery(settings.keepAlive(), ErrorStyle.OPENAI);
    if (streaming.streams()) {
      delivery.stream(answers, hearing, response);
    } else {
      delivery.whole(answers, hearing, response);
    }
  }

  private static String id(String prefix) {
    return prefix + UUID.randomUUID().toString().replace("-", "");
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }
}
