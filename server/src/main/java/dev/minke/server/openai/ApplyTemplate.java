package dev.minke.server.openai;

import dev.minke.server.host.Access;
import dev.minke.server.host.Models;
import dev.minke.server.host.ServerSettings;
import dev.minke.server.wire.Bodies;
import dev.minke.server.wire.Fields;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import tools.jackson.databind.json.JsonMapper;

/// llama.cpp's `/apply-template`: what the model would read of a request to `/v1/chat/completions`,
/// as a text with special tokens written out.
final class ApplyTemplate {
  private final Models models;
  private final Access access;
  private final ServerSettings settings;

  ApplyTemplate(Models models, Access access, ServerSettings settings) {
    this.models = models;
    this.access = access;
    this.settings = settings;
  }

  void answer(ServerRequest request, ServerResponse response) {
    String user = access.user(request);
    Fields fields = Bodies.read(request, settings.bodyBytes());
    try (Models.Lease lease = models.lease(fields.text("model").orElse(""))) {
      ChatCall call = ChatCall.read(fields, lease.model(), user, settings.limits().answer());
      String prompt = lease.model().wording().word(call.chat().request()).text();
      Bodies.send(response, JsonMapper.shared().createObjectNode().put("prompt", prompt));
    }
  }
}
