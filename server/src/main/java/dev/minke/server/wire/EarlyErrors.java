package dev.minke.server.wire;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Errors of requests that reach no handler: those that are no HTTP, too long, or for a path that
/// does not exist.
public final class EarlyErrors implements DirectHandler {
  private final long bodyBytes;
  private final IntConsumer witness;

  /// @param bodyBytes most that a body may have
  /// @param witness hears the status of each that is not routed
  public EarlyErrors(long bodyBytes, IntConsumer witness) {
    this.bodyBytes = bodyBytes;
    this.witness = witness;
  }

  /// For all kinds of them.
  public DirectHandlers handlers() {
    DirectHandlers.Builder builder = DirectHandlers.builder();
    for (EventType type : EventType.values()) {
      builder.addHandler(type, this);
    }
    return builder.build();
  }

  /// Before routing.
  @Override
  public TransportResponse handle(
      TransportRequest request,
      EventType type,
      Status status,
      ServerResponseHeaders headers,
      @Nullable String message) {
    witness.accept(status.code());
    return response(request, type, headers, error(request, status, message));
  }

  /// Inside routing, which has witnesses of its own.
  @Override
  public TransportResponse handle(
      TransportRequest request,
      EventType type,
      Status status,
      ServerResponseHeaders headers,
      Throwable thrown) {
    return response(request, type, headers, error(request, status, thrown.getMessage()));
  }

  private static TransportResponse response(
      TransportRequest request, EventType type, ServerResponseHeaders headers, ApiException error) {
    return TransportResponse.builder()
        .status(Status.create(error.status()))
        .headers(headers)
        .header(HeaderNames.CONTENT_TYPE, Bodies.JSON)
        .keepAlive(type.keepAlive())
        .entity(Bodies.bytes(ErrorStyle.of(request.path()).body(error)))
        .build();
  }

  private ApiException error(TransportRequest request, Status status, @Nullable String message) {
    return switch (status.code()) {
      case 404 -> ApiException.noPath(request.method(), request.path());
      case 413 -> ApiException.bodyOver(bodyBytes);
      default ->
          status.code() >= 500
              ? ApiException.failed("something failed here")
              : ApiException.badRequest(
                  "request: expected HTTP/1.1, headers within their limit and a valid path and"
                      + " Host, found "
                      + (message == null ? "something else" : message));
    };
  }
}
