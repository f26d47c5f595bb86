package dev.minke.server.openai;

import dev.minke.Chat;
import dev.minke.Minke;
import dev.minke.server.Access;
import dev.minke.server.Hearing;
import dev.minke.server.Hearing.Heard;
import dev.minke.server.Models;
import dev.minke.server.ServerSettings;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Bodies;
import dev.minke.server.wire.ErrorStyle;
import dev.minke.server.wire.EventStream;
import dev.minke.server.wire.Fields;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The paths of OpenAI's API, with and without `/v1`; also under `/beta`, where DeepSeek has the
/// continuation of a prefix.
public final class OpenAiService implements HttpService {
  private final Models models;
  private final Access access;
  private final ServerSettings settings;
  private final Clock clock;

  public OpenAiService(Models models, Access access, ServerSettings settings, Clock clock) {
    this.models = models;
    this.access = access;
    this.settings = settings;
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.post("/chat/completions", this::chat).get("/models", this::list);
  }

  private void list(ServerRequest request, ServerResponse response) {
    access.user(request);
    ObjectNode body = JsonMapper.shared().createObjectNode().put("object", "list");
    ArrayNode data = body.putArray("data");
    for (String name : models.names()) {
      data.addObject()
          .put("id", name)
          .put("object", "model")
          .put("created", clock.instant().getEpochSecond())
          .put("owned_by", "minke");
    }
    Bodies.send(response, body);
  }

  private void chat(ServerRequest request, ServerResponse response)
      throws IOException, InterruptedException {
    String user = access.user(request);
    Fields fields = Bodies.read(request, settings.bodyBytes());
    try (Models.Lease lease = models.lease(fields.text("model").orElse(""));
        Hearing hearing = new Hearing()) {
      ChatCall call = ChatCall.read(fields, lease.model(), user);
      submit(call, lease.model(), hearing);
      ChatCompletions answers =
          new ChatCompletions(
              "chatcmpl-" + UUID.randomUUID().toString().replace("-", ""),
              clock.instant().getEpochSecond(),
              lease.name(),
              lease.model(),
              call);
      if (call.streams()) {
        stream(answers, call, hearing, response);
      } else {
        whole(answers, hearing, response);
      }
    }
  }

  /// With a seed of their own each, where several answers are asked for.
  private static void submit(ChatCall call, Minke model, Hearing hearing) {
    Long seed = call.chat().options().seed();
    for (int i = 0; i < call.count(); i++) {
      Chat chat =
          call.chat().withOptions(call.chat().options().withSeed(seed == null ? null : seed + i));
      hearing.add(listener -> model.submit(chat, listener));
    }
  }

  private void stream(
      ChatCompletions answers, ChatCall call, Hearing hearing, ServerResponse response)
      throws IOException, InterruptedException {
    try (EventStream events = new EventStream(response)) {
      try {
        while (hearing.isOpen()) {
          Heard heard = hearing.next(settings.keepAlive());
          if (heard == null) {
            events.keepAlive();
            continue;
          }
          for (ObjectNode chunk : answers.accept(heard, hearing)) {
            events.send(chunk);
          }
        }
        if (call.tellsUsage()) {
          events.send(answers.usageChunk());
        }
      } catch (ApiException e) {
        events.send(ErrorStyle.OPENAI.body(e));
      }
      events.send(null, "[DONE]");
    }
  }

  /// Empty lines before the answer are signs of life, as DeepSeek sends them: JSON may begin with
  /// them. They also tell whether the client is still there.
  private void whole(ChatCompletions answers, Hearing hearing, ServerResponse response)
      throws IOException, InterruptedException {
    OutputStream out = null;
    ObjectNode body;
    try {
      while (hearing.isOpen()) {
        Heard heard = hearing.next(settings.keepAlive());
        if (heard != null) {
          answers.accept(heard, hearing);
        } else {
          out = out == null ? begin(response) : out;
          out.write('\n');
          out.flush();
        }
      }
      body = answers.whole();
    } catch (ApiException e) {
      if (out == null) {
        throw e;
      }
      body = ErrorStyle.OPENAI.body(e);
    }
    if (out == null) {
      Bodies.send(response, body);
    } else {
      out.write(JsonMapper.shared().writeValueAsBytes(body));
      out.close();
    }
  }

  private static OutputStream begin(ServerResponse response) {
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    return response.outputStream();
  }
}
