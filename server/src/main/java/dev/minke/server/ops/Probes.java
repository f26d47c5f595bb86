package dev.minke.server.ops;

import dev.minke.server.host.Models;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Bodies;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import tools.jackson.databind.json.JsonMapper;

/// Whether the server lives, and whether requests should be sent to it: what supervisors and load
/// balancers ask. Needs no key.
public final class Probes {
  private static final int SECONDS = 2;

  private final Models models;
  private final Traffic traffic;

  public Probes(Models models, Traffic traffic) {
    this.models = models;
    this.traffic = traffic;
  }

  /// 200, or 503 while the model is being opened.
  void health(ServerRequest request, ServerResponse response) {
    requireModel();
    ok(response);
  }

  /// As [#health], and 503 from the moment when the server begins to end: it should be sent no more
  /// requests.
  void ready(ServerRequest request, ServerResponse response) {
    requireModel();
    if (traffic.isDraining()) {
      throw Traffic.ending();
    }
    ok(response);
  }

  private void requireModel() {
    if (models.isLoading()) {
      throw ApiException.unavailable("model: it is being loaded; try again soon", SECONDS);
    }
  }

  private static void ok(ServerResponse response) {
    Bodies.send(response, JsonMapper.shared().createObjectNode().put("status", "ok"));
  }
}
