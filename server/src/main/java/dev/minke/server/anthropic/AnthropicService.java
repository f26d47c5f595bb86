package dev.minke.server.anthropic;

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
import tools.jackson.databind.json.JsonMapper;

/// The paths of Anthropic's API.
public final class AnthropicService implements HttpService {
  private final Models models;
  private final Access access;
  private final ServerSettings settings;
  private final Activity activity;

  public AnthropicService(
      Models models, Access access, ServerSettings settings, Activity activity) {
    this.models = models;
    this.access = access;
    this.settings = settings;
    this.activity = activity;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.post("/messages", this::answer).post("/messages/count_tokens", this::count);
  }

  private void answer(ServerRequest request, ServerResponse response) {
    String user = access.user(request);
    Fields fields = Bodies.read(request, settings.bodyBytes());
    try (Models.Lease lease = models.lease(fields.requiredText("model"))) {
      MessagesCall call =
          MessagesCall.read(fields, lease.model(), user, settings.limits().answer());
      String id = FreshId.of("msg_");
      Delivery delivery = new Delivery(settings.keepAlive(), ErrorStyle.ANTHROPIC);
      try (OneAnswer answer = call.answer(delivery, activity, lease)) {
        if (call.streams()) {
          int prompt = call.worded().ids().length;
          EventStream events = new EventStream(response);
          answer.stream(new MessageEvents(events, id, lease.name(), prompt));
        } else {
          answer.whole(response, reply -> WholeMessage.of(id, lease.name(), reply));
        }
      }
    }
  }

  private void count(ServerRequest request, ServerResponse response) {
    String user = access.user(request);
    Fields fields = Bodies.read(request, settings.bodyBytes());
    try (Models.Lease lease = models.lease(fields.requiredText("model"))) {
      MessagesCall call = MessagesCall.ofCount(fields, lease.model(), user);
      Bodies.send(
          response,
          JsonMapper.shared().createObjectNode().put("input_tokens", call.worded().ids().length));
    }
  }
}
