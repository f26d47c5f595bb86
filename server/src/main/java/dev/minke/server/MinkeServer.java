package dev.minke.server;

import dev.minke.inference.BusyException;
import dev.minke.server.openai.OpenAiService;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Bodies;
import dev.minke.server.wire.ErrorStyle;
import dev.minke.tokenizer.jinja.TemplateException;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Clock;
import tools.jackson.databind.json.JsonMapper;

/// A server for OpenAI's clients and others. Listens from [#start] on; closing it stops it.
public final class MinkeServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(MinkeServer.class.getName());

  private final WebServer server;

  private MinkeServer(WebServer server) {
    this.server = server;
  }

  /// Starts to listen.
  ///
  /// @param models owned by the caller, who closes them after the server
  /// @throws IllegalStateException if the address is taken
  public static MinkeServer start(ServerSettings settings, Models models) {
    Access access = new Access(settings.apiKeys());
    OpenAiService openAi = new OpenAiService(models, access, settings, Clock.systemUTC());
    WebServer server =
        WebServer.builder()
            .host(settings.host())
            .port(settings.port())
            .shutdownHook(false)
            .connectionOptions(options -> options.tcpNoDelay(true))
            .maxTcpConnections(settings.connections())
            .idleConnectionTimeout(settings.idle())
            .shutdownGracePeriod(settings.drain())
            .routing(routing -> route(routing, openAi))
            .build();
    return new MinkeServer(server.start());
  }

  private static void route(HttpRouting.Builder routing, OpenAiService openAi) {
    routing
        .get("/health", (_, response) ->
            Bodies.send(response, JsonMapper.shared().createObjectNode().put("status", "ok")))
        .register("/v1", openAi)
        .register("/beta", openAi)
        .register("/beta/v1", openAi)
        .register("/", openAi)
        .register("/", new PageService())
        .error(Throwable.class, MinkeServer::tell);
  }

  private static void tell(ServerRequest request, ServerResponse response, Throwable cause) {
    ApiException error = error(cause);
    if (error.status() >= 500 && error.retryAfterSeconds() == 0) {
      LOG.log(System.Logger.Level.ERROR, "a request failed", cause);
    }
    response.status(error.status());
    if (error.retryAfterSeconds() > 0) {
      response.header(HeaderNames.RETRY_AFTER, Integer.toString(error.retryAfterSeconds()));
    }
    Bodies.send(response, ErrorStyle.of(request.path().path()).body(error));
  }

  private static ApiException error(Throwable cause) {
    return switch (cause) {
      case ApiException error -> error;
      case BusyException busy ->
          ApiException.unavailable(
              message(busy), (int) Math.clamp(busy.retryAfter().toSeconds(), 1, 3600));
      case TemplateException template ->
          ApiException.badField("messages", "the chat template refuses it: " + template.getMessage());
      case IllegalArgumentException wrong -> ApiException.badRequest(message(wrong));
      case HttpException http -> ApiException.badRequest(message(http));
      default -> ApiException.failed("something failed here: " + cause);
    };
  }

  private static String message(Throwable cause) {
    return String.valueOf(cause.getMessage());
  }

  /// The port it listens on.
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
  }
}
