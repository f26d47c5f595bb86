package dev.minke.server.openai;

import dev.minke.Minke;
import dev.minke.server.answer.Activity;
import dev.minke.server.answer.Delivery;
import dev.minke.server.answer.OneAnswer;
import dev.minke.server.host.Access;
import dev.minke.server.host.Models;
import dev.minke.server.host.ServerSettings;
import dev.minke.server.wire.Bodies;
import dev.minke.server.wire.ErrorStyle;
import dev.minke.server.wire.EventStream;
import dev.minke.server.wire.Fields;
import dev.minke.server.wire.FreshId;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Clock;

/// OpenAI's Responses API. Nothing is stored: a client sends the whole conversation each time.
public final class ResponsesService implements HttpService {
  private final Models models;
  private final Access access;
  private final ServerSettings settings;
  private final Activity activity;
  private final Clock clock;

  public ResponsesService(
      Models models, Access access, ServerSettings settings, Activity activity, Clock clock) {
    this.models = models;
    this.access = access;
    this.settings = settings;
    this.activity = activity;
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.post("/responses", this::answer);
  }

  private void answer(ServerRequest request, ServerResponse response) {
    String user = access.user(request);
    Fields fields = Bodies.read(request, settings.bodyBytes());
    try (Models.Lease lease = models.lease(fields.text("model").orElse(""))) {
      Minke model = lease.model();
      ResponsesCall call = ResponsesCall.read(fields, model, user, settings.limits().answer());
      ResponseObject object =
          new ResponseObject(
              FreshId.of("resp_"), clock.instant().getEpochSecond(), lease.name(), call);
      try (OneAnswer answer =
          new OneAnswer(
              new Delivery(settings.keepAlive(), ErrorStyle.OPENAI),
              activity,
              lease.name(),
              listener -> model.submit(call.chat(), listener),
              call.mostCalls())) {
        if (call.streams()) {
          answer.stream(new ResponseEvents(new EventStream(response), object));
        } else {
          answer.whole(response, object::whole);
        }
      }
    }
  }
}
