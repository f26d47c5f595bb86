package dev.minke.server.ops;

import dev.minke.server.wire.Bodies;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/// The paths for operators.
public final class OpsService implements HttpService {
  private final Probes probes;
  private final Metrics metrics;
  private final Facts facts;
  private final Tokens tokens;

  public OpsService(Probes probes, Metrics metrics, Facts facts, Tokens tokens) {
    this.probes = probes;
    this.metrics = metrics;
    this.facts = facts;
    this.tokens = tokens;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/health", probes::health)
        .get("/ready", probes::ready)
        .get("/metrics", metrics::answer)
        .get("/props", facts::props)
        .get("/slots", facts::slots)
        .post("/tokenize", tokens::tokenize)
        .post("/detokenize", tokens::detokenize)
        .get("/openapi.json", OpsService::describe);
  }

  private static void describe(ServerRequest request, ServerResponse response) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(OpsService.class.getResourceAsStream("openapi.json"))) {
      response.header(HeaderNames.CONTENT_TYPE, Bodies.JSON);
      response.send(in.readAllBytes());
    }
  }
}
