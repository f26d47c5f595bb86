package dev.minke.server;

import dev.minke.inference.BusyException;
import dev.minke.inference.grammar.GrammarException;
import dev.minke.server.answer.Activity;
import dev.minke.server.anthropic.AnthropicService;
import dev.minke.server.host.Access;
import dev.minke.server.host.Models;
import dev.minke.server.host.ServerSettings;
import dev.minke.server.ollama.OllamaService;
import dev.minke.server.openai.OpenAiService;
import dev.minke.server.openai.ResponsesService;
import dev.minke.server.ops.Facts;
import dev.minke.server.ops.Metrics;
import dev.minke.server.ops.OpsService;
import dev.minke.server.ops.Probes;
import dev.minke.server.ops.Tokens;
import dev.minke.server.ops.Traffic;
import dev.minke.server.wire.ApiException;
import dev.minke.server.wire.Bodies;
import dev.minke.server.wire.Cors;
import dev.minke.server.wire.Deadlines;
import dev.minke.server.wire.EarlyErrors;
import dev.minke.server.wire.ErrorStyle;
import dev.minke.server.wire.SlowClients;
import dev.minke.tokenizer.jinja.TemplateException;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpException;
import io.helidon.http.NotFoundException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/// A server for OpenAI's clients and others. Listens from [#start] on; closing it stops it.
public final class MinkeServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(MinkeServer.class.getName());

  /// For connections whose time to finish is over.
  private static final Duration CUT = Duration.ofMillis(100);

  /// What a client that stops reading holds of the machine, and the least that it has to take in
  /// its time: a third of it. By itself Linux would let it grow to some megabytes.
  private static final int SEND_BUFFER_BYTES = 128 << 10;

  private final WebServer server;
  private final Traffic traffic;
  private final Deadlines deadlines;
  private final Duration drain;

  private MinkeServer(WebServer server, Traffic traffic, Deadlines deadlines, Duration drain) {
    this.server = server;
    this.traffic = traffic;
    this.deadlines = deadlines;
    this.drain = drain;
  }

  /// Starts to listen.
  ///
  /// @param models owned by the caller, who closes them after the server
  /// @throws IllegalStateException if the address is taken, or not this machine's
  public static MinkeServer start(ServerSettings settings, Models models) {
    Access access = new Access(settings.apiKeys());
    Activity activity = new Activity();
    Clock clock = Clock.systemUTC();
    Metrics metrics = new Metrics(models, access, activity);
    Traffic traffic = new Traffic(metrics);
    Services services =
        new Services(
            new OpenAiService(models, access, settings, activity, clock),
            new ResponsesService(models, access, settings, activity, clock),
            new AnthropicService(models, access, settings, activity),
            new OllamaService(models, access, settings, activity, clock),
            new OpsService(
                new Probes(models, traffic),
                metrics,
                new Facts(models, access, settings, activity),
                new Tokens(models, access, settings)));
    ServerSettings.Limits limits = settings.limits();
    Deadlines deadlines = new Deadlines(precision(limits));
    SlowClients slow = new SlowClients(deadlines, limits.arrival(), limits.taking());
    List<Filter> filters = List.of(new Cors(settings.origins()), traffic, slow);
    WebServer server =
        listener(settings, metrics, slow)
            .routing(routing -> {
              filters.forEach(routing::addFilter);
              services.route(routing);
            })
            .build();
    try {
      WebServer started = server.start();
      // A listener that could not be opened is logged and has no port.
      if (started.port() < 0) {
        started.stop();
        throw new IllegalStateException(
            "address %s, port %d: expected one of this machine's that is free; choose another"
                .formatted(settings.host(), settings.port()));
      }
      return new MinkeServer(started, traffic, deadlines, settings.drain());
    } catch (RuntimeException e) {
      deadlines.close();
      throw e;
    }
  }

  /// Who answers which paths.
  private record Services(
      OpenAiService openAi,
      ResponsesService responses,
      AnthropicService anthropic,
      OllamaService ollama,
      OpsService ops) {
    void route(HttpRouting.Builder routing) {
      routing
          .register("/v1", responses, anthropic, openAi)
          .register("/beta", openAi)
          .register("/beta/v1", openAi)
          .register("/anthropic/v1", anthropic)
          .register("/api", ollama)
          // What Ollama's own program asks before everything.
          .head("/", (_, response) -> response.send())
          .register(responses, openAi, ops, new PageService())
          .error(Throwable.class, MinkeServer::tell);
    }
  }

  private static WebServerConfig.Builder listener(
      ServerSettings settings, Metrics metrics, SlowClients slow) {
    EarlyErrors early =
        new EarlyErrors(
            settings.bodyBytes(),
            status -> metrics.request("", Integer.toString(status), Duration.ZERO));
    return WebServer.builder()
        .host(settings.host())
        .port(settings.port())
        .shutdownHook(false)
        .connectionOptions(
            options -> options.tcpNoDelay(true).socketSendBufferSize(SEND_BUFFER_BYTES))
        .maxTcpConnections(settings.connections())
        .maxPayloadSize(settings.bodyBytes())
        .idleConnectionTimeout(settings.idle())
        .shutdownGracePeriod(CUT)
        .directHandlers(early.handlers())
        .addProtocol(
            Http1Config.builder()
                .maxHeadersSize(settings.limits().headerBytes())
                .addReceiveListener(slow)
                .build());
  }

  private static Duration precision(ServerSettings.Limits limits) {
    Duration shorter =
        limits.arrival().compareTo(limits.taking()) < 0 ? limits.arrival() : limits.taking();
    return Duration.ofMillis(Math.clamp(shorter.toMillis() / 8, 10, 1000));
  }

  private static void tell(ServerRequest request, ServerResponse response, Throwable cause) {
    ApiException error = error(request, cause);
    if (error.status() == 500) {
      LOG.log(System.Logger.Level.ERROR, "a request failed", cause);
    }
    response.status(error.status());
    if (error.retryAfterSeconds() > 0) {
      response.header(HeaderNames.RETRY_AFTER, Integer.toString(error.retryAfterSeconds()));
    }
    Bodies.send(response, ErrorStyle.of(request.path().absolute().path()).body(error));
  }

  private static ApiException error(ServerRequest request, Throwable cause) {
    return switch (cause) {
      case ApiException error -> error;
      case BusyException busy ->
          ApiException.unavailable(
              message(busy), (int) Math.clamp(busy.retryAfter().toSeconds(), 1, 3600));
      case TemplateException template ->
          ApiException.badField(
              "messages", "the chat template refuses it: " + template.getMessage());
      case GrammarException refused -> ApiException.badRequest(message(refused));
      case IllegalArgumentException wrong -> ApiException.badRequest(message(wrong));
      case NotFoundException _ ->
          ApiException.noPath(request.prologue().method().text(), request.path().path());
      case HttpException http when http.status().code() < 500 ->
          ApiException.badRequest(message(http));
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

  /// Refuses new requests, waits until those under way are answered, as long as the settings say,
  /// and cuts the rest. The port stays open until then, so that probes hear of it.
  @Override
  public void close() {
    try {
      int left = traffic.drain(drain);
      if (left > 0) {
        LOG.log(System.Logger.Level.WARNING, "requests cut at the end: {0}", left);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    server.stop();
    deadlines.close();
  }
}
